"""What the sheets of companies and contacts have in common: tabs, tags, history, travel."""
