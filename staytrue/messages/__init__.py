"""The only door to guests: what should be written, whether it may leave now, and what became of it."""
