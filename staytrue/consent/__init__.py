"""Contact points: who is behind an address or number, and whether the house may write to it."""
