"""What we ask of a database, whichever it is: its columns, its rows, and that we may not write.

SQL is put together here and nowhere else: from names the mapping allows and the database knows,
with values as parameters only.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import count, islice
from typing import Any, Protocol

from staytrue.kit.errors import Misconfigured

STATEMENT_SECONDS = 30
ROWS_AT_ONCE = 1000

Value = str | int | date | datetime
_NAME = r"[A-Za-z_][A-Za-z0-9_$#]{0,127}"
_OPERATORS = frozenset({"=", "<=", ">="})

Where = tuple[str, str, Value | tuple[Value, ...]]
"""A condition: column, operator and value; `IN` has several values."""


@dataclass(frozen=True)
class OffCalendar:
    """A day of no calendar of ours (never, before Christ, in the year 20260), as it is written."""

    written: str

    def __str__(self) -> str:
        return self.written


@dataclass(frozen=True)
class Column:
    """A column as the database describes it."""

    name: str
    type: str


@dataclass(frozen=True)
class View:
    """An allowed view: its schema and its name, both plain names."""

    schema: str
    name: str

    def __str__(self) -> str:
        return f"{self.schema}.{self.name}"


def view_named(text: str) -> View:
    """The view of a mapping: `schema.name`, nothing else."""
    match = re.fullmatch(rf"({_NAME})\.({_NAME})", text)
    if not match:
        raise Misconfigured(
            f"{text[:80]!r} is not a view: write schema.name, in plain letters, digits and _.",
            "view_name",
            view=text[:80],
        )
    return View(match[1], match[2])


def column_named(text: str) -> str:
    """The column of a mapping: one plain name."""
    if not re.fullmatch(_NAME, text):
        raise Misconfigured(
            f"{text[:80]!r} is not a column: a name has plain letters, digits and _.",
            "column_name",
            column=text[:80],
        )
    return text


@dataclass(frozen=True)
class Query:
    """Some columns of one view, all conditions together, in the order of some columns."""

    view: View
    columns: tuple[str, ...]
    where: tuple[Where, ...] = ()
    order_by: tuple[str, ...] = ()

    def sql(self, quoted: Callable[[str], str], marker: Callable[[int], str]) -> str:
        """The statement in a database's own dialect; its values are `parameters`."""

        def name(text: str) -> str:
            return quoted(column_named(text))

        statement = (
            f"SELECT {', '.join(map(name, self.columns))} "
            f"FROM {name(self.view.schema)}.{name(self.view.name)}"
        )
        marks = map(marker, count(1))
        conditions = []
        for column, operator, value in self.where:
            if operator == "IN" and isinstance(value, tuple):
                right = f"({', '.join(islice(marks, len(value)))})"
            elif operator in _OPERATORS:
                right = next(marks)
            else:
                raise ValueError(operator)
            conditions.append(f"{name(column)} {operator} {right}")
        if conditions:
            statement += f" WHERE {' AND '.join(conditions)}"
        if self.order_by:
            statement += f" ORDER BY {', '.join(map(name, self.order_by))}"
        return statement

    @property
    def parameters(self) -> list[Value]:
        """The values of the conditions, in their order."""
        values = (value if isinstance(value, tuple) else (value,) for _, _, value in self.where)
        return [one for value in values for one in value]


class Database(Protocol):
    """One read-only look at a database: everything in it is of one moment where it can be."""

    def writable(self) -> list[str]:
        """What this login could change, in words for a person; empty is the only good answer."""

    def columns(self, view: View) -> list[Column]:
        """The columns of a view in its own order; empty if there is no such view."""

    def rows(self, query: Query) -> Iterator[tuple[Any, ...]]:
        """The rows, fetched in portions."""

    def close(self) -> None:
        """End the look; nothing was changed."""


def refuse_if_writable(database: Database) -> None:
    """Refuse a login that could change the PMS, however little."""
    found = database.writable()
    if found:
        shown = "; ".join(found[:5]) + (f"; and {len(found) - 5} more" if len(found) > 5 else "")
        raise Misconfigured(
            f"This login of the PMS's database may write ({shown}). Give Staytrue one that may only "
            "read its views.",
            "login_may_write",
            rights=found[:50],
        )


def value_wrong() -> Misconfigured:
    """What a value means that its column can never hold."""
    return Misconfigured(
        "A column of the views cannot hold what it is asked for. Compare the value of this hotel, and "
        "the columns of the mapping, with the views.",
        "value_wrong",
    )


def portions(cursor: Any) -> Iterator[tuple[Any, ...]]:
    """Rows of a driver's cursor, a thousand at a time."""
    while rows := cursor.fetchmany(ROWS_AT_ONCE):
        yield from map(tuple, rows)


def listed(rows: Iterable[Iterable[Any]]) -> list[str]:
    """Rows of a probe as words."""
    return [" ".join(str(part) for part in row) for row in rows]
