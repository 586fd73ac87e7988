"""The stays of profiles, read from the mirror, for what they say against one person."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date

from django.db import connection

from staytrue.guests.matching.presence import Presence, Stay
from staytrue.guests.matching.vetoes import Known
from staytrue.hotel.codes import GuestRole, Status
from staytrue.kit.asking import ask


def presence(profile_ids: Collection[int], asked: Collection[int] | None = None) -> Known | None:
    """What the stays of these profiles say against pairs of their places in this list; nothing
    where none of them has a stay. `asked`: only these of them are in a pair.
    """
    names = [str(int(id_)) for id_ in profile_ids]
    rows = ask(f"{_SQL} WHERE p.id = ANY(%s::bigint[])", [list(asked or profile_ids)])
    found = [_stay(*row) for row in rows]
    return Presence(names, found) if found else None


def companions(reservation_ids: Collection[int]) -> list[int]:
    """Profiles that are several guests of one of these reservations, and one guest's by now."""
    with connection.cursor() as cursor:
        cursor.execute(
            # Most bookings of a history have one guest: he is not looked up.
            """SELECT DISTINCT unnest(array_agg(l.profile_id))
                 FROM (SELECT *, count(*) OVER (PARTITION BY reservation_id) AS guests FROM roster
                        WHERE reservation_id = ANY(%s) AND until_at IS NULL
                          AND role <> 'booker') t
                 JOIN profile p ON p.connection_id = t.connection_id AND p.source_id = t.profile
                 JOIN link l ON l.profile_id = p.id AND l.until_at IS NULL
                WHERE t.guests > 1
                GROUP BY t.reservation_id, l.guest_id HAVING count(DISTINCT l.profile_id) > 1""",
            [list(reservation_ids)],
        )
        return [id_ for (id_,) in cursor.fetchall()]


def everybodys() -> Iterator[Stay]:
    """All stays of all profiles, a page at a time."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(_SQL)
        while rows := cursor.fetchmany(_PAGE):
            yield from (_stay(*row) for row in rows)


_PAGE = 10_000
_SQL = """
  SELECT p.id::text, r.id::text, r.property_id::text, coalesce(h.city, ''), r.arrival_on,
         r.departure_on, r.status, t.role
    FROM profile p
    JOIN roster t ON t.connection_id = p.connection_id AND t.profile = p.source_id
     AND t.until_at IS NULL
    JOIN reservation r ON r.id = t.reservation_id
    JOIN property h ON h.id = r.property_id"""


def _stay(
    profile: str, stay: str, house: str, city: str, arrival: date, departure: date,
    status: str, role: str,
) -> Stay:  # fmt: skip
    return Stay(profile, stay, house, city, arrival, departure, Status(status), GuestRole(role))
