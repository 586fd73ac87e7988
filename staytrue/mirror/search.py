"""One search box: booking number, name in any order, e-mail, phone digits, room of today.

What is typed and what is stored pass the same folding (`kit.text.fold`); every part of the search
reads only the properties where the member holds the right that its field needs.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import phonenumbers
from django.db import connection

from staytrue.hotel.models import Property
from staytrue.kit.text import fold
from staytrue.mirror.lists import full_name
from staytrue.mirror.rows import name_key
from staytrue.staff.access import Access

FOUND_MAX = 20
# Of so many candidates those with a stay to come are shown first.
_CANDIDATES = 200
_DIGITS_MIN = 6
_NAME_MIN = 2


@dataclass(frozen=True)
class FoundGuest:
    """A profile the words lead to, with his next stay or else his last."""

    id: int
    name: str
    hotel: str
    property_id: int
    stays: int
    stay_id: int | None
    stay_status: str | None
    arrival_on: date | None
    departure_on: date | None
    is_next: bool


@dataclass(frozen=True)
class FoundStay:
    """A reservation the words lead to."""

    id: int
    number: str
    leg: str
    hotel: str
    property_id: int
    status: str
    is_lost: bool
    arrival_on: date
    departure_on: date
    name: str
    room: str | None


@dataclass(frozen=True)
class Found:
    """The answer of one search."""

    guests: list[FoundGuest]
    stays: list[FoundStay]

    @property
    def is_empty(self) -> bool:
        """Whether nothing was found."""
        return not (self.guests or self.stays)


def search(access: Access, words: str, today: date) -> Found:
    """Everything these words lead to, exact hits first."""
    key = fold(words)
    if len(key) < _NAME_MIN:
        return Found([], [])
    return Found(_guests(access, words, key, today), _stays(access, words, key))


def _guests(access: Access, words: str, key: str, today: date) -> list[FoundGuest]:
    seen, contacts = access.where("profiles.read"), access.where("contact.read")
    if not seen:
        return []
    keys = [key] if "@" in key else phone_keys(words, _countries(contacts))
    with connection.cursor() as cursor:
        cursor.execute(
            """WITH hit AS MATERIALIZED (
                 (SELECT id, 1 AS rank FROM profile
                   WHERE name_key = %(name)s AND property_id = ANY(%(seen)s) LIMIT %(limit)s)
                 UNION ALL
                 (SELECT id, 1
                    FROM profiles_by_contact(%(keys)s, %(contacts)s, %(limit)s) AS known(id))
                 UNION ALL
                 (SELECT id, 2 FROM profile
                   WHERE last_name_key >= %(key)s AND last_name_key < %(end)s
                     AND property_id = ANY(%(seen)s)
                   ORDER BY last_name_key LIMIT %(limit)s)),
               best AS (SELECT id, min(rank) AS rank FROM hit GROUP BY id
                         ORDER BY 2, 1 LIMIT %(limit)s)
               SELECT p.id, p.first_name, p.last_name, p.second_last_name, p.source_id, h.name,
                      p.property_id, s.stays, n.id, n.status, n.arrival_on, n.departure_on,
                      n.departure_on >= %(today)s
                 FROM best JOIN profile p ON p.id = best.id
                 JOIN property h ON h.id = p.property_id
                 CROSS JOIN LATERAL (
                   SELECT count(DISTINCT reservation_id) AS stays FROM roster o
                    WHERE o.connection_id = p.connection_id AND o.profile = p.source_id
                      AND o.until_at IS NULL) s
                 LEFT JOIN LATERAL (
                   SELECT r.id, r.status, r.arrival_on, r.departure_on
                     FROM roster o JOIN reservation r ON r.id = o.reservation_id
                    WHERE o.connection_id = p.connection_id AND o.profile = p.source_id
                      AND o.until_at IS NULL AND r.property_id = ANY(%(stays)s)
                      AND r.status NOT IN ('cancelled', 'no_show')
                    ORDER BY r.departure_on < %(today)s,
                             abs(r.arrival_on - %(today)s) LIMIT 1) n ON true
                ORDER BY best.rank, n.departure_on >= %(today)s DESC NULLS LAST,
                         abs(n.arrival_on - %(today)s), p.last_name_key, p.id
                LIMIT %(shown)s""",
            {
                "name": name_key(words),
                "key": key,
                "end": key + "\U0010ffff",
                "keys": keys,
                "seen": sorted(seen),
                "contacts": sorted(contacts & seen),
                "stays": sorted(access.where("stays.read")),
                "today": today,
                "limit": _CANDIDATES,
                "shown": FOUND_MAX,
            },
        )
        return [_found_guest(row) for row in cursor.fetchall()]


def _found_guest(row: Any) -> FoundGuest:
    id_, first, last, second, source_id, hotel, property_id, *rest = row
    stays, stay_id, status, arrival, departure, is_next = rest
    return FoundGuest(id_, full_name(first, last, second) or source_id, hotel, property_id, stays,
                      stay_id, status, arrival, departure, bool(is_next))  # fmt: skip


def _stays(access: Access, words: str, key: str) -> list[FoundStay]:
    seen, rooms = access.where("stays.read"), access.where("room.read")
    names = access.where("profiles.read")
    typed = words.strip()
    with connection.cursor() as cursor:
        cursor.execute(
            """WITH hit AS MATERIALIZED (
                 (SELECT id FROM reservation
                   WHERE number = ANY(%(numbers)s) AND property_id = ANY(%(seen)s)
                   ORDER BY arrival_on DESC LIMIT %(limit)s)
                 UNION
                 (SELECT id FROM reservation
                   WHERE status = 'in_house' AND room_number = ANY(%(numbers)s)
                     AND property_id = ANY(%(rooms)s) LIMIT %(limit)s))
               SELECT r.id, r.number, r.leg, h.name, r.property_id, r.status,
                      r.out_of_sight_since IS NOT NULL, r.arrival_on, r.departure_on,
                      concat_ws(' ', p.first_name, p.last_name, p.second_last_name),
                      CASE WHEN r.status = 'in_house' THEN r.room_number END
                 FROM hit JOIN reservation r ON r.id = hit.id
                 JOIN property h ON h.id = r.property_id
                 LEFT JOIN profile p ON p.connection_id = r.connection_id
                       AND p.source_id = r.primary_profile
                ORDER BY r.number = %(typed)s DESC, r.arrival_on DESC, r.id LIMIT %(limit)s""",
            {
                "numbers": sorted({typed, typed.upper(), key}),
                "typed": typed,
                "seen": sorted(seen),
                "rooms": sorted(rooms & seen),
                "limit": FOUND_MAX,
            },
        )
        rows = cursor.fetchall()
    found = [FoundStay(*row) for row in rows]
    return [
        replace(
            stay,
            name=stay.name if stay.property_id in names else "",
            room=stay.room if stay.property_id in rooms else None,
        )
        for stay in found
    ]


def _countries(property_ids: Collection[int]) -> list[str]:
    """The countries in which a number typed without its prefix may have been meant."""
    rows = Property.objects.filter(pk__in=property_ids)
    return sorted(set(rows.values_list("country", flat=True)))


def phone_keys(words: str, countries: Collection[str]) -> list[str]:
    """The keys a typed number may be stored under: as typed, and with each country's prefix."""
    digits = "".join(letter for letter in words if letter.isdigit())
    if len(digits) < _DIGITS_MIN or any(letter.isalpha() for letter in words):
        return []
    keys = {digits, digits.removeprefix("00")}
    for country in countries:
        try:
            number = phonenumbers.parse(words, country)
        except phonenumbers.NumberParseException:
            continue
        keys.add(f"{number.country_code}{phonenumbers.national_significant_number(number)}")
    return sorted(keys)
