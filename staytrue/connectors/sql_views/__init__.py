"""Connector of a PMS without any export: read-only views of its database, polled. Fragile, and says so."""

from staytrue.connectors.sql_views.connector import (
    accept_shape,
    check,
    fetch,
    hints,
    read,
    signals,
)
from staytrue.connectors.sql_views.translate import scope_of, translate

__all__ = ["accept_shape", "check", "fetch", "hints", "read", "scope_of", "signals", "translate"]
