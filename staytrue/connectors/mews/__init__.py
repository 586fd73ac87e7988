"""Connector of Mews: polled windows, pushes as hints, records by id, an export for history."""

from staytrue.connectors.mews.connector import Mews
from staytrue.connectors.mews.translate import translate

connector = Mews()

__all__ = ["connector", "translate"]
