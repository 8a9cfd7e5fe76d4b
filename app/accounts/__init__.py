"""User accounts of the school's platform: category, profile, sign-in, sessions."""
