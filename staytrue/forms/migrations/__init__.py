"""How the tables of guests' pages came to be."""
