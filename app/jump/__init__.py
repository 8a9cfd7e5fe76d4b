"""« Aller à… » (Ctrl K): find a record, a page or an action from anywhere by typing."""
