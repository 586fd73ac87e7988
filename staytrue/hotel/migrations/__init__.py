"""The tables of this station, step by step."""
