"""Two sheets of the same thing made one, and taken apart again."""
