"""Long work done apart from the request that asked for it."""
