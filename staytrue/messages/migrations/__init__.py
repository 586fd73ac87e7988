"""How the tables of messages came to be."""
