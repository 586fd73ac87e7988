"""Connector of a PMS without any export: read-only views of its database, polled. Fragile, and says so."""

from staytrue.connectors.sql_views.connector import SqlViews
from staytrue.connectors.sql_views.translate import scope_of, translate

connector = SqlViews()

__all__ = ["connector", "scope_of", "translate"]
