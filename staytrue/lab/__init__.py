"""Invented hotels, people and bookings with known truth: what tests, benches and the demo run on.

A stranger to the product: it imports only `kit` and `hotel`. Everything follows from a seed
through named random streams, and no clock is read: days and instants are arguments.
"""
