"""Imports: files of companies and contacts that others send."""
