"""Where the simulated PMS lives: a database apart on the embedded server, with a login that reads."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from staytrue.kit import database
from staytrue.lab.pms.sql_views.tables import Connect

_SOCKET = ".s.PGSQL.5432"


@dataclass(frozen=True)
class Housing:
    """A database of this name, and the login `reader` that the hotel gives us."""

    name: str
    reader: str
    password: str = field(repr=False)

    @property
    def socket(self) -> Path:
        """The server's socket."""
        return Path(database.address("app").host) / _SOCKET

    @property
    def connect(self) -> Connect:
        """Sessions of the PMS itself."""

        def connect() -> psycopg.Connection[Any]:
            return database.superuser(self.name)

        return connect

    def dsn(self, authority: str = "") -> str:
        """The address of a connection to it, over this host and port, or over the socket."""
        address = f"postgresql://{self.reader}:{self.password}@{authority}/{self.name}"
        return address if authority else f"{address}?host={self.socket.parent}"

    def revoke(self, *, is_revoked: bool = True) -> None:
        """The hotel takes the login away, or gives it back."""
        with database.superuser() as server:
            told = "ALTER ROLE {} NOLOGIN" if is_revoked else "ALTER ROLE {} LOGIN"
            server.execute(_named(told, self.reader))

    @contextmanager
    def made(self) -> Iterator[None]:
        """Have an empty database and the reader inside the block, and nothing of them after it."""
        with database.superuser() as server:
            self._drop(server)
            server.execute(_named("CREATE DATABASE {}", self.name))
            # Nobody else gets in, and the reader gets into nothing else.
            server.execute(_named("REVOKE ALL ON DATABASE {} FROM PUBLIC", self.name))
            verifier = server.pgconn.encrypt_password(
                self.password.encode(), self.reader.encode(), b"scram-sha-256"
            ).decode()
            server.execute(
                sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(
                    sql.Identifier(self.reader), sql.Literal(verifier)
                )
            )
            grant = sql.SQL("GRANT CONNECT ON DATABASE {} TO {}")
            server.execute(grant.format(sql.Identifier(self.name), sql.Identifier(self.reader)))
            try:
                yield
            finally:
                # A server that is gone took all of it along.
                with suppress(psycopg.OperationalError):
                    self._drop(server)

    def _drop(self, server: psycopg.Connection[Any]) -> None:
        server.execute(_named("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name))
        server.execute(_named("DROP ROLE IF EXISTS {}", self.reader))


def _named(statement: LiteralString, name: str) -> sql.Composed:
    return sql.SQL(statement).format(sql.Identifier(name))
