"""How the tables of guests came to be."""
