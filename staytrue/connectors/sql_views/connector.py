"""Reads a PMS through views of its database: looks at it, polls it, sweeps it, reads one thing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from staytrue.connectors.base import Bookmark, Delivery, Hint, Http, Scope, Settings, Translated
from staytrue.connectors.sql_views import shape
from staytrue.connectors.sql_views.database import Database, Query, Where, refuse_if_writable
from staytrue.connectors.sql_views.engines import open_database
from staytrue.connectors.sql_views.mapping import ViewMap, parsed
from staytrue.connectors.sql_views.polling import (
    Poll,
    Row,
    house_of,
    mapping_of,
    of_this_house,
    parcel,
    rows_of,
    window,
)
from staytrue.connectors.sql_views.translate import scope_of, translate
from staytrue.kit.errors import Misconfigured

IDS_AT_ONCE = 500


class SqlViews:
    """The views of one PMS's database. It remembers nothing between two calls."""

    signals: frozenset[str] = frozenset()

    def fetch(
        self, bookmark: Bookmark, http: Http, settings: Settings, now: datetime
    ) -> Iterator[Delivery]:
        """What is new since the bookmark, after the views were found to be what they were."""
        before = bookmark.get("shape", {})
        with _naming(settings, before), _look(settings) as (database, views):
            known = {**bookmark, "shape": _checked_shape(database, views, before)}
            for view in views.values():
                _try(database, view, settings)
            yield from Poll(database, settings, now, known).parcels(views)

    def hints(self, body: bytes, headers: Mapping[str, str]) -> list[Hint]:
        """A database never calls."""
        return []

    def read(self, hint: Hint, http: Http, settings: Settings) -> Delivery | None:
        """One reservation or profile as the database holds it now."""
        return next(self.read_all([hint], http, settings), None)

    def read_all(self, hints: Sequence[Hint], http: Http, settings: Settings) -> Iterator[Delivery]:
        """Many at once, in one look; what the database does not hold is left out."""
        for view in parsed(mapping_of(settings)).values():
            ids = [hint.id for hint in hints if hint.entity == view.object]
            for some in _batches(view, ids):
                if rows := _known_as(view, some, settings):
                    yield parcel(view, rows, settings)

    def sweep(
        self, first: date, last: date, http: Http, settings: Settings, now: datetime
    ) -> Iterator[Delivery]:
        """All stays that touch these days and their guests, as they are at one moment."""
        with _naming(settings), _look(settings) as (database, views):
            stays = views["reservation"]
            _try(database, stays, settings)
            rows = window(database, stays, settings, first, last)
            if guests := views.get("profile"):
                ids = {row[column] for row in rows for column in stays.guests.values()}
                for some in _batches(guests, map(str, ids - {None})):
                    if found := _rows_by(database, guests, some, settings):
                        yield parcel(guests, found, settings)
            yield parcel(stays, rows, settings, Scope("window", first, last))

    def check(self, http: Http, settings: Settings) -> list[str]:
        """Tries the login, its rights and the views; what it found, in sentences."""
        with _look(settings) as (database, views):
            found = _checked_shape(database, views, {})
            for view in views.values():
                _try(database, view, settings)
            return [f"{view}: {len(columns)} columns" for view, columns in found.items()]

    def translate(
        self, payload: bytes, settings: Settings, context: Sequence[bytes] = ()
    ) -> Iterator[Translated]:
        """Canonical records of one body."""
        return translate(payload, settings, context)

    def scope_of(self, payload: bytes) -> Scope:
        """What an absent row of one body means."""
        return scope_of(payload)

    def accept_shape(self, bookmark: Bookmark) -> Bookmark:
        """The bookmark of a person who has compared the changed views with the mapping."""
        return {name: value for name, value in bookmark.items() if name != "shape"}


@contextmanager
def _look(settings: Settings) -> Iterator[tuple[Database, dict[str, ViewMap]]]:
    views = parsed(mapping_of(settings))
    database = open_database(settings)
    try:
        refuse_if_writable(database)
        yield database, views
    finally:
        database.close()


@contextmanager
def _naming(settings: Settings, before: shape.Shape | None = None) -> Iterator[None]:
    """Where the PMS changed in mid-question, a second look names the column."""
    try:
        yield
    except Misconfigured as problem:
        if problem.code == shape.CHANGED and "column" not in problem.facts:
            with _look(settings) as (database, views):
                _checked_shape(database, views, before or {})
        raise


def _checked_shape(
    database: Database, views: Mapping[str, ViewMap], before: shape.Shape
) -> shape.Shape:
    """The shape of all views, refused if the mapping misses something or it changed."""
    now: shape.Shape = {}
    for view in views.values():
        now |= shape.of(str(view.view), database.columns(view.view))
    shape.refuse_changed(before, now)
    for view in views.values():
        shape.refuse_missing(str(view.view), view.columns, now[str(view.view)])
    return now


def _try(database: Database, view: ViewMap, settings: Settings) -> None:
    """Ask a view before anything is given: what cannot be read stops us now, and so does one that
    shows other hotels and none of this name, or all its stays would seem gone.

    From here to the end of the look nobody can change it under us.
    """
    own = Query(view.view, view.columns, of_this_house(view, settings))
    if any(True for _ in database.rows(own)) or not view.house:
        return
    if any(True for _ in database.rows(Query(view.view, view.columns))):
        raise Misconfigured(
            f"The view {view.view} shows rows, but none of the hotel {house_of(settings)}. Enter what "
            f"its column {view.house} holds for this hotel.",
            "foreign_property",
            view=str(view.view),
        )


def _batches(view: ViewMap, ids: Iterable[str]) -> Iterator[list[str]]:
    """Ids that can be asked for together: those of a key of several columns cannot."""
    size = IDS_AT_ONCE if len(_id_columns(view)) == 1 else 1
    distinct = sorted(set(ids))
    for first in range(0, len(distinct), size):
        yield distinct[first : first + size]


def _known_as(view: ViewMap, ids: Sequence[str], settings: Settings) -> list[Row]:
    """The rows of these ids, in a look of their own."""
    try:
        with _naming(settings), _look(settings) as (database, _):
            return _rows_by(database, view, ids, settings)
    except Misconfigured as problem:
        # A key of words where the PMS counts in numbers is no key of its.
        if problem.code != "value_wrong":
            raise
    if len(ids) == 1:
        return []
    return [row for one in ids for row in _known_as(view, [one], settings)]


def _rows_by(
    database: Database, view: ViewMap, ids: Sequence[str], settings: Settings
) -> list[Row]:
    columns = _id_columns(view)
    where: list[Where] = [*of_this_house(view, settings)]
    if len(columns) == 1:
        where.append((columns[0], "IN", tuple(ids)))
    else:
        parts = ids[0].split("/")
        if len(parts) != len(columns):
            return []
        where += [(column, "=", part) for column, part in zip(columns, parts, strict=True)]
    return list(rows_of(database, view, tuple(where), view.key))


def _id_columns(view: ViewMap) -> tuple[str, ...]:
    """The columns that a hint's id is made of; a reservation's legs come together."""
    found: dict[str, Any] = view.fields
    columns: tuple[str, ...] = found["source_id" if view.object == "profile" else "number"]
    return columns
