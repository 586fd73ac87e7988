"""Polls the views: what changed lately, and the window of near stays whole, of one moment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from staytrue.connectors.base import (
    Bookmark,
    Delivery,
    Hint,
    Http,
    Scope,
    Settings,
    Translated,
)
from staytrue.connectors.sql_views import shape
from staytrue.connectors.sql_views.database import Database, Query, Value, refuse_if_writable
from staytrue.connectors.sql_views.engines import open_database
from staytrue.connectors.sql_views.mapping import ViewMap, parsed
from staytrue.connectors.sql_views.reading import Scalar
from staytrue.connectors.sql_views.translate import Parcel, scope_of, translate
from staytrue.kit.errors import Misconfigured

ROWS_MAX = 100_000
PARCEL_ROWS = 1000
NEAR = timedelta(days=14)
AHEAD = timedelta(days=550)
PAST = timedelta(days=7)
HISTORY = timedelta(days=5 * 366)
# A change is stamped when it is made and seen when its transaction ends. What takes longer than
# this is found by the windows, and by the longer look back of each night.
OVERLAP = timedelta(minutes=15)
NIGHTLY_OVERLAP = timedelta(days=2)
# Wall time without a zone repeats an hour in autumn.
REPEATED_HOUR = timedelta(hours=1)

_NOTHING = Scope()

Row = dict[str, Any]


class SqlViews:
    """The views of one PMS's database. It remembers nothing between two polls."""

    signals: frozenset[str] = frozenset()

    def fetch(
        self, bookmark: Bookmark, http: Http, settings: Settings, now: datetime
    ) -> Iterator[Delivery]:
        """What is new since the bookmark, after the views were found to be what they were."""
        with _look(settings) as (database, views):
            known = dict(bookmark)
            known["shape"] = _checked_shape(database, views, known.get("shape", {}))
            today = now.astimezone(ZoneInfo(settings.zone)).date()
            read = _Reading(database, settings, now, today, known)
            is_first = "walked_on" not in known
            is_walk = known.get("walked_on") != today.isoformat()
            for view in views.values():
                if view.changed or is_first or (is_walk and view.object == "profile"):
                    yield from read.changes(view, is_walk=is_walk)
                if view.object == "reservation":
                    yield from read.stays(view, is_walk=is_walk)

    def read(self, hint: Hint, http: Http, settings: Settings) -> Delivery | None:
        """One reservation or profile as the database holds it now."""
        with _look(settings) as (database, views):
            view = views.get(hint.entity)
            if view is None:
                return None
            where = [*_of_this_house(view, settings), (view.key[0], "=", hint.id)]
            query = Query(view.view, view.columns, tuple(where), view.key)
            try:
                rows = list(islice(_rows(database, query), PARCEL_ROWS))
            except Misconfigured as problem:
                # A key of words where the PMS counts in numbers is no key of its.
                if problem.code != "value_wrong":
                    raise
                return None
            return _delivery(view, rows, settings) if rows else None

    def hints(self, body: bytes, headers: Mapping[str, str]) -> list[Hint]:
        """A database never calls."""
        return []

    def check(self, http: Http, settings: Settings) -> list[str]:
        """Tries the login, its rights and the views; what it found, in sentences."""
        with _look(settings) as (database, views):
            found = _checked_shape(database, views, {})
            return [f"{view}: {len(columns)} columns" for view, columns in found.items()]

    def translate(
        self, payload: bytes, settings: Settings, context: Sequence[bytes] = ()
    ) -> Iterator[Translated]:
        """Canonical records of one delivery."""
        return translate(payload, settings, context)

    def scope_of(self, payload: bytes) -> Scope:
        """What an absent row means: a delivery of a window is complete for it."""
        return scope_of(payload)

    def accept_shape(self, bookmark: Bookmark) -> Bookmark:
        """The bookmark of a person who has compared the changed views with the mapping."""
        return {name: value for name, value in bookmark.items() if name != "shape"}


@contextmanager
def _look(settings: Settings) -> Iterator[tuple[Database, dict[str, ViewMap]]]:
    views = parsed(_mapping_of(settings))
    database = open_database(settings)
    try:
        refuse_if_writable(database)
        yield database, views
    finally:
        database.close()


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


@dataclass
class _Reading:
    """One poll: every parcel carries where to go on once it is kept."""

    database: Database
    settings: Settings
    now: datetime
    today: date
    known: Bookmark

    def changes(self, view: ViewMap, *, is_walk: bool) -> Iterator[Delivery]:
        """What was changed since the bookmark, oldest first; at first everything."""
        where, order = _of_this_house(view, self.settings), view.key
        since = self.known.get("changed", {}).get(view.object)
        if view.changed:
            order = (view.changed, *view.key)
        if view.changed and since:
            back = NIGHTLY_OVERLAP if is_walk else OVERLAP
            where.append((view.changed, ">=", _before(since, back)))
        elif view.object == "reservation":
            where.append((view.fields["arrival_on"][0], ">=", self.today - HISTORY))
        rows = _rows(self.database, Query(view.view, view.columns, tuple(where), order))
        while portion := list(islice(rows, PARCEL_ROWS)):
            if view.changed:
                self._advance(view, portion[-1][view.changed])
            yield self._delivery(view, portion, _NOTHING)

    def stays(self, view: ViewMap, *, is_walk: bool) -> Iterator[Delivery]:
        """The window of near stays whole, at the first poll of a day of all that matter."""
        first = self.today - (PAST if is_walk else timedelta(days=1))
        last = self.today + (AHEAD if is_walk else NEAR)
        arrival, departure = view.fields["arrival_on"][0], view.fields["departure_on"][0]
        where = (
            *_of_this_house(view, self.settings),
            (arrival, "<=", _end_of(last)),
            # Guests in house arrived before the window and belong to it.
            (departure, ">=", first),
        )
        rows = list(
            islice(
                _rows(self.database, Query(view.view, view.columns, where, view.key)), ROWS_MAX + 1
            )
        )
        if len(rows) > ROWS_MAX:
            raise Misconfigured(
                f"The view {view.view} shows more than {ROWS_MAX:,} stays between {first} and {last}."
                " Let it show one hotel only.",
                "view_too_large",
                view=str(view.view),
            )
        if is_walk:
            self.known["walked_on"] = self.today.isoformat()
        yield self._delivery(view, rows, Scope("window", first, last))

    def _advance(self, view: ViewMap, changed: object) -> None:
        """Moves on, but never beyond now: one stamp in the future would hide all that follow."""
        if changed is None:
            return
        if not isinstance(changed, date):
            raise Misconfigured(
                f"The column {view.changed} of {view.view} must be a date with time, so that changes "
                "can be asked for by it.",
                "changed_column",
                column=view.changed,
            )
        limit: date = self.today
        if isinstance(changed, datetime):
            local = self.now.astimezone(ZoneInfo(self.settings.zone))
            limit = self.now if changed.tzinfo else local.replace(tzinfo=None)
        seen = {**self.known.get("changed", {}), view.object: min(changed, limit).isoformat()}
        self.known["changed"] = seen

    def _delivery(self, view: ViewMap, rows: list[Row], scope: Scope) -> Delivery:
        bookmark = dict(self.known)
        return _delivery(
            view, rows, self.settings, scope=scope, bookmark=bookmark, made_at=self.now
        )


def _rows(database: Database, query: Query) -> Iterator[Row]:
    for row in database.rows(query):
        yield dict(zip(query.columns, row, strict=True))


def _house_of(settings: Settings) -> str:
    """What the views call this hotel; the property's own code unless it was said."""
    return str(settings.values.get("property_value") or settings.property)


def _of_this_house(view: ViewMap, settings: Settings) -> list[tuple[str, str, Value]]:
    return [(view.house, "=", _house_of(settings))] if view.house else []


def _before(since: str, overlap: timedelta) -> Value:
    """Where to start again, so that a change that was stamped early and seen late is not missed."""
    if len(since) == len("2026-05-04"):
        return date.fromisoformat(since) - max(overlap, timedelta(days=1))
    start = datetime.fromisoformat(since)
    return start - overlap if start.tzinfo else start - overlap - REPEATED_HOUR


def _end_of(day: date) -> datetime:
    # Where dates are kept with a time, the last day counts to its end.
    return datetime.combine(day, time(23, 59, 59))


def _delivery(
    view: ViewMap,
    rows: list[Row],
    settings: Settings,
    *,
    scope: Scope = _NOTHING,
    bookmark: Bookmark | None = None,
    made_at: datetime | None = None,
) -> Delivery:
    plain = [{name: _scalar(value) for name, value in row.items()} for row in rows]
    house = _house_of(settings) if view.house else None
    parcel = Parcel(view.object, str(view.view), plain, _mapping_of(settings), house, scope)
    return Delivery(view.object, msgspec.json.encode(parcel), made_at, bookmark)


def _mapping_of(settings: Settings) -> str:
    return str(settings.values.get("views") or "plain")


def _scalar(value: Any) -> Scalar:
    """A value in a form that is the same at every read."""
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, int):
        return value if abs(value) < 1 << 63 else str(value)
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, float):
        # The shortest text that is this number: 119.9, as a person entered it.
        return f"{Decimal(repr(value)):f}"
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)
