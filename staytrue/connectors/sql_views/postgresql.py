"""PostgreSQL as the PMS's database: one repeatable-read, read-only transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from tempfile import NamedTemporaryFile
from typing import Any

import psycopg
from psycopg.abc import Buffer
from psycopg.adapt import Loader
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.types.datetime import DateLoader, TimestampLoader, TimestamptzLoader

from staytrue.connectors.sql_views.database import (
    ROWS_AT_ONCE,
    STATEMENT_SECONDS,
    Column,
    OffCalendar,
    Query,
    View,
    listed,
    value_wrong,
)
from staytrue.connectors.sql_views.place import wrong
from staytrue.connectors.sql_views.shape import CHANGED
from staytrue.kit.addresses import addresses_of
from staytrue.kit.errors import Misconfigured, Temporary
from staytrue.kit.wire import trust

# Others name files of this machine, or set options of the session.
_DSN_PARTS = {"host", "port", "dbname", "user", "password", "sslmode"}
_CONNECT_SECONDS = 10
# A connection that is refused carries no SQLSTATE, only the server's words.
_REFUSED = ("authentication failed", "does not exist", "no pg_hba.conf", "not permitted to log in",
            "permission denied for database")  # fmt: skip

_COLUMNS = """
SELECT a.attname, format_type(a.atttypid, a.atttypmod)
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = %s AND c.relname = %s AND a.attnum > 0 AND NOT a.attisdropped
  AND has_column_privilege(c.oid, a.attnum, 'SELECT')
ORDER BY a.attnum
"""
# Also what it may become with SET ROLE: a membership that is not inherited is one statement away.
_POWERS = """
WITH mine AS (
  SELECT oid, rolname, rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls
  FROM pg_roles WHERE pg_has_role(current_user, oid, 'MEMBER')
)
SELECT 'is a superuser' FROM mine WHERE rolsuper
UNION SELECT 'may make roles' FROM mine WHERE rolcreaterole
UNION SELECT 'may make databases' FROM mine WHERE rolcreatedb
UNION SELECT 'may replicate' FROM mine WHERE rolreplication
UNION SELECT 'passes row-level security' FROM mine WHERE rolbypassrls
UNION SELECT 'is a member of ' || rolname FROM mine
  WHERE rolname IN ('pg_write_all_data', 'pg_write_server_files', 'pg_execute_server_program',
                    'pg_read_server_files', 'pg_maintain', 'pg_signal_backend')
"""
_GRANTS = """
WITH mine AS (SELECT oid FROM pg_roles WHERE pg_has_role(current_user, oid, 'MEMBER')),
own AS (
  SELECT c.oid, c.relkind, n.nspname || '.' || c.relname AS name
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
)
SELECT 'may ' || right_.name || ' ' || own.name
FROM own, mine, (VALUES ('INSERT'), ('UPDATE'), ('DELETE'), ('TRUNCATE')) AS right_(name)
WHERE own.relkind IN ('r', 'p', 'v', 'f') AND (
  has_table_privilege(mine.oid, own.oid, right_.name)
  OR (right_.name IN ('INSERT', 'UPDATE')
      AND has_any_column_privilege(mine.oid, own.oid, right_.name)))
UNION SELECT 'owns ' || own.name FROM own JOIN pg_class c ON c.oid = own.oid JOIN mine
  ON mine.oid = c.relowner
UNION SELECT 'owns the schema ' || n.nspname FROM pg_namespace n JOIN mine ON mine.oid = n.nspowner
UNION SELECT 'owns the database' FROM pg_database d JOIN mine ON mine.oid = d.datdba
  WHERE d.datname = current_database()
UNION SELECT 'may move the sequence ' || own.name FROM own, mine
  WHERE own.relkind = 'S' AND has_sequence_privilege(mine.oid, own.oid, 'USAGE, UPDATE')
UNION SELECT 'may create in the schema ' || n.nspname FROM pg_namespace n, mine
  WHERE n.nspname !~ '^pg_' AND has_schema_privilege(mine.oid, n.oid, 'CREATE')
UNION SELECT 'may create schemas in the database' FROM mine
  WHERE has_database_privilege(mine.oid, current_database(), 'CREATE')
ORDER BY 1
"""


class _AnyDate(DateLoader):
    """A day; one that no calendar of ours holds stops its own row only."""

    def load(self, data: Buffer) -> Any:
        try:
            return super().load(data)
        except psycopg.DataError:
            return OffCalendar(bytes(data).decode())


class _AnyTimestamp(TimestampLoader):
    """A moment without a zone, likewise."""

    def load(self, data: Buffer) -> Any:
        try:
            return super().load(data)
        except psycopg.DataError:
            return OffCalendar(bytes(data).decode())


class _AnyTimestamptz(TimestamptzLoader):
    """An instant, likewise."""

    def load(self, data: Buffer) -> Any:
        try:
            return super().load(data)
        except psycopg.DataError:
            return OffCalendar(bytes(data).decode())


_LOADERS: dict[str, type[Loader]] = {
    "date": _AnyDate,
    "timestamp": _AnyTimestamp,
    "timestamptz": _AnyTimestamptz,
}


class PostgreSQL:
    """A look at a PostgreSQL; see `database.Database`."""

    def __init__(self, dsn: str, allowed: frozenset[str], ca_pem: str | None = None) -> None:
        parts = _checked(dsn, allowed)
        with _pinned(ca_pem) as tls:
            try:
                self._connection = psycopg.connect(make_conninfo("", **(parts | tls)))
            except psycopg.OperationalError as problem:
                raise _unreachable(problem) from None
        for name, loader in _LOADERS.items():
            self._connection.adapters.register_loader(name, loader)
        self._connection.read_only = True
        self._connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        self._run(f"SET LOCAL statement_timeout = {STATEMENT_SECONDS * 1000}")
        # The session's own search path must not put another object before ours.
        self._run("SET LOCAL search_path = pg_catalog")

    def writable(self) -> list[str]:
        """What this login, or a role it may take, could change."""
        return [*listed(self._run(_POWERS)), *listed(self._run(_GRANTS))]

    def columns(self, view: View) -> list[Column]:
        """The view's columns that this login may read."""
        return [Column(*row) for row in self._run(_COLUMNS, [view.schema, view.name])]

    def rows(self, query: Query) -> Iterator[tuple[Any, ...]]:
        """The rows through a cursor on the server, so that a million needs little memory."""
        statement = query.sql(lambda name: f'"{name}"', lambda _number: "%s")
        with self._connection.cursor(name="staytrue") as cursor:
            cursor.itersize = ROWS_AT_ONCE
            try:
                cursor.execute(statement, query.parameters)
                yield from cursor
            except psycopg.Error as problem:
                raise _failed(problem) from None

    def close(self) -> None:
        """Roll back, which has nothing to undo, and leave."""
        self._connection.close()

    def _run(self, statement: str, values: list[str] | None = None) -> list[tuple[Any, ...]]:
        try:
            cursor = self._connection.execute(statement, values)
            return cursor.fetchall() if cursor.description else []
        except psycopg.Error as problem:
            raise _failed(problem) from None


@contextmanager
def _pinned(ca_pem: str | None) -> Iterator[dict[str, str]]:
    """What TLS trusts where a house has its own authority: the library reads it from a file."""
    if ca_pem is None:
        yield {}
        return
    trust(ca_pem)  # Says what is wrong with it; the library would only fail.
    with NamedTemporaryFile("w", suffix=".pem", encoding="ascii") as file:
        file.write(ca_pem)
        file.flush()
        yield {"sslmode": "verify-full", "sslrootcert": file.name}


def _checked(dsn: str, allowed: frozenset[str]) -> dict[str, Any]:
    """What to connect with: the host's address checked and fixed, TLS where it is public."""
    try:
        parts = {name: str(value) for name, value in conninfo_to_dict(dsn).items() if value}
    except psycopg.ProgrammingError:
        # Its text would hold the password.
        raise wrong("it cannot be read") from None
    for name in parts:
        if name not in _DSN_PARTS:
            raise wrong(f"it may not set {name}")
    host = parts.get("host", "")
    if not host or "," in host:
        raise wrong("it must name one host")
    if host.startswith("/"):
        if host not in allowed:
            raise wrong(f"an administrator has not allowed the socket {host}")
    else:
        port = parts.get("port", "5432")
        if not port.isdecimal():
            raise wrong("its port is not a number")
        address = addresses_of(host, int(port), allowed)[0]
        parts["hostaddr"] = address
        if ip_address(address).is_global:
            parts |= {"sslmode": "verify-full", "sslrootcert": "system"}
    return {**parts, "connect_timeout": _CONNECT_SECONDS, "application_name": "staytrue"}


def _unreachable(problem: psycopg.OperationalError) -> Misconfigured | Temporary:
    text = str(problem)
    if any(words in text for words in _REFUSED):
        return Misconfigured(
            "The PMS's database refused the login. Check name, password and database, and enter "
            "them again.",
            "login_refused",
        )
    return Temporary(
        "The PMS's database cannot be reached. It will be asked again.", "database_away"
    )


def _failed(problem: psycopg.Error) -> Misconfigured | Temporary:
    if isinstance(problem, psycopg.errors.QueryCanceled):
        return Temporary(
            f"The PMS's database needed more than {STATEMENT_SECONDS} seconds for one question. It "
            "will be asked again; if this stays, let the view show fewer days.",
            "statement_slow",
        )
    if isinstance(problem, psycopg.errors.InsufficientPrivilege):
        return Misconfigured(
            "The login may no longer read one of the views. Have it granted again.",
            "view_not_readable",
        )
    if isinstance(problem, psycopg.ProgrammingError):
        return Misconfigured(
            "A view or a column is no longer there. Nothing was written; compare the views with the "
            "mapping.",
            CHANGED,
        )
    if isinstance(problem, psycopg.DataError):
        return value_wrong()
    return Temporary(
        f"The PMS's database broke the reading off ({problem.sqlstate or 'connection lost'}). It "
        "will be asked again.",
        "database_away",
        sqlstate=problem.sqlstate,
    )
