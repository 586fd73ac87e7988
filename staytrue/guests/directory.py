"""The guests list: one line for each person, by folded last name, within what the reader sees."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import connection

from staytrue.guests.persons import Person, persons
from staytrue.mirror.sheets import PROFILES
from staytrue.staff.access import Access

_MERGE = "guests.merge"

# A guest stands once: at the first of his profiles by last name, among those that are looked at.
_IS_FIRST = """NOT EXISTS (
  SELECT FROM link o JOIN profile q ON q.id = o.profile_id
   WHERE o.guest_id = l.guest_id AND o.until_at IS NULL AND q.property_id = ANY(%(ids)s)
     AND NOT q.deleted AND q.last_name_key >= %(first)s AND (%(open)s OR q.last_name_key < %(end)s)
     AND (q.last_name_key, q.id) < (p.last_name_key, p.id))"""


@dataclass(frozen=True)
class Page:
    """Some lines of the list, the place after which the next ones stand, and who is in review."""

    people: list[Person]
    later: tuple[str, int] | None
    in_review: frozenset[UUID]


def guests(
    access: Access,
    today: date,
    beginning: str = "",
    after: tuple[str, int] | None = None,
    count: int = 50,
    property_id: int | None = None,
) -> Page:
    """Guests from a place on; `beginning` is a folded beginning of a last name he has anywhere."""
    ids = access.where(PROFILES) & ({property_id} if property_id else access.property_ids)
    key, id_ = after or (beginning, 0)
    with connection.cursor() as cursor:
        # Each hotel's index gives its own next lines; no list of all of them is sorted.
        cursor.execute(
            f"""SELECT x.id, x.last_name_key FROM unnest(%(ids)s::bigint[]) h(id)
                 CROSS JOIN LATERAL (
                   SELECT p.id, p.last_name_key FROM profile p
                     LEFT JOIN link l ON l.profile_id = p.id AND l.until_at IS NULL
                    WHERE p.property_id = h.id AND NOT p.deleted AND p.last_name_key >= %(key)s
                      AND (p.last_name_key, p.id) > (%(key)s, %(id)s)
                      AND (%(open)s OR p.last_name_key < %(end)s) AND {_IS_FIRST}
                    ORDER BY p.last_name_key, p.id LIMIT %(limit)s) x
                ORDER BY x.last_name_key, x.id LIMIT %(limit)s""",
            {
                "ids": sorted(ids),
                "key": key,
                "id": id_,
                "first": beginning,
                "open": not beginning,
                "end": beginning + "\U0010ffff",
                "limit": count + 1,
            },
        )
        rows = cursor.fetchall()
    shown = {profile: place for place, (profile, _key) in enumerate(rows[:count])}
    people = persons(access, shown, today, count)
    later = (rows[count - 1][1], rows[count - 1][0]) if len(rows) > count else None
    known = [person.public_id for person in people if person.public_id]
    return Page(people, later, in_review(access, known))


def in_review(access: Access, public_ids: Collection[UUID]) -> frozenset[UUID]:
    """Those of these guests about whom a question is open that he himself may answer."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT DISTINCT g.public_id FROM guest g
                 CROSS JOIN LATERAL (
                   SELECT * FROM proposal WHERE one_id = g.id AND state = 'open'
                    UNION ALL
                   SELECT * FROM proposal WHERE other_id = g.id AND state = 'open') x
                 JOIN profile a ON a.id = x.one_profile
                 JOIN profile b ON b.id = x.other_profile
                WHERE g.public_id = ANY(%(guests)s)
                  AND a.property_id = ANY(%(ids)s) AND b.property_id = ANY(%(ids)s)""",
            {"guests": list(public_ids), "ids": sorted(access.where(_MERGE))},
        )
        return frozenset(public_id for (public_id,) in cursor.fetchall())
