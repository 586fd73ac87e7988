"""Guests as lines of a list: one for each person, made of the profiles the reader may see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection

from staytrue.hotel.names import initials
from staytrue.mirror.lists import full_name
from staytrue.staff.access import Access


@dataclass(frozen=True)
class Person:
    """A guest as this reader knows him, with his next stay or else his last.

    `id` is the profile that stands for him; one whose guest is not known yet has no `public_id`.
    """

    id: int
    public_id: UUID | None
    name: str
    initials: str
    hotels: list[str]
    profiles: int
    stays: int
    stay_id: int | None
    stay_status: str | None
    arrival_on: date | None
    departure_on: date | None
    is_next: bool


def persons(access: Access, costs: Mapping[int, int], today: date, most: int) -> list[Person]:
    """The guests of these profiles, each once, by the least cost; then whoever comes or came nearest."""
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
               member AS MATERIALIZED (
                 SELECT w.no, l.profile_id AS id FROM person w
                   JOIN link l ON l.guest_id = w.guest_id AND l.until_at IS NULL
                  UNION ALL
                 SELECT no, profile FROM person WHERE guest_id IS NULL),
               his AS MATERIALIZED (
                 SELECT m.no, p.connection_id, p.source_id, p.property_id
                   FROM member m JOIN profile p ON p.id = m.id
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


def _found(row: Any) -> Person:
    id_, public_id, first, last, second, source_id, *rest = row
    name = full_name(first, last, second) or source_id
    return Person(id_, public_id, name, initials(first, last), *rest)
