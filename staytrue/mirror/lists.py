"""Named reads for lists of stays: the day's lists of a hotel, and all stays page by page.

Each takes an `Access` and reads only the properties where it holds the right; a field the role
hides leaves as None and is named in `hidden`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from staytrue.hotel.models import Property
from staytrue.mirror.rules import IS_HISTORY
from staytrue.staff.access import Access, hidden_among

STAYS = "stays.read"
LIST_MAX = 400

# The four lists of a business date, as conditions on reservation r of the day h.day.
TABS: Mapping[str, str] = {
    "arrivals": "r.arrival_on = h.day AND r.status NOT IN ('cancelled', 'inquiry')"
    " AND r.out_of_sight_since IS NULL",
    "in_house": "r.status = 'in_house'",
    "departures": "r.departure_on = h.day AND r.status IN ('in_house', 'checked_out')",
    "out_of_sight": "r.out_of_sight_since IS NOT NULL AND r.departure_on >= h.day",
}

# A record k of a reservation r that was not understood, newer than what is mirrored of it.
PARKED = (
    "k.connection_id = r.connection_id AND k.key IN (r.number || '/' || r.leg, r.number)"
    " AND k.state = 'parked' AND k.object <> 'profile'"
)
_IS_PARKED = f"EXISTS (SELECT FROM parked_part k WHERE {PARKED})"
_COLUMNS = f"""
  r.id, r.property_id, r.connection_id, r.number, r.leg, r.status, r.status_origin, r.arrival_on,
  r.departure_on, r.nights, r.adults, r.children, r.room_number, r.room_category, r.channel,
  r.notes, {IS_HISTORY}, {_IS_PARKED}, r.seen_on, r.out_of_sight_since, r.out_of_sight_cause,
  r.source_status, f.true_through, p.id, p.first_name, p.last_name, p.second_last_name, p.vip,
  p.emails::text"""
_JOINS = """
  JOIN property z ON z.id = r.property_id
  LEFT JOIN freshness f ON f.connection_id = r.connection_id AND f.object = 'reservation'
  LEFT JOIN profile p ON p.connection_id = r.connection_id AND p.source_id = r.primary_profile"""
# How often the guest has stayed before, by the profile of this PMS.
_RETURNING = """
  (SELECT count(*) FROM roster o JOIN reservation e ON e.id = o.reservation_id
    WHERE o.connection_id = r.connection_id AND o.profile = r.primary_profile
      AND o.role = 'primary' AND o.until_at IS NULL AND e.id <> r.id
      AND e.status = 'checked_out')"""


@dataclass(frozen=True)
class Guest:
    """The main guest of a listed stay, as far as the reader may know him."""

    id: int
    name: str
    vip: str | None
    mail: str | None
    """`own`, `relay`, `none`; None when contacts are hidden."""
    stays_before: int


@dataclass(frozen=True)
class ListedStay:
    """One line of a list of stays."""

    id: int
    property_id: int
    number: str
    leg: str
    status: str
    status_origin: str
    source_status: str
    arrival_on: date
    departure_on: date
    nights: int
    adults: int | None
    children: int | None
    room_number: str | None
    room_category: str | None
    channel: str
    notes: str | None
    is_history: bool
    newest_parked: bool
    seen_on: date | None
    out_of_sight_since: datetime | None
    out_of_sight_cause: str | None
    true_through: datetime | None
    guest: Guest | None
    hidden: frozenset[str]


@dataclass(frozen=True)
class Tally:
    """How many stays of one list stand alike: what a message would be depends on nothing else."""

    property_id: int
    tab: str
    status: str
    is_history: bool
    newest_parked: bool
    out_of_sight_cause: str | None
    out_of_sight_since: datetime | None
    true_through: datetime | None
    stays: int


def hotels(access: Access, right: str = STAYS) -> list[Property]:
    """The hotels at which he holds a right, by code."""
    return list(Property.objects.filter(pk__in=access.where(right)).order_by("code"))


def day_of(hotel: Property, now: datetime) -> date:
    """The business date, or the calendar's until the first delivery has told one."""
    return hotel.business_date or now.astimezone(ZoneInfo(hotel.timezone)).date()


def today_of(access: Access, now: datetime) -> date:
    """The day it is where the first of his hotels stands: for lists over several hotels."""
    first = hotels(access)[:1]
    return now.astimezone(ZoneInfo(first[0].timezone if first else "UTC")).date()


def day_list(
    access: Access, tab: str, of: Sequence[Property], now: datetime, limit: int = LIST_MAX
) -> list[ListedStay]:
    """One of the four lists at these hotels, grouped by hotel, guests by name."""
    condition = TABS[tab]
    return _listed(
        access,
        f"""SELECT {_COLUMNS}, {_RETURNING}
              FROM unnest(%(ids)s::bigint[], %(days)s::date[]) WITH ORDINALITY AS h(id, day, place)
              JOIN reservation r ON r.property_id = h.id AND {condition} {_JOINS}
             ORDER BY h.place, p.last_name_key, r.number, r.leg LIMIT %(limit)s""",
        _days(access, of, now) | {"limit": limit},
    )


def day_tallies(access: Access, of: Sequence[Property], now: datetime) -> list[Tally]:
    """The counts of all four lists, split by what a message now depends on."""
    parts = " UNION ALL ".join(
        f"SELECT h.id, '{tab}' AS tab, r.connection_id, r.status, {IS_HISTORY} AS is_history,"
        f" {_IS_PARKED} AS newest_parked, r.out_of_sight_since, r.out_of_sight_cause"
        " FROM unnest(%(ids)s::bigint[], %(days)s::date[]) AS h(id, day)"
        f" JOIN reservation r ON r.property_id = h.id AND {condition}"
        " JOIN property z ON z.id = r.property_id"
        for tab, condition in TABS.items()
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT x.id, tab, status, is_history, newest_parked, max(out_of_sight_cause),
                       min(out_of_sight_since), true_through, count(*)
                  FROM ({parts}) x LEFT JOIN freshness f
                    ON f.connection_id = x.connection_id AND f.object = 'reservation'
                 GROUP BY 1, 2, 3, 4, 5, true_through, out_of_sight_since IS NULL
                 ORDER BY 1, 2, 3""",
            _days(access, of, now),
        )
        return [Tally(*row) for row in cursor.fetchall()]


def _days(access: Access, of: Iterable[Property], now: datetime) -> dict[str, Any]:
    allowed = access.where(STAYS)
    seen = [hotel for hotel in of if hotel.pk in allowed]
    return {"ids": [hotel.pk for hotel in seen], "days": [day_of(hotel, now) for hotel in seen]}


@dataclass(frozen=True)
class Wish:
    """What the list of stays is asked for; everything may be missing.

    `status` is a status or `out_of_sight`; `after` and `before` are the place (arrival, id) of the
    last and first line already seen.
    """

    property_ids: frozenset[int] | None = None
    status: str = ""
    first: date | None = None
    last: date | None = None
    after: tuple[date, int] | None = None
    before: tuple[date, int] | None = None


def stays(access: Access, wish: Wish, count: int = 50) -> tuple[list[ListedStay], bool]:
    """A page of stays by arrival, and whether the walk goes on in its direction."""
    ids = access.where(STAYS)
    if wish.property_ids is not None:
        ids &= wish.property_ids
    backwards = wish.before is not None
    way = "DESC" if backwards else "ASC"
    # Each hotel's own index gives its next lines; the few of all hotels are sorted together.
    rows = _listed(
        access,
        f"""SELECT {_COLUMNS}, {_RETURNING}
              FROM (SELECT x.* FROM unnest(%(ids)s::bigint[]) AS h(id) CROSS JOIN LATERAL (
                      SELECT r.* FROM reservation r
                       WHERE r.property_id = h.id AND {" AND ".join(_conditions(wish))}
                       ORDER BY r.arrival_on {way}, r.id {way} LIMIT %(limit)s) x
                     ORDER BY x.arrival_on {way}, x.id {way} LIMIT %(limit)s) r {_JOINS}
             ORDER BY r.arrival_on {way}, r.id {way}""",
        {
            "ids": sorted(ids),
            "limit": count + 1,
            "status": wish.status,
            "first": wish.first,
            "last": wish.last,
            **_place("after", wish.after),
            **_place("before", wish.before),
        },
    )
    goes_on, page = len(rows) > count, rows[:count]
    return (page[::-1] if backwards else page), goes_on


def _conditions(wish: Wish) -> list[str]:
    conditions = ["true"]
    if wish.status == "out_of_sight":
        conditions.append("r.out_of_sight_since IS NOT NULL")
    elif wish.status:
        conditions.append("r.status = %(status)s AND r.out_of_sight_since IS NULL")
    if wish.first:
        conditions.append("r.arrival_on >= %(first)s")
    if wish.last:
        conditions.append("r.arrival_on <= %(last)s")
    if wish.after:
        # The plain half is what the index is searched by.
        conditions.append("r.arrival_on >= %(after_on)s")
        conditions.append("(r.arrival_on, r.id) > (%(after_on)s::date, %(after_id)s::bigint)")
    if wish.before:
        conditions.append("r.arrival_on <= %(before_on)s")
        conditions.append("(r.arrival_on, r.id) < (%(before_on)s::date, %(before_id)s::bigint)")
    return conditions


def _place(name: str, place: tuple[date, int] | None) -> dict[str, Any]:
    on, id_ = place or (None, None)
    return {f"{name}_on": on, f"{name}_id": id_}


def _listed(access: Access, sql: str, values: Mapping[str, Any]) -> list[ListedStay]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [_line(access, row) for row in cursor.fetchall()]


_FIELDS = ("room_number", "notes", "first_name", "emails")


def _line(access: Access, row: Sequence[Any]) -> ListedStay:
    (id_, property_id, _, number, leg, status, origin, arrival, departure, nights, adults,
     children, room, category, channel, notes, is_history, newest_parked, seen_on, since, cause,
     source_status, true_through, profile, first, last, second, vip, emails, before) = row  # fmt: skip
    hidden = frozenset(hidden_among(access, _FIELDS, property_id))
    guest = None
    if profile is not None and "first_name" not in hidden:
        mails = None if "emails" in hidden else json.loads(emails)
        guest = Guest(profile, full_name(first, last, second), vip, mail_of(mails), before)
    return ListedStay(
        id_, property_id, number, leg, status, origin, source_status, arrival, departure, nights,
        adults, children, None if "room_number" in hidden else room, category, channel,
        None if "notes" in hidden else notes, is_history, newest_parked, seen_on, since, cause,
        true_through, guest, hidden,
    )  # fmt: skip


def full_name(*parts: str | None) -> str:
    """The parts of a name that are known, in the order people say them."""
    return " ".join(part for part in parts if part)


def mail_of(emails: list[dict[str, Any]] | None) -> str | None:
    """Whether the guest can be written to: at an address of his own, at an OTA's relay, or not."""
    if emails is None:
        return None
    if not emails:
        return "none"
    return "relay" if all(mail.get("masked") for mail in emails) else "own"
