"""Statements that are asked for each profile, thousands of times: planned once per session.

Django writes values into the text, so the server reads and plans each anew, which takes longer than
the answer. Long lists are still planned for their length: what is right for ten is not for a million.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar, cast

import msgspec
import psycopg
from django.db import connection

_FEW = 500
T = TypeVar("T")


def ask(statement: str, values: Mapping[str, Any] | Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """The rows of a statement of our own; a list stands for an array, whose type the text names."""
    every = values.values() if isinstance(values, Mapping) else values
    if any(isinstance(value, list) and len(value) > _FEW for value in every):
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            return list(cursor.fetchall()) if cursor.description else []
    connection.ensure_connection()
    session = cast("psycopg.Connection[tuple[Any, ...]]", connection.connection)
    with connection.wrap_database_errors, psycopg.Cursor(session) as few:
        # Django switches this off for whole sessions; it is wanted for these statements only.
        session.prepare_threshold = 0
        try:
            few.execute(statement.encode(), _sent(values), prepare=True)
        finally:
            session.prepare_threshold = None
        return few.fetchall() if few.description else []


def ask_as(statement: str, values: Sequence[Any], row: type[T]) -> list[T]:
    """The rows of a statement, each as this tuple or struct of JSON: for very many of them.

    The server writes one text and it is read by compiled code; a value at a time costs ten times
    as much.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT json_agg(q)::text FROM ({statement}) q", _sent(values))
        (text,) = cursor.fetchone()
    return msgspec.json.decode(text, type=list[row]) if text else []  # type: ignore[valid-type]


def ask_all(
    statement: str, values: Mapping[str, Any] | Sequence[Any] = ()
) -> list[tuple[Any, ...]]:
    """The rows of a statement over whole tables, in a transaction.

    The planner takes what row-level security lets through for next to nothing, and would look each
    row up in the next table: minutes for what hashing does in a second.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('enable_nestloop', 'off', true)")
        cursor.execute(statement, values)
        rows = list(cursor.fetchall())
        cursor.execute("SELECT set_config('enable_nestloop', 'on', true)")
        return rows


def _sent(values: Mapping[str, Any] | Sequence[Any]) -> Mapping[str, Any] | Sequence[Any]:
    """Lists as literals, so that their numbers' sizes do not make the statement another one."""
    if isinstance(values, Mapping):
        return {
            name: literal(value) if isinstance(value, list) else value
            for name, value in values.items()
        }
    return [literal(value) if isinstance(value, list) else value for value in values]


def literal(values: Sequence[Any]) -> str:
    """An array as PostgreSQL writes it."""
    return "{" + ",".join(map(_element, values)) + "}"


def _element(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return str(value)
