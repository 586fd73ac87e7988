"""One poll of the views: what changed lately, once a day everything, and the near stays whole.

A row is brought when it is not what it was at the last look. So that this costs little the
bookmark holds digests: of the rows changed lately, of the near window, and of stretches of a view.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from hashlib import blake2b
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from staytrue.connectors.base import Bookmark, Delivery, Scope, Settings
from staytrue.connectors.sql_views.database import Database, OffCalendar, Query, Value, Where
from staytrue.connectors.sql_views.mapping import ViewMap
from staytrue.connectors.sql_views.reading import Scalar
from staytrue.connectors.sql_views.translate import Parcel
from staytrue.kit.errors import Misconfigured

ROWS_MAX = 100_000
PARCEL_ROWS = 2000
# A stretch ends at a row whose key says so, on average after this many: a new row moves one end.
STRETCH_ROWS = 512
LATELY_MAX = 4000
NEAR = timedelta(days=14)
AHEAD = timedelta(days=550)
PAST = timedelta(days=7)
HISTORY_YEARS = 5
# A change is stamped when it is made and seen when its transaction ends. What takes longer than
# this is found by the windows, and by the whole view each night.
OVERLAP = timedelta(minutes=15)
# Wall time without a zone repeats an hour in autumn.
REPEATED_HOUR = timedelta(hours=1)
# After so long without a look nothing is taken for granted.
GAP = timedelta(hours=6)

Row = dict[str, Any]

_NOTHING = Scope()


class Poll:
    """One poll: every parcel carries where to go on once it is kept; the last one is always given."""

    def __init__(
        self, database: Database, settings: Settings, now: datetime, known: Bookmark
    ) -> None:
        self.database, self.settings, self.now, self.known = database, settings, now, known
        self.today = now.astimezone(ZoneInfo(settings.zone)).date()
        polled_at = known.get("polled_at")
        is_gap = not polled_at or now - datetime.fromisoformat(polled_at) > GAP
        self.is_walk = is_gap or known.get("walked_on") != self.today.isoformat()

    def parcels(self, views: Mapping[str, ViewMap]) -> Iterator[Delivery]:
        """All that is different, guests before the stays that name them."""
        for view in views.values():
            since = self.known.get("changed", {}).get(view.object)
            if view.changed and since:
                yield from self._changes(view, view.changed, since)
            if self.is_walk or view.object not in self.known.get("stretches", {}):
                yield from self._everything(view)
        yield self._near(views["reservation"])

    def _changes(self, view: ViewMap, stamp: str, since: str) -> Iterator[Delivery]:
        """What was stamped since the bookmark, oldest first."""
        where = (*of_this_house(view, self.settings), (stamp, ">=", _before(since)))
        rows = rows_of(self.database, view, where, (stamp, *view.key))
        known = set(self.known.get("lately", {}).get(view.object, ()))
        newest: Any = None
        seen = list[str]()
        while portion := list(islice(rows, PARCEL_ROWS)):
            newest = next(reversed(_moments(portion, stamp)), newest)
            digests = [digest_of(row) for row in portion]
            seen += digests
            new = [row for row, own in zip(portion, digests, strict=True) if own not in known]
            if newest is not None:
                self._note("changed", view, self._mark(view, newest))
            self._note("lately", view, seen[-LATELY_MAX:])
            if new:
                yield self._parcel(view, new)
        if newest is None or _written(newest) < since:
            # Time went back: the PMS was restored, so that what we know of it is worth nothing.
            self._note("stretches", view, None)

    def _everything(self, view: ViewMap) -> Iterator[Delivery]:
        """Every row of the view that is not in a stretch we know: silent changes show here."""
        where = of_this_house(view, self.settings)
        if view.object == "reservation":
            # The same day all year, so that stretches stay what they are.
            first = date(self.today.year - HISTORY_YEARS, 1, 1)
            where = (*where, (view.fields["arrival_on"][0], ">=", first))
        known = self.known.get("stretches", {}).get(view.object, [])
        newest, seen = None, list[str]()
        for stretch in _stretches(rows_of(self.database, view, where, view.key), view):
            seen.append(digest_of(stretch))
            if view.changed:
                stamps = _moments(stretch, view.changed)
                newest = max([*stamps, *([] if newest is None else [newest])], default=None)
            if seen[-1] not in known:
                self._note("stretches", view, [*known, *seen])
                yield self._parcel(view, stretch)
        self._note("stretches", view, seen)
        if newest is not None:
            self._note("changed", view, self._mark(view, newest))

    def _near(self, view: ViewMap) -> Delivery:
        """The window of near stays whole, at a walk of all that matter; empty if nothing changed."""
        first, last = self.today - timedelta(days=1), self.today + NEAR
        if self.is_walk:
            walked_on = date.fromisoformat(self.known.get("walked_on", self.today.isoformat()))
            first, last = min(walked_on, self.today) - PAST, self.today + AHEAD
        rows = window(self.database, view, self.settings, first, last)
        self.known["walked_on"] = self.today.isoformat()
        self.known["polled_at"] = self.now.isoformat()
        own = digest_of([first, last, rows])
        if self.known.get("near") == own:
            return Delivery(view.object, b"", self.now, dict(self.known))
        self.known["near"] = own
        return self._parcel(view, rows, Scope("window", first, last))

    def _mark(self, view: ViewMap, changed: object) -> str:
        """How far we are, never beyond now: one stamp in the future would hide all that follow."""
        if not isinstance(changed, date):
            raise Misconfigured(
                f"The column {view.changed} of {view.view} must be a date with time, so that changes "
                "can be asked for by it.",
                "changed_column",
                column=view.changed,
            )
        if not isinstance(changed, datetime):
            return _written(min(changed, self.today))
        local = self.now.astimezone(ZoneInfo(self.settings.zone)).replace(tzinfo=None)
        return _written(min(changed, self.now if changed.tzinfo else local))

    def _note(self, what: str, view: ViewMap, value: object) -> None:
        # New dictionaries each time: bookmarks already given must not change.
        noted = {**self.known.get(what, {}), view.object: value}
        self.known[what] = {name: one for name, one in noted.items() if one is not None}

    def _parcel(self, view: ViewMap, rows: list[Row], scope: Scope = _NOTHING) -> Delivery:
        return parcel(view, rows, self.settings, scope, dict(self.known))


def rows_of(
    database: Database, view: ViewMap, where: tuple[Where, ...], order: tuple[str, ...]
) -> Iterator[Row]:
    """Rows of a view by the names of its columns."""
    query = Query(view.view, view.columns, where, order)
    for row in database.rows(query):
        yield dict(zip(query.columns, map(_scalar_or_moment, row), strict=True))


def window(
    database: Database, view: ViewMap, settings: Settings, first: date, last: date
) -> list[Row]:
    """All stays that touch these days; a cut list would look complete, so that none is cut."""
    arrival, departure = view.fields["arrival_on"][0], view.fields["departure_on"][0]
    # Guests in house arrived before the window and belong to it.
    dates: tuple[Where, ...] = ((arrival, "<=", _end_of(last)), (departure, ">=", first))
    where = (*of_this_house(view, settings), *dates)
    rows = list(islice(rows_of(database, view, where, view.key), ROWS_MAX + 1))
    if len(rows) > ROWS_MAX:
        raise Misconfigured(
            f"The view {view.view} shows more than {ROWS_MAX:,} stays between {first} and {last}."
            " Let it show one hotel only.",
            "view_too_large",
            view=str(view.view),
        )
    return rows


def house_of(settings: Settings) -> str:
    """What the views call this hotel; the property's own code unless it was said."""
    return str(settings.values.get("property_value") or settings.property)


def mapping_of(settings: Settings) -> str:
    """The connection's mapping, or the one that is meant where none is said."""
    return str(settings.values.get("views") or "plain")


def of_this_house(view: ViewMap, settings: Settings) -> tuple[Where, ...]:
    """Another hotel's rows are not even asked for."""
    return ((view.house, "=", house_of(settings)),) if view.house else ()


def parcel(
    view: ViewMap,
    rows: list[Row],
    settings: Settings,
    scope: Scope = _NOTHING,
    bookmark: Bookmark | None = None,
) -> Delivery:
    """Rows as a delivery that can be read again by itself.

    The moment of the look, as the settings tell it, orders versions: stamps of the PMS may stand
    still, repeat an hour in autumn, or go back with its backup; our clock may step back.
    """
    plain = [{name: _scalar(value) for name, value in row.items()} for row in rows]
    house = house_of(settings) if view.house else None
    read_at = settings.read_at
    told = Parcel(
        view.object, str(view.view), plain, mapping_of(settings), house, scope, read_at=read_at
    )
    return Delivery(view.object, msgspec.json.encode(told), read_at, bookmark)


def _moments(rows: Iterable[Row], stamp: str) -> list[Any]:
    """The stamps of these rows; one of no calendar says nothing of when."""
    said = (row[stamp] for row in rows)
    return [one for one in said if one is not None and not isinstance(one, OffCalendar)]


def digest_of(thing: object) -> str:
    """Eight bytes that tell one look's rows from another's."""
    encoded = msgspec.json.encode(thing, enc_hook=str)
    return blake2b(encoded, digest_size=8).hexdigest()


def _stretches(rows: Iterable[Row], view: ViewMap) -> Iterator[list[Row]]:
    """Rows in pieces whose ends hang on the rows themselves, not on how many came before."""
    stretch = list[Row]()
    for row in rows:
        stretch.append(row)
        is_end = int(digest_of([row[column] for column in view.key]), 16) % STRETCH_ROWS == 0
        if is_end or len(stretch) == PARCEL_ROWS:
            yield stretch
            stretch = []
    if stretch:
        yield stretch


def _written(stamp: date) -> str:
    """A stamp as text that sorts as stamps do."""
    if isinstance(stamp, datetime) and stamp.tzinfo:
        return stamp.astimezone(UTC).isoformat()
    return stamp.isoformat()


def _before(since: str) -> Value:
    """Where to start again, so that a change that was stamped early and seen late is not missed."""
    if len(since) == len("2026-05-04"):
        return date.fromisoformat(since) - timedelta(days=1)
    start = datetime.fromisoformat(since)
    return start - OVERLAP if start.tzinfo else start - OVERLAP - REPEATED_HOUR


def _end_of(day: date) -> datetime:
    # Where dates are kept with a time, the last day counts to its end.
    return datetime.combine(day, time(23, 59, 59))


def _scalar_or_moment(value: Any) -> Any:
    """A driver's value in a form of our own, moments still as such."""
    return value if isinstance(value, date) else _scalar(value)


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
