"""The bin: what was deleted, by batch, and the way back."""
