"""One search box: guests, one line for each person, and the stays the words name.

A guest is found by any of his profiles that the reader may see, and shown by these alone: what
other hotels know of him neither finds him nor names him.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection

from staytrue.consent.models import ContactUse
from staytrue.consent.points import EMAIL
from staytrue.mirror import search as mirror
from staytrue.mirror.lists import full_name
from staytrue.mirror.names import Costs
from staytrue.mirror.search import FOUND_MAX, FoundStay
from staytrue.staff.access import Access

_FORMER_MAX = 200
# Who has the address now comes before who had it.
_FORMER = 1


@dataclass(frozen=True)
class FoundGuest:
    """A person the words lead to, with his next stay or else his last.

    `id` is the profile that answers best; a profile whose guest is not known yet has no
    `public_id`.
    """

    id: int
    public_id: UUID | None
    name: str
    hotels: list[str]
    profiles: int
    stays: int
    stay_id: int | None
    stay_status: str | None
    arrival_on: date | None
    departure_on: date | None
    is_next: bool


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
    """Everything these words lead to: exact before near, then whoever comes or came nearest."""
    stays = mirror.stays(access, words)
    costs = _former(access, words) | mirror.profiles(access, words)
    for id_, cost in mirror.guests_on(access, stays).items() if stays else ():
        costs[id_] = min(cost, costs.get(id_, cost))
    return Found(persons(access, costs, today), stays)


def _former(access: Access, words: str) -> Costs:
    """Profiles that had this e-mail address once: it finds the guest, though nobody writes to it."""
    key = mirror.typed(words)
    if "@" not in key:
        return {}
    used = ContactUse.objects.filter(
        contact_point__kind=EMAIL,
        contact_point__value=key,
        property_id__in=mirror.shown(access, "emails", access.where("profiles.read")),
    )
    return dict.fromkeys(used.values_list("profile_id", flat=True)[:_FORMER_MAX], _FORMER)


def persons(access: Access, costs: Costs, today: date, most: int = FOUND_MAX) -> list[FoundGuest]:
    """The guests of these profiles, each once, by the least cost of his profiles."""
    if not costs:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            """WITH person AS MATERIALIZED (
                 SELECT row_number() OVER () AS no, x.* FROM (
                   SELECT l.guest_id, min(h.cost) AS cost,
                          (array_agg(h.id ORDER BY h.cost, h.id))[1] AS profile
                     FROM unnest(%(ids)s::bigint[], %(costs)s::int[]) AS h(id, cost)
                     LEFT JOIN link l ON l.profile_id = h.id AND l.until_at IS NULL
                    GROUP BY l.guest_id, CASE WHEN l.guest_id IS NULL THEN h.id END) x),
               his AS MATERIALIZED (
                 SELECT w.no, p.connection_id, p.source_id, p.property_id
                   FROM person w
                   LEFT JOIN link l ON l.guest_id = w.guest_id AND l.until_at IS NULL
                   JOIN profile p ON p.id = coalesce(l.profile_id, w.profile)
                  WHERE p.property_id = ANY(%(seen)s)),
               stay AS (
                 SELECT DISTINCT his.no, r.id, r.status, r.arrival_on, r.departure_on
                   FROM his JOIN roster o ON o.connection_id = his.connection_id
                    AND o.profile = his.source_id AND o.until_at IS NULL
                   JOIN reservation r ON r.id = o.reservation_id
                  WHERE r.property_id = ANY(%(stays)s)
                    AND r.status NOT IN ('cancelled', 'no_show')),
               nearest AS (
                 SELECT DISTINCT ON (no) stay.*, count(*) OVER (PARTITION BY no) AS stays
                   FROM stay ORDER BY no, departure_on < %(today)s, abs(arrival_on - %(today)s), id),
               home AS (
                 SELECT his.no, array_agg(DISTINCT h.name) AS hotels, count(*) AS profiles
                   FROM his JOIN property h ON h.id = his.property_id GROUP BY his.no)
               SELECT p.id, g.public_id, p.first_name, p.last_name, p.second_last_name, p.source_id,
                      home.hotels, home.profiles, coalesce(n.stays, 0), n.id, n.status,
                      n.arrival_on, n.departure_on, coalesce(n.departure_on >= %(today)s, false)
                 FROM person w JOIN profile p ON p.id = w.profile JOIN home USING (no)
                 LEFT JOIN guest g ON g.id = w.guest_id
                 LEFT JOIN nearest n USING (no)
                ORDER BY w.cost, n.departure_on >= %(today)s DESC NULLS LAST,
                         abs(n.arrival_on - %(today)s), p.last_name_key, p.id
                LIMIT %(most)s""",
            {
                "ids": list(costs),
                "costs": list(costs.values()),
                "seen": sorted(access.where("profiles.read")),
                "stays": sorted(access.where("stays.read")),
                "today": today,
                "most": most,
            },
        )
        return [_found(row) for row in cursor.fetchall()]


def _found(row: Any) -> FoundGuest:
    id_, public_id, first, last, second, source_id, *rest = row
    return FoundGuest(id_, public_id, full_name(first, last, second) or source_id, *rest)
