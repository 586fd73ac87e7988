"""How the tables of contact points came to be."""
