"""Mailings, from the list to the last message."""
