"""Saved views: a list's query, columns and order under a name."""
