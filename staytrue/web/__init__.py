"""Screens for staff: one module per area; each parses, calls one action or query, and renders."""
