"""Journeys: steps around a stay, the pure plan of a stay's messages, and its settling."""
