"""What is typed into the search box → profiles and stays: by name, e-mail, phone, number, room.

What is typed and what is stored pass the same folding (`kit.text.fold`); every part of the search
reads only the properties where the member holds the right that its field needs.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date

import phonenumbers
from django.db import connection

from staytrue.hotel.contacts import address_key
from staytrue.hotel.models import Property
from staytrue.mirror.names import Costs, profiles_named
from staytrue.mirror.rows import ENDING, ending
from staytrue.staff.access import Access, hides

FOUND_MAX = 20
# Of so many candidates those with a stay to come are shown first.
_CANDIDATES = 200
_TYPED_MIN = 2
# Beside the costs of names: the end of a phone number, the beginning of a booking number.
_PART, _COMPANION = 10, 1
_NUMBER_MIN = 4


@dataclass(frozen=True)
class FoundStay:
    """A reservation the words lead to; `cost` is how far its number or room is from them."""

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
    cost: int


def typed(words: str) -> str:
    """What is looked for, folded; empty when it is too short to mean anything."""
    key = address_key(words)
    return key if len(key) >= _TYPED_MIN else ""


def profiles(access: Access, words: str) -> Costs:
    """Profiles that he may see and the words name or reach → how far they are from them."""
    seen = access.where("profiles.read")
    if not seen or not (key := typed(words)):
        return {}
    if "@" in key:
        return _by_mail(access, key, seen)
    return profiles_named(key, seen) | _by_phone(access, key, seen)


def contact_keys(access: Access, words: str) -> list[str]:
    """The whole e-mail address or phone number that is asked for, as it may be stored."""
    key = typed(words)
    if "@" in key:
        return [key]
    return phone_keys(key, _countries(access.where("profiles.read"))) if _is_number(key) else []


def shown(access: Access, name: str, seen: Collection[int]) -> list[int]:
    """Those of these properties at which he reads this field."""
    return sorted(id_ for id_ in seen if not hides(access, name, id_))


def _by_mail(access: Access, key: str, seen: Collection[int]) -> Costs:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, 0 FROM profiles_by_contact(%s, %s, %s) AS known(id)",
            [[key], shown(access, "emails", seen), _CANDIDATES],
        )
        return dict(cursor.fetchall())


def _by_phone(access: Access, key: str, seen: Collection[int]) -> Costs:
    """By the whole number however it is written, or by its last digits."""
    if not _is_number(key):
        return {}
    readers = shown(access, "phones", seen)
    keys = phone_keys(key, _countries(readers))
    # A number at home begins with a zero where abroad it has the country's prefix; yet the end of
    # a number may begin with one too.
    digits = "".join(filter(str.isdigit, key))
    last = digits.lstrip("0")
    last = last if len(last) >= ENDING else digits
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT p.id, CASE WHEN p.contact_keys && %(keys)s THEN 0 ELSE %(part)s + x.less END
                 FROM profiles_by_contact(%(asked)s, %(ids)s, %(limit)s) AS known(id)
                 JOIN profile p ON p.id = known.id
                CROSS JOIN LATERAL (
                  SELECT min((right(k, length(%(digits)s)) <> %(digits)s)::int) AS less
                    FROM unnest(p.contact_keys) k WHERE right(k, length(%(last)s)) = %(last)s) x
                WHERE p.contact_keys && %(keys)s OR x.less IS NOT NULL""",
            {
                "asked": [*keys, ending(last)],
                "keys": keys,
                "digits": digits,
                "last": last,
                "part": _PART,
                "ids": readers,
                "limit": _CANDIDATES,
            },
        )
        return dict(cursor.fetchall())


def guests_on(access: Access, found: Collection[FoundStay]) -> Costs:
    """Profiles on these stays that he may see; who has it in his own name before a companion."""
    costs = {stay.id: stay.cost for stay in found}
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT p.id, o.reservation_id, o.role = 'primary'
                 FROM roster o JOIN profile p ON p.connection_id = o.connection_id
                  AND p.source_id = o.profile
                WHERE o.reservation_id = ANY(%s) AND o.until_at IS NULL
                  AND p.property_id = ANY(%s)""",
            [list(costs), sorted(access.where("profiles.read"))],
        )
        rows = cursor.fetchall()
    found_costs: Costs = {}
    for id_, stay, is_primary in rows:
        cost = costs[stay] + (0 if is_primary else _COMPANION)
        found_costs[id_] = min(cost, found_costs.get(id_, cost))
    return found_costs


def stays(access: Access, words: str) -> list[FoundStay]:
    """Reservations by number, whole or from its beginning, and who is in this room today."""
    seen, names = access.where("stays.read"), access.where("profiles.read")
    rooms = shown(access, "room_number", seen)
    asked = words.strip()
    if not typed(words) or not seen:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            """WITH hit AS MATERIALIZED (
                 (SELECT id, 0 AS cost FROM reservation
                   WHERE number = ANY(%(numbers)s) AND property_id = ANY(%(seen)s)
                   ORDER BY arrival_on DESC LIMIT %(limit)s)
                 UNION ALL
                 (SELECT id, 0 FROM reservation
                   WHERE status = 'in_house' AND room_number = ANY(%(numbers)s)
                     AND property_id = ANY(%(rooms)s) LIMIT %(limit)s)
                 UNION ALL
                 (SELECT id, %(part)s FROM reservation
                   WHERE %(may_begin)s AND number >= %(upper)s AND number < %(end)s
                     AND property_id = ANY(%(seen)s) ORDER BY number LIMIT %(limit)s)),
               best AS (SELECT id, min(cost) AS cost FROM hit GROUP BY id)
               SELECT r.id, r.number, r.leg, h.name, r.property_id, r.status,
                      r.out_of_sight_since IS NOT NULL, r.arrival_on, r.departure_on,
                      concat_ws(' ', p.first_name, p.last_name, p.second_last_name),
                      CASE WHEN r.status = 'in_house' THEN r.room_number END, best.cost
                 FROM best JOIN reservation r ON r.id = best.id
                 JOIN property h ON h.id = r.property_id
                 LEFT JOIN profile p ON p.connection_id = r.connection_id
                       AND p.source_id = r.primary_profile
                ORDER BY best.cost, r.number = ANY(%(numbers)s) DESC, r.arrival_on DESC, r.id
                LIMIT %(limit)s""",
            {
                "numbers": sorted({asked, asked.upper(), typed(words)}),
                "upper": asked.upper(),
                "end": asked.upper() + "\U0010ffff",
                # A beginning of letters alone is a name.
                "may_begin": len(asked) >= _NUMBER_MIN and any(map(str.isdigit, asked)),
                "part": _PART,
                "seen": sorted(seen),
                "rooms": rooms,
                "limit": FOUND_MAX,
            },
        )
        found = [FoundStay(*row) for row in cursor.fetchall()]
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


def _is_number(words: str) -> bool:
    return sum(map(str.isdigit, words)) >= ENDING and not any(map(str.isalpha, words))


def phone_keys(words: str, countries: Collection[str]) -> list[str]:
    """The keys a typed number may be stored under: as typed, and with each country's prefix."""
    if not _is_number(words):
        return []
    digits = "".join(filter(str.isdigit, words))
    keys = {digits, digits.removeprefix("00")}
    for country in countries:
        try:
            number = phonenumbers.parse(words, country)
        except phonenumbers.NumberParseException:
            continue
        keys.add(f"{number.country_code}{phonenumbers.national_significant_number(number)}")
    return sorted(keys)
