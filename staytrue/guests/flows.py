"""Where guests go next: from each stay of a guest to his next one, hotel by hotel.

Only stays the reader may see are stays here: between two of them others may lie that he knows
nothing of. Rooms of one visit, and legs of one booking, are one stay.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from staytrue.hotel.models import Property
from staytrue.kit.asking import ask_all
from staytrue.mirror.lists import STAYS, full_name
from staytrue.mirror.sheets import PROFILES
from staytrue.staff.access import Access

MOVES_MAX = 200

# A person is a guest, or a profile that has none. A stay that begins before an earlier one at the
# same hotel ended, or goes on under its number, belongs to that visit.
_MOVES = """
WITH stay AS (
  SELECT l.guest_id, CASE WHEN l.guest_id IS NULL THEN p.id END AS own, min(p.id) AS profile_id,
         r.id, r.property_id, r.number, r.epoch, r.arrival_on, r.departure_on
    FROM reservation r
    JOIN roster o ON o.reservation_id = r.id AND o.until_at IS NULL AND o.role <> 'booker'
    JOIN profile p ON p.connection_id = o.connection_id AND p.source_id = o.profile
    LEFT JOIN link l ON l.profile_id = p.id AND l.until_at IS NULL
   WHERE r.property_id = ANY(%(stays)s) AND r.arrival_on <= %(last)s
     AND r.status IN ('checked_out', 'in_house') AND p.property_id = ANY(%(profiles)s)
   GROUP BY 1, 2, r.id),
visit AS (
  SELECT *, coalesce(arrival_on < max(departure_on) OVER (
              PARTITION BY guest_id, own, property_id ORDER BY arrival_on, id
              ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), false)
            OR row_number() OVER (PARTITION BY guest_id, own, property_id, number, epoch
                                  ORDER BY arrival_on, id) > 1 AS goes_on
    FROM stay),
move AS (
  SELECT id, property_id, arrival_on, departure_on, lead(profile_id) OVER later AS profile_id,
         lead(id) OVER later AS next_id, lead(property_id) OVER later AS next_property,
         lead(arrival_on) OVER later AS next_arrival,
         lead(departure_on) OVER later AS next_departure
    FROM visit WHERE NOT goes_on
  WINDOW later AS (PARTITION BY guest_id, own ORDER BY arrival_on, id))
"""


@dataclass(frozen=True)
class Period:
    """The days of arrival of the later stays, both included."""

    first: date
    last: date


@dataclass(frozen=True)
class Matrix:
    """How often guests went from each hotel to each: rows are where they had been."""

    hotels: list[Property]
    moves: Mapping[tuple[int, int], int]

    @property
    def total(self) -> int:
        """All moves."""
        return sum(self.moves.values())

    def returned(self) -> int:
        """Those whose next stay was at the same hotel."""
        return sum(count for (one, other), count in self.moves.items() if one == other)


@dataclass(frozen=True)
class Move:
    """One guest's stay and his next one."""

    name: str
    stay_id: int
    arrival_on: date
    departure_on: date
    next_id: int
    next_arrival_on: date
    next_departure_on: date


def matrix(access: Access, period: Period) -> Matrix:
    """The moves whose later stay began in this period, by hotel and next hotel."""
    rows = ask_all(
        f"""{_MOVES} SELECT property_id, next_property, count(*) FROM move
             WHERE next_arrival BETWEEN %(first)s AND %(last)s GROUP BY 1, 2""",
        _values(access, period),
    )
    moves = {(one, other): count for one, other, count in rows}
    named = {id_ for pair in moves for id_ in pair}
    return Matrix(list(Property.objects.filter(pk__in=named).order_by("code")), moves)


def moves(access: Access, period: Period, hotel_id: int, next_id: int) -> list[Move]:
    """The stays behind one number of the matrix, the latest first."""
    rows = ask_all(
        f"""{_MOVES} SELECT p.first_name, p.last_name, p.second_last_name, move.id,
                       arrival_on, departure_on, next_id, next_arrival, next_departure
                  FROM move JOIN profile p ON p.id = move.profile_id
                 WHERE move.property_id = %(hotel)s AND next_property = %(next)s
                   AND next_arrival BETWEEN %(first)s AND %(last)s
                 ORDER BY next_arrival DESC, next_id DESC LIMIT %(limit)s""",
        _values(access, period) | {"hotel": hotel_id, "next": next_id, "limit": MOVES_MAX},
    )
    return [Move(full_name(*row[:3]), *row[3:]) for row in rows]


def _values(access: Access, period: Period) -> dict[str, Any]:
    return {
        "first": period.first,
        "last": period.last,
        "stays": sorted(access.where(STAYS)),
        "profiles": sorted(access.where(PROFILES)),
    }
