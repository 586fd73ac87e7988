"""Which database the address of a connection speaks of."""

from __future__ import annotations

from collections.abc import Callable

from staytrue.connectors.base import Settings
from staytrue.connectors.sql_views.database import Database
from staytrue.connectors.sql_views.oracle import Oracle
from staytrue.connectors.sql_views.place import wrong
from staytrue.connectors.sql_views.postgresql import PostgreSQL
from staytrue.connectors.sql_views.sqlserver import SQLServer

ENGINES: dict[str, Callable[[str, frozenset[str], str | None], Database]] = {
    "postgresql": PostgreSQL,
    "postgres": PostgreSQL,
    "mssql": SQLServer,
    "oracle": Oracle,
}


def open_database(settings: Settings) -> Database:
    """A look at the database of a connection.

    `allow_private` among its values lists the `host:port`s (or the directory of a socket) that an
    administrator allowed; `ca_pem` pins the authority of the house's own certificates.
    """
    dsn = str(settings.values.get("dsn", ""))
    engine = ENGINES.get(dsn.partition("://")[0])
    if engine is None:
        raise wrong(f"it must begin with one of {', '.join(f'{name}://' for name in ENGINES)}")
    ca_pem = str(settings.values.get("ca_pem") or "") or None
    return engine(dsn, frozenset(settings.values.get("allow_private", ())), ca_pem)
