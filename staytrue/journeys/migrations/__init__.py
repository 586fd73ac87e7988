"""How the tables of journeys came to be."""
