"""What was done, by whom, when: written beside each change, never altered."""
