"""Who works here, what they may see, what they did, and what they must know or do."""
