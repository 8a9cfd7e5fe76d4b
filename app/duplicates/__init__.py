"""Duplicates: pairs of records that may be, or are known not to be, the same."""
