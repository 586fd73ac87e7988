"""SQL Server as the PMS's database (Protel and others), through pymssql, which is optional."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import Any

from staytrue.connectors.sql_views.database import (
    STATEMENT_SECONDS,
    Column,
    Query,
    View,
    listed,
    portions,
    value_wrong,
)
from staytrue.connectors.sql_views.place import driver_missing, place_of, wrong
from staytrue.kit.errors import Misconfigured, Temporary

_PORT = 1433
_LOGIN_FAILED = (18456, 4060)
_NO_OBJECT = (207, 208)
_WRONG_VALUE = (241, 245, 248, 8114)

_COLUMNS = """
SELECT c.name, CONCAT(t.name, '(', c.max_length, ',', c.precision, ',', c.scale, ')')
FROM sys.columns c
JOIN sys.objects o ON o.object_id = c.object_id
JOIN sys.schemas s ON s.schema_id = o.schema_id
JOIN sys.types t ON t.user_type_id = c.user_type_id
WHERE s.name = %s AND o.name = %s AND o.type IN ('V', 'U')
ORDER BY c.column_id
"""
_ROLES = """
SELECT CONCAT('is in the role ', name) FROM (
  VALUES ('sysadmin'), ('securityadmin'), ('serveradmin'), ('dbcreator'), ('bulkadmin')
) AS r(name) WHERE IS_SRVROLEMEMBER(name) = 1
UNION SELECT CONCAT('is in the role ', name) FROM (
  VALUES ('db_owner'), ('db_datawriter'), ('db_ddladmin'), ('db_securityadmin'), ('db_accessadmin')
) AS r(name) WHERE IS_ROLEMEMBER(name) = 1
UNION SELECT CONCAT('may ', permission_name, ' in the database')
FROM fn_my_permissions(NULL, 'DATABASE')
WHERE permission_name IN ('INSERT', 'UPDATE', 'DELETE', 'EXECUTE', 'ALTER', 'CONTROL', 'TAKE OWNERSHIP')
   OR permission_name LIKE 'ALTER ANY%' OR permission_name LIKE 'CREATE %'
"""
_GRANTS = """
SELECT CONCAT('may ', r.name, ' ', s.name, '.', o.name)
FROM sys.objects o JOIN sys.schemas s ON s.schema_id = o.schema_id
CROSS JOIN (VALUES ('INSERT'), ('UPDATE'), ('DELETE'), ('ALTER'), ('CONTROL')) AS r(name)
WHERE o.type IN ('U', 'V') AND o.is_ms_shipped = 0
  AND HAS_PERMS_BY_NAME(CONCAT(QUOTENAME(s.name), '.', QUOTENAME(o.name)), 'OBJECT', r.name) = 1
"""


class SQLServer:
    """A look at a SQL Server; see `database.Database`."""

    def __init__(self, dsn: str, allowed: frozenset[str], ca_pem: str | None = None) -> None:
        place = place_of(dsn, _PORT, allowed)
        if ca_pem:
            raise wrong("the driver of a SQL Server cannot check whose certificate it is")
        if place.is_public:
            # FreeTDS encrypts without asking whose certificate it is.
            raise wrong("a SQL Server may be read inside the house's own network only")
        try:
            self._driver = importlib.import_module("pymssql")
        except ImportError:
            raise driver_missing("pymssql", "sqlserver") from None
        try:
            self._connection = self._driver.connect(
                server=place.address,
                port=str(place.port),
                user=place.user,
                password=place.password,
                database=place.database,
                timeout=STATEMENT_SECONDS,
                login_timeout=10,
                appname="staytrue",
                autocommit=False,
                # Goes to a replica where there is one.
                read_only=True,
            )
        except self._driver.Error as problem:
            raise _failed(problem) from None
        # There is no read-only transaction here: that the login may not write is asked for below.
        self._run("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
        self._run(f"SET LOCK_TIMEOUT {STATEMENT_SECONDS * 1000}")

    def writable(self) -> list[str]:
        """What this login could change."""
        return [*listed(self._run(_ROLES)), *listed(self._run(_GRANTS))]

    def columns(self, view: View) -> list[Column]:
        """The view's columns with all that makes their types."""
        return [Column(*row) for row in self._run(_COLUMNS, (view.schema, view.name))]

    def rows(self, query: Query) -> Iterator[tuple[Any, ...]]:
        """The rows, a thousand at a time."""
        statement = query.sql(quoted, marker)
        with self._connection.cursor() as cursor:
            try:
                cursor.execute(statement, tuple(query.parameters))
                yield from portions(cursor)
            except self._driver.Error as problem:
                raise _failed(problem) from None

    def close(self) -> None:
        """Roll back, which has nothing to undo, and leave."""
        self._connection.close()

    def _run(self, statement: str, values: tuple[str, ...] = ()) -> list[tuple[Any, ...]]:
        with self._connection.cursor() as cursor:
            try:
                cursor.execute(statement, values)
                return list(cursor.fetchall()) if cursor.description else []
            except self._driver.Error as problem:
                raise _failed(problem) from None


def quoted(name: str) -> str:
    """A name as Transact-SQL quotes it."""
    return f"[{name}]"


def marker(_number: int) -> str:
    """Where pymssql puts a value."""
    return "%s"


def _failed(problem: Any) -> Misconfigured | Temporary:
    # The number stands first, sometimes inside a pair of its own.
    first = problem.args[0] if problem.args else 0
    first = first[0] if isinstance(first, tuple) and first else first
    number = first if isinstance(first, int) else 0
    if number in _LOGIN_FAILED:
        return Misconfigured(
            "The PMS's database refused the login. Check name, password and database, and enter "
            "them again.",
            "login_refused",
        )
    if number in _NO_OBJECT:
        return Misconfigured(
            "A view or a column is no longer there. Nothing was written; compare the views with the "
            "mapping.",
            "views_changed",
        )
    if number in _WRONG_VALUE:
        return value_wrong()
    return Temporary(
        f"The PMS's database did not answer (error {number}). It will be asked again.",
        "database_away",
        number=number,
    )
