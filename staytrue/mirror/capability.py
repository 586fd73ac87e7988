"""The capability sheet of a connection, measured: what the PMS holds, sends, fills, and changes
silently, field by field; and how far back its history reaches.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from staytrue.inbox import objectives
from staytrue.inbox.models import Connection, Delivery
from staytrue.mirror.canonical import PROFILE_FIELDS, RESERVATION_FIELDS, VERSION_FIELDS
from staytrue.mirror.fidelity import Share
from staytrue.mirror.models import FillRate, SilentChange

# Ours, or the frame of every record: nothing that a PMS may or may not send.
_OURS = frozenset({"leg", "property", "status_origin", "nights", "kind", "version", "custom"})
FIELDS = {
    "reservation": tuple(name for name in RESERVATION_FIELDS if name not in _OURS),
    "profile": tuple(name for name in PROFILE_FIELDS if name not in _OURS),
}
_LISTS = frozenset({
    "extras", "folio", "guests", "emails", "phones", "addresses", "loyalty", "consents",
})  # fmt: skip
_FLAGS = frozenset({"deleted", "anonymised"})
_NOT_TEXT = frozenset({
    "arrival_on", "departure_on", "created_at", "modified_at", "cancelled_at", "checked_in_at",
    "checked_out_at", "adults", "children", "infants", "amount", "room_amount", "tax_included",
})  # fmt: skip
# They come and go with the life of a stay, not with what the PMS sends.
_MOVING = frozenset({
    "cancelled_at", "checked_in_at", "checked_out_at", "room_number", "group_number", "children",
    "infants", "extras", "folio", "merged_into", "deleted", "anonymised",
})  # fmt: skip

KEPT_DAYS = 90
TREND_DAYS = 30
TRAILING_DAYS = 7
RECORDS_MIN = 10
"""Of fewer records a day, a share says nothing."""


def is_filled(field: str, row: str = "t") -> str:
    """The condition in SQL that a mirrored row carries a field."""
    column = f"{row}.{field}"
    if field in _LISTS:
        return f"{column} <> '[]'"
    if field in _FLAGS:
        return column
    if field == "channel":
        return f"({column} <> 'other' OR {row}.source_channel IS NOT NULL)"
    return f"{column} IS NOT NULL" + ("" if field in _NOT_TEXT else f" AND {column} <> ''")


# What a feed showed in a span of time: what was read in it, and what stood in its files unchanged
# and was not merged again.
_SHOWN = """
  SELECT count(*), {counts} FROM {object} t
   WHERE t.connection_id = %(link)s AND (t.{key} = ANY(%(keys)s)
      OR (t.read_at >= %(begin)s AND t.read_at < %(end)s
          AND NOT EXISTS (SELECT FROM delivery d WHERE d.id = t.delivery_id AND d.history)))"""
_KEY = {"reservation": "number", "profile": "source_id"}


def measure(link: Connection, day: date) -> int:
    """Measure what a feed filled on the hotel's present day so far; how many records it showed.

    Rows move to a later day when they are read again, so a fuller measurement of the day stands.
    """
    shown, zone = 0, ZoneInfo(link.property.timezone)
    begin, end = (datetime.combine(each, time(), zone) for each in (day, day + timedelta(days=1)))
    for object, names in FIELDS.items():
        counts = ", ".join(f"count(*) FILTER (WHERE {is_filled(name)})" for name in names)
        query = _SHOWN.format(object=object, counts=counts, key=_KEY[object])
        keys = _in_files(link, object, begin, end)
        with connection.cursor() as cursor:
            cursor.execute(query, {"link": link.pk, "keys": keys, "begin": begin, "end": end})
            records, *filled = cursor.fetchone()
            if not records:
                continue
            cursor.execute(
                """INSERT INTO fill_rate AS f
                     (connection_id, property_id, object, field, day, records, filled)
                   SELECT %s, %s, %s, u.field, %s, %s, u.filled
                     FROM unnest(%s::text[], %s::int[]) AS u(field, filled) ORDER BY u.field
                   ON CONFLICT (connection_id, object, field, day) DO UPDATE
                     SET records = excluded.records, filled = excluded.filled
                     WHERE excluded.records >= f.records""",
                [link.pk, link.property_id, object, day, records, list(names), filled],
            )
        shown += records
    FillRate.objects.filter(connection=link, day__lt=day - timedelta(days=KEPT_DAYS)).delete()
    return shown


def _in_files(link: Connection, object: str, begin: datetime, end: datetime) -> list[str]:
    """The keys that stood in the files of this span."""
    packed = Delivery.objects.filter(
        connection=link, object=object, kind="file", history=False, source_ids__isnull=False,
        state=Delivery.State.APPLIED, received_at__gte=begin, received_at__lt=end,
    ).values_list("source_ids", flat=True)  # fmt: skip
    return sorted(
        {key for ids in packed if ids for key in zlib.decompress(ids).decode().split("\n")}
    )


@dataclass(frozen=True)
class Drop:
    """A field that suddenly comes less often: its share before and now."""

    object: str
    field: str
    before: float
    now: float


def drops(link: Connection, day: date) -> list[Drop]:
    """Fields whose fill fell by more than the threshold below the mean of the week before.

    A fall that chance explains is none: the day's interval must lie below that mean as well.
    """
    points = objectives.drop_points(link.objectives)
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT n.object, n.field, sum(b.filled)::float / sum(b.records), n.filled, n.records
                 FROM fill_rate n
                 JOIN fill_rate b ON b.connection_id = n.connection_id AND b.object = n.object
                  AND b.field = n.field AND b.day < n.day AND b.day >= n.day - %(days)s
                WHERE n.connection_id = %(link)s AND n.day = %(day)s AND n.records >= %(least)s
                  AND NOT n.field = ANY(%(moving)s)
                GROUP BY n.object, n.field, n.filled, n.records
               HAVING sum(b.records) >= %(least)s ORDER BY 1, 2""",
            {"link": link.pk, "day": day, "days": TRAILING_DAYS, "least": RECORDS_MIN,
             "moving": sorted(_MOVING)},
        )  # fmt: skip
        found = [
            (object, field, before, Share(filled, records))
            for object, field, before, filled, records in cursor.fetchall()
        ]
    return [
        Drop(object, field, before, share.value)
        for object, field, before, share in found
        if share.value is not None
        and 100 * (before - share.value) > points
        and share.interval[1] < before
    ]


def silent_fields(
    before: Mapping[str, Any], after: Mapping[str, Any], diff: Iterable[str]
) -> frozenset[str]:
    """Fields of a mirrored row that became different while its version at the PMS stood still.

    `before` and `after` are rows, `diff` the canonical fields that differ. A PMS that stamps
    nothing says nothing, so nothing of it is silent; the same parcel read with a mended mapping is
    our own doing.
    """
    marks = [(row.get("version"), row.get("modified_at")) for row in (before, after)]
    stands_still = marks[0] == marks[1] and marks[0] != (None, None)
    if not stands_still or before.get("delivery_id") == after.get("delivery_id"):
        return frozenset()
    return frozenset(diff) & set(FIELDS["reservation"] + FIELDS["profile"]) - VERSION_FIELDS


def note_silent(
    link_id: int, property_id: int, object: str, fields: Iterable[str], now: datetime
) -> None:
    """Add silent changes, one for each time a field is named."""
    counted = Counter(fields)
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO silent_change AS s
                 (connection_id, property_id, object, field, count, last_at)
               SELECT %s, %s, %s, u.field, u.count, %s
                 FROM unnest(%s::text[], %s::int[]) AS u(field, count) ORDER BY u.field
               ON CONFLICT (connection_id, object, field) DO UPDATE
                 SET count = s.count + excluded.count,
                     last_at = greatest(s.last_at, excluded.last_at)""",
            [link_id, property_id, object, now, list(counted), list(counted.values())],
        )


@dataclass(frozen=True)
class Day:
    """One day of a field's trend."""

    day: date
    records: int
    filled: int

    @property
    def share(self) -> float:
        """How often it was filled."""
        return self.filled / self.records if self.records else 0.0


@dataclass(frozen=True)
class FieldFacts:
    """One line of the sheet. `held` and `declared` are what the connector's manifest says (unknown:
    None); `sent` is measured: at least one record carried it.
    """

    object: str
    field: str
    held: bool | None
    declared: bool | None
    sent: bool
    trend: tuple[Day, ...]
    silent: int
    silent_at: datetime | None

    @property
    def filled(self) -> float | None:
        """The share of the last measured day; nothing where nothing was measured."""
        return self.trend[-1].share if self.trend else None

    @property
    def records(self) -> int:
        """How many records that share is of."""
        return self.trend[-1].records if self.trend else 0


def sheet(
    link: Connection, today: date, declared: Mapping[str, Mapping[str, Collection[str]]]
) -> list[FieldFacts]:
    """The sheet, field by field. `declared` is the manifest's table `fields`."""
    rates = FillRate.objects.filter(
        connection=link, day__gt=today - timedelta(days=KEPT_DAYS)
    ).order_by("day")
    days: dict[tuple[str, str], list[Day]] = {}
    for rate in rates:
        of = days.setdefault((rate.object, rate.field), [])
        of.append(Day(rate.day, rate.records, rate.filled))
    silent = {
        (each.object, each.field): each for each in SilentChange.objects.filter(connection=link)
    }
    lines = []
    for object, names in FIELDS.items():
        sends = declared.get(object, {}).get("sent")
        holds = declared.get(object, {}).get("held", ())
        for name in names:
            known = days.get((object, name), [])
            quiet = silent.get((object, name))
            says = None if sends is None else name in sends
            lines.append(
                FieldFacts(
                    object=object,
                    field=name,
                    held=None if sends is None else name in sends or name in holds,
                    declared=says,
                    sent=any(day.filled for day in known),
                    trend=tuple(known[-TREND_DAYS:]),
                    silent=quiet.count if quiet else 0,
                    silent_at=quiet.last_at if quiet else None,
                )
            )
    return lines


@dataclass(frozen=True)
class Depth:
    """How far back a PMS's history reaches, and which fields its old stays never carry."""

    first_on: date | None
    years: int
    stays: int
    missing: tuple[str, ...]


def history_depth(link: Connection, today: date, fields: Sequence[str] = ()) -> Depth:
    """The depth of history in whole years; `missing` among `fields`, or among all of a stay's."""
    names = tuple(name for name in FIELDS["reservation"] if not fields or name in fields)
    parts = ", ".join(f"bool_or({is_filled(name)})" for name in names)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT min(t.arrival_on), count(*), {parts} FROM reservation t
                 WHERE t.connection_id = %s AND t.departure_on < %s""",
            [link.pk, today],
        )
        first, stays, *carried = cursor.fetchone()
    if first is None:
        return Depth(None, 0, 0, names)
    # A house of few stays has none on the very day on which its history begins.
    years = round((today - first).days / 365.25)
    missing = [name for name, is_there in zip(names, carried, strict=True) if not is_there]
    return Depth(first, years, stays, tuple(missing))
