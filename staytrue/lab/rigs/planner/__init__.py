"""Rig P: every decision by the product's own pure functions, all around them in memory and time."""
