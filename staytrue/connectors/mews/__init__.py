"""Mews, by its Connector API: polled windows, pushes as hints, an export for history."""
