"""What every domain builds on; it knows none of them."""
