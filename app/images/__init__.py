"""Logos and photos: decoded, re-encoded and kept in a store of our own."""
