"""Simulated PMSs: real HTTP servers that behave as the facts say, vices included.

Strangers to the product: they import only `kit`, `hotel` and the invented world. Virtual time comes
from outside, everything else from a seed, and the truth can be read by tests and by nobody else.
"""
