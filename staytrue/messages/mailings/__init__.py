"""Mailings: one approved text to one frozen list of guests, through the same gate as every message."""
