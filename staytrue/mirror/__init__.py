"""Our copy of each PMS. Only this station writes mirror tables."""
