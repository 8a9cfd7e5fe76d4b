"""The first page, and the pages of people who have an account."""
