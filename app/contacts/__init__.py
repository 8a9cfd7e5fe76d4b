"""Contacts: the people whom the school knows in companies, and their posts."""
