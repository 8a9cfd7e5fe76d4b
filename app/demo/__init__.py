"""The demonstration: real companies, invented people, so that every screen has something to show."""
