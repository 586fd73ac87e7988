"""Which arrivals nobody can write to, and how many of those that came so have an address by now.

A guest is reached at a mailbox of his own, his company's or his family's that is not out of use; a
portal's relay, an agency, a placeholder and the hotel's own address are none.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from staytrue.hotel.models import Property
from staytrue.kit.asking import ask
from staytrue.mirror import lists
from staytrue.staff.access import Access
from staytrue.staff.actions import NewAsk, settle_asks

RIGHT = "stays.read"
ASK, ROLE = "missing_contact", "front_desk"
GUEST = "guest"

# A suppression stands until it was released for the same cause.
_USES = """
  SELECT u.since_at, u.until_at, u.origin, p.first_seen_at AS met_at, c.role IN ('private', 'company', 'family')
         AND NOT EXISTS (
           SELECT FROM consent_act a WHERE a.contact_point_id = c.id AND a.act = 'suppress'
              AND a.channel = 'email' AND NOT EXISTS (
                SELECT FROM consent_act b WHERE b.contact_point_id = c.id AND b.act = 'release'
                   AND b.channel = 'email' AND b.cause = a.cause AND b.id > a.id)) AS is_his
    FROM profile p
    LEFT JOIN link l ON l.profile_id = p.id AND l.until_at IS NULL
    LEFT JOIN link s ON s.guest_id = l.guest_id AND s.until_at IS NULL
    JOIN contact_use u ON u.profile_id = coalesce(s.profile_id, p.id)
    JOIN contact_point c ON c.id = u.contact_point_id AND c.kind = 'email'
   WHERE p.connection_id = r.connection_id AND p.source_id = r.primary_profile"""

# With the booking come the addresses that stand there within an hour of our seeing it first.
_STAYS = f"""
SELECT r.id, r.property_id,
       EXISTS (SELECT FROM ({_USES}) x WHERE x.is_his
                  AND x.since_at <= greatest(r.first_seen_at, x.met_at) + interval '1 hour'
                  AND (x.until_at IS NULL OR x.until_at > r.first_seen_at)
              ) AS came_with,
       (SELECT CASE WHEN bool_or(x.origin = %(guest)s) THEN 'guest' ELSE 'house' END
          FROM ({_USES}) x WHERE x.is_his AND x.until_at IS NULL HAVING count(*) > 0) AS by
  FROM reservation r"""


@dataclass(frozen=True)
class Captured:
    """A hotel's arrivals of a period: `eligible` came without an address, of which some have one now."""

    hotel: Property
    arrivals: int
    eligible: int
    by_guest: int
    by_house: int

    @property
    def captured(self) -> int:
        """Those that can be written to by now, whoever brought the address."""
        return self.by_guest + self.by_house

    @property
    def rate(self) -> float | None:
        """Captured of eligible; nothing where every booking came with an address."""
        return self.captured / self.eligible if self.eligible else None


def rates(access: Access, first: date, last: date) -> list[Captured]:
    """Each of his hotels, over the arrivals of these days that were not cancelled."""
    hotels = lists.hotels(access)
    rows = ask(
        f"""SELECT x.property_id, count(*), count(*) FILTER (WHERE NOT x.came_with),
                   count(*) FILTER (WHERE NOT x.came_with AND x.by = 'guest'),
                   count(*) FILTER (WHERE NOT x.came_with AND x.by = 'house')
              FROM ({_STAYS} WHERE r.property_id = ANY(%(ids)s)
                       AND r.arrival_on BETWEEN %(first)s AND %(last)s
                       AND r.status NOT IN ('cancelled', 'no_show')) x
             GROUP BY x.property_id""",
        {"ids": [each.pk for each in hotels], "first": first, "last": last, "guest": GUEST},
    )
    known = {pk: counts for pk, *counts in rows}
    return [Captured(each, *known.get(each.pk, (0, 0, 0, 0))) for each in hotels]


def unreached(reservation_ids: Collection[int]) -> frozenset[int]:
    """Those of these stays whose guest has no usable address now."""
    rows = ask(
        f"""SELECT x.id FROM ({_STAYS} WHERE r.id = ANY(%(ids)s::bigint[])) x
             WHERE x.by IS NULL""",
        {"ids": sorted(reservation_ids), "guest": GUEST},
    )
    return frozenset(id_ for (id_,) in rows)


def ask_at_arrival(now: datetime) -> None:
    """One ask for each hotel whose arrivals of today lack an address; it ends by itself."""
    asks: list[NewAsk] = []
    for hotel in Property.objects.all():
        day = lists.day_of(hotel, now)
        rows = ask(
            """SELECT id FROM reservation WHERE property_id = %s AND arrival_on = %s
                  AND status = 'confirmed' AND out_of_sight_since IS NULL""",
            [hotel.pk, day],
        )
        missing = unreached([id_ for (id_,) in rows])
        if missing:
            asks.append(_ask(hotel, day, len(missing)))
    settle_asks(f"{ASK}:", asks, "everybody_has_one", now)


def _ask(hotel: Property, day: date, count: int) -> NewAsk:
    facts: dict[str, Any] = {"count": count}
    return NewAsk(
        key=f"{ASK}:{hotel.pk}:{day}", kind=ASK, role=ROLE, property_id=hotel.pk, facts=facts,
        link=f"/today/{hotel.code}/?list=arrivals",
        due_at=datetime.combine(day, time(18), ZoneInfo(hotel.timezone)),
    )  # fmt: skip
