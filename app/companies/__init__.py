"""Companies and their establishments."""
