"""Oracle as the PMS's database (OPERA 5), through oracledb's thin mode, which is optional."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import Any

from staytrue.connectors.sql_views.database import (
    ROWS_AT_ONCE,
    STATEMENT_SECONDS,
    Column,
    Query,
    View,
    listed,
    portions,
    value_wrong,
)
from staytrue.connectors.sql_views.place import driver_missing, place_of
from staytrue.kit.errors import Misconfigured, Temporary
from staytrue.kit.wire import trust

_PORT = 1521
_LOGIN_FAILED = (1017, 28000, 28001, 12514)
_NO_OBJECT = (904, 942, 1031)
_WRONG_VALUE = (1722, 1847, 1861)

_COLUMNS = """
SELECT column_name,
       data_type || '(' || data_length || ',' || data_precision || ',' || data_scale || ')'
FROM all_tab_columns WHERE owner = UPPER(:1) AND table_name = UPPER(:2) ORDER BY column_id
"""
# Roles and PUBLIC included: `session_privs` holds what is in force, `all_tab_privs` what is granted.
_POWERS = """
SELECT 'may ' || privilege FROM session_privs
WHERE privilege NOT IN ('CREATE SESSION', 'SELECT ANY TABLE', 'SELECT ANY DICTIONARY',
                        'READ ANY TABLE', 'SET CONTAINER', 'ALTER SESSION')
"""
_GRANTS = """
SELECT 'may ' || privilege || ' ' || table_schema || '.' || table_name FROM all_tab_privs
WHERE privilege IN ('INSERT', 'UPDATE', 'DELETE', 'ALTER')
  AND grantee IN (SELECT USER FROM dual UNION SELECT role FROM session_roles)
UNION SELECT 'may ' || privilege || ' ' || table_schema || '.' || table_name FROM all_col_privs
WHERE privilege IN ('INSERT', 'UPDATE')
  AND grantee IN (SELECT USER FROM dual UNION SELECT role FROM session_roles)
UNION SELECT 'owns the table ' || table_name FROM user_tables
"""


class Oracle:
    """A look at an Oracle; see `database.Database`."""

    def __init__(self, dsn: str, allowed: frozenset[str], ca_pem: str | None = None) -> None:
        place = place_of(dsn, _PORT, allowed)
        by_tls = place.is_public or ca_pem is not None
        try:
            self._driver = importlib.import_module("oracledb")
        except ImportError:
            raise driver_missing("oracledb", "oracle") from None
        # Amounts stay exact.
        self._driver.defaults.fetch_decimals = True
        try:
            self._connection = self._driver.connect(
                # TLS proves the host by its name.
                host=place.host if by_tls else place.address,
                protocol="tcps" if by_tls else "tcp",
                ssl_context=trust(ca_pem) if by_tls else None,
                port=place.port,
                service_name=place.database,
                user=place.user,
                password=place.password,
                tcp_connect_timeout=10,
                program="staytrue",
            )
        except self._driver.Error as problem:
            raise _failed(problem) from None
        self._connection.call_timeout = STATEMENT_SECONDS * 1000
        self._run("SET TRANSACTION READ ONLY")

    def writable(self) -> list[str]:
        """What this login could change."""
        return [*listed(self._run(_POWERS)), *listed(self._run(_GRANTS))]

    def columns(self, view: View) -> list[Column]:
        """The view's columns; Oracle keeps their names in capitals, mappings in small letters."""
        found = self._run(_COLUMNS, [view.schema, view.name])
        return [Column(str(name).lower(), str(kind)) for name, kind in found]

    def rows(self, query: Query) -> Iterator[tuple[Any, ...]]:
        """The rows, a thousand at a time."""
        statement = query.sql(quoted, marker)
        with self._connection.cursor() as cursor:
            cursor.arraysize = ROWS_AT_ONCE
            try:
                cursor.execute(statement, query.parameters)
                yield from portions(cursor)
            except self._driver.Error as problem:
                raise _failed(problem) from None

    def close(self) -> None:
        """Roll back, which has nothing to undo, and leave."""
        self._connection.close()

    def _run(self, statement: str, values: list[str] | None = None) -> list[tuple[Any, ...]]:
        with self._connection.cursor() as cursor:
            try:
                cursor.execute(statement, values or [])
                return list(cursor.fetchall()) if cursor.description else []
            except self._driver.Error as problem:
                raise _failed(problem) from None


def quoted(name: str) -> str:
    """A name as Oracle keeps those that were made without quotes."""
    return f'"{name.upper()}"'


def marker(number: int) -> str:
    """Where oracledb puts a value."""
    return f":{number}"


def _failed(problem: Any) -> Misconfigured | Temporary:
    said = problem.args[0] if problem.args else None
    number, name = getattr(said, "code", 0), getattr(said, "full_code", "no code")
    if number in _LOGIN_FAILED:
        return Misconfigured(
            "The PMS's database refused the login. Check name, password and service, and enter them "
            "again.",
            "login_refused",
        )
    if number in _NO_OBJECT:
        return Misconfigured(
            "A view or a column is no longer there, or may no longer be read. Nothing was written; "
            "compare the views with the mapping.",
            "views_changed",
        )
    if number in _WRONG_VALUE:
        return value_wrong()
    return Temporary(
        f"The PMS's database did not answer ({name}). It will be asked again.",
        "database_away",
        error=name,
    )
