"""Writes rows of the simulated PMS, some in transactions that end long after they stamped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import psycopg
from psycopg import sql

from staytrue.lab.pms.sql_views.schema import KEYS

Row = dict[str, Any]
Connect = Callable[[], psycopg.Connection[Any]]
"""A new session of the PMS's own login in its own database."""


@dataclass
class _Slow:
    """A transaction under way, and the row it holds."""

    session: psycopg.Connection[Any]
    ends_at: datetime
    row: tuple[Any, ...]


@dataclass
class Tables:
    """The PMS's own sessions."""

    connect: Connect
    slow: list[_Slow] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.owner = self._session(autocommit=True)
        self._maintenance: psycopg.Connection[Any] | None = None

    def put(self, table: str, row: Row, *, ends_at: datetime | None = None) -> None:
        """A row as it is from now on; others see it at `ends_at`."""
        key = self._released(table, row)
        names, keys = list(row), KEYS[table]
        statement = sql.SQL(
            "INSERT INTO pms.{} ({}) VALUES ({}) ON CONFLICT ({}) DO UPDATE SET {}"
        ).format(
            sql.Identifier(table),
            _list(names),
            sql.SQL(", ").join(sql.Placeholder() * len(names)),
            _list(keys),
            sql.SQL(", ").join(
                sql.SQL("{0} = excluded.{0}").format(sql.Identifier(name)) for name in names
            ),
        )
        if ends_at is None:
            self.owner.execute(statement, list(row.values()))
            return
        session = self._session(autocommit=False)
        session.execute(statement, list(row.values()))
        self.slow.append(_Slow(session, ends_at, key))

    def remove(self, table: str, row: Row) -> None:
        """A row that is gone without a trace."""
        key = self._released(table, row)
        where = sql.SQL(" AND ").join(
            sql.SQL("{} = {}").format(sql.Identifier(name), sql.Placeholder())
            for name in KEYS[table]
        )
        delete = sql.SQL("DELETE FROM pms.{} WHERE {}").format(sql.Identifier(table), where)
        self.owner.execute(delete, key[1:])

    def settle(self, until: datetime | None = None) -> None:
        """End the transactions whose time has come, by default all."""
        due = [one for one in self.slow if until is None or one.ends_at <= until]
        for one in due:
            self._end(one)

    def lock(self, table: str) -> None:
        """Maintenance: nobody reads the table until `unlock`."""
        self.settle()
        self._maintenance = self._session(autocommit=False)
        lock = sql.SQL("LOCK TABLE pms.{} IN ACCESS EXCLUSIVE MODE").format(sql.Identifier(table))
        self._maintenance.execute(lock)

    def unlock(self) -> None:
        """The maintenance is over."""
        if self._maintenance is not None:
            self._maintenance.close()
            self._maintenance = None

    def close(self) -> None:
        """Leave the database."""
        self.unlock()
        self.settle()
        self.owner.close()

    def _session(self, *, autocommit: bool) -> psycopg.Connection[Any]:
        session = self.connect()
        session.autocommit = autocommit
        return session

    def _released(self, table: str, row: Row) -> tuple[Any, ...]:
        """The row's key, after whoever still holds it has ended: this hotel has one desk."""
        key = (table, *(row[name] for name in KEYS[table]))
        for one in [one for one in self.slow if one.row == key]:
            self._end(one)
        return key

    def _end(self, one: _Slow) -> None:
        self.slow.remove(one)
        one.session.commit()
        one.session.close()


def _list(names: list[str] | tuple[str, ...]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, names))
