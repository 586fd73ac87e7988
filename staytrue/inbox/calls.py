"""Calls to PMSs as all our processes count them together: a row for each credential.

On a line of its own, so that what was counted stays counted whatever becomes of the caller's
transaction, and nobody waits for one that is long.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import msgspec
import psycopg
from psycopg import sql

from staytrue.kit import database
from staytrue.kit.pacing import Calls

# A process that stands still in the middle of counting keeps the others from their calls so long.
STANDS_STILL = "10s"

_guard = threading.Lock()


@dataclass
class _Line:
    """Where it leads, and the line itself."""

    to: database.Address
    open: psycopg.Connection[Any]


_lines: list[_Line] = []


@contextmanager
def counted(credential: str) -> Iterator[Calls]:
    """The calls of one credential, for one caller at a time; kept when the block ends."""
    with _guard, database.said_plainly():
        line = _line_to(credential)
        try:
            with line.transaction():
                row = line.execute(
                    "SELECT calls::text FROM call_pace WHERE credential = %s FOR UPDATE",
                    [credential],
                ).fetchone()
                calls = msgspec.json.decode(row[0], type=Calls) if row else Calls()
                yield calls
                line.execute(
                    "UPDATE call_pace SET calls = %s WHERE credential = %s",
                    [msgspec.json.encode(calls).decode(), credential],
                )
        except psycopg.Error:
            _hang_up()
            raise


def _line_to(credential: str) -> psycopg.Connection[Any]:
    """A line that lives, with the row in place; one that broke since the last call is tried anew."""
    to = database.attached()
    if _lines and _lines[0].to != to:
        _hang_up()
    had_line = bool(_lines)
    try:
        if not had_line:
            _lines.append(_Line(to, _opened(to)))
        line = _lines[0].open
        line.execute(
            "INSERT INTO call_pace (credential, calls) VALUES (%s, '{}') ON CONFLICT DO NOTHING",
            [credential],
        )
    except psycopg.Error as error:
        _hang_up()
        if had_line and isinstance(error, psycopg.OperationalError):
            return _line_to(credential)
        raise
    return line


def _opened(to: database.Address) -> psycopg.Connection[Any]:
    line = to.connect(autocommit=True)
    for setting in ("lock_timeout", "idle_in_transaction_session_timeout"):
        line.execute(sql.SQL("SET {} = {}").format(sql.Identifier(setting), STANDS_STILL))
    # Forgotten calls would be made again; who turned it off for speed did not mean that.
    line.execute("SET synchronous_commit = on")
    return line


def _hang_up() -> None:
    while _lines:
        _lines.pop().open.close()
