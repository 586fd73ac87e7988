"""Every stay of several profiles together: one person at the hotels of the group."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from staytrue.mirror.lists import STAYS
from staytrue.mirror.models import Profile
from staytrue.mirror.sheets import PROFILES
from staytrue.staff.access import Access, hides, one_of, visible_to


@dataclass(frozen=True)
class StayOfProfile:
    """One stay in the history of a profile; money is None where it is unknown or hidden.

    `handed_to` has it after him, `taken_from` had it before him, until `taken_at`.
    """

    id: int
    number: str
    leg: str
    property_id: int
    hotel: str
    status: str
    status_origin: str
    arrival_on: date
    departure_on: date
    nights: int
    room_number: str | None
    room_category: str | None
    rate_code: str | None
    board: str | None
    channel: str
    amount: Decimal | None
    room_amount: Decimal | None
    extras_amount: Decimal | None
    currency: str | None
    out_of_sight_since: datetime | None
    roles: list[str]
    until_at: datetime | None
    handed_to: str | None
    handed_to_name: str
    is_for_other: bool = False
    taken_from: int | None = None
    taken_from_name: str = ""
    taken_at: datetime | None = None
    city: str = ""
    adults: int | None = None
    children: int | None = None
    infants: int | None = None
    segment: str | None = None
    lead_days: int | None = None
    group_number: str | None = None


@dataclass
class Totals:
    """What stays add up to, in one currency."""

    currency: str
    room: Decimal = Decimal(0)
    extras: Decimal = Decimal(0)
    amount: Decimal = Decimal(0)


@dataclass(frozen=True)
class History:
    """Stays by arrival, newest first; those handed over; and what the first add up to.

    `booked` are those he booked for somebody else: he slept nowhere in them.
    """

    stays: list[StayOfProfile]
    former: list[StayOfProfile]
    totals: list[Totals]
    booked: list[StayOfProfile] = field(default_factory=list)

    @property
    def nights(self) -> int:
        """Nights that took place."""
        return sum(stay.nights for stay in self.stays if stay.status == "checked_out")


def history_of(access: Access, profile_ids: Collection[int]) -> History:
    """The stays these profiles are on, each once, at the hotels where he may read stays.

    Which profiles are one person is decided elsewhere; here they are only added up.
    """
    wanted = sorted(set(profile_ids))
    people = list(visible_to(access, Profile.objects.filter(pk__in=wanted), PROFILES))
    for pk in sorted(set(wanted) - {each.pk for each in people}):
        one_of(access, Profile.objects.all(), PROFILES, pk=pk)
    found = _stays_of(access, people)
    present = [stay for stay in found if stay.until_at is None]
    former = [stay for stay in found if stay.until_at is not None]
    stays = [stay for stay in present if not stay.is_for_other]
    booked = [stay for stay in present if stay.is_for_other]
    return History(stays, former, totals_of(stays), booked)


def _stays_of(access: Access, people: Sequence[Profile]) -> list[StayOfProfile]:
    """Every stay they are on (one line, their roles together) and every one they were taken off."""
    with connection.cursor() as cursor:
        cursor.execute(
            """WITH w AS (SELECT * FROM unnest(%(links)s::bigint[], %(sources)s::text[])
                                   AS w(connection_id, profile))
               SELECT r.id, r.number, r.leg, r.property_id, h.name, r.status, r.status_origin,
                      r.arrival_on, r.departure_on, r.nights, r.room_number, r.room_category,
                      r.rate_code, r.board, r.channel, r.amount, r.room_amount, r.extras_amount,
                      r.currency, r.out_of_sight_since, o.roles, o.until_at,
                      CASE WHEN o.until_at IS NOT NULL THEN n.id::text END,
                      concat_ws(' ', n.first_name, n.last_name, n.second_last_name),
                      -- A booking that names no guest is its booker's own.
                      o.roles = '{booker}' AND r.primary_profile IS NOT NULL,
                      f.id, concat_ws(' ', f.first_name, f.last_name, f.second_last_name),
                      b.until_at, h.city, r.adults, r.children, r.infants,
                      coalesce(r.segment, r.derived_segment), r.lead_days, r.group_number
                 FROM (SELECT reservation_id, array_agg(DISTINCT role ORDER BY role) AS roles,
                              CASE WHEN bool_or(until_at IS NULL) THEN NULL
                                   ELSE max(until_at) END AS until_at
                         FROM w JOIN roster USING (connection_id, profile)
                        GROUP BY reservation_id) o
                 JOIN reservation r ON r.id = o.reservation_id
                 JOIN property h ON h.id = r.property_id
                 LEFT JOIN profile n ON n.connection_id = r.connection_id
                       AND n.source_id = r.primary_profile
                 LEFT JOIN LATERAL (
                   SELECT x.profile, x.until_at FROM roster x
                    WHERE x.reservation_id = r.id AND x.role = 'primary' AND x.until_at IS NOT NULL
                      AND (x.connection_id, x.profile) NOT IN (SELECT * FROM w)
                    ORDER BY x.until_at DESC LIMIT 1) b
                   ON o.until_at IS NULL
                  AND (r.connection_id, r.primary_profile) IN (SELECT * FROM w)
                 LEFT JOIN profile f ON f.connection_id = r.connection_id AND f.source_id = b.profile
                WHERE r.property_id = ANY(%(ids)s)
                ORDER BY r.arrival_on DESC, r.id DESC""",
            {
                "links": [each.connection_id for each in people],
                "sources": [each.source_id for each in people],
                "ids": sorted(access.where(STAYS)),
            },
        )
        return [_without_hidden(access, StayOfProfile(*row)) for row in cursor.fetchall()]


def _without_hidden(access: Access, line: StayOfProfile) -> StayOfProfile:
    hidden: dict[str, Any] = {}
    if hides(access, "room_number", line.property_id):
        hidden["room_number"] = None
    if hides(access, "last_name", line.property_id):
        hidden |= {"handed_to": None, "handed_to_name": "", "taken_from": None,
                   "taken_from_name": ""}  # fmt: skip
    if hides(access, "amount", line.property_id):
        hidden |= {"amount": None, "room_amount": None, "extras_amount": None}
    return replace(line, **hidden)


def totals_of(stays: Collection[StayOfProfile]) -> list[Totals]:
    """Spend per currency over stays that took place or are taking place."""
    found: dict[str, Totals] = {}
    for line in stays:
        if line.status in ("checked_out", "in_house") and line.currency:
            total = found.setdefault(line.currency, Totals(line.currency))
            total.room += line.room_amount or 0
            total.extras += line.extras_amount or 0
            total.amount += line.amount or 0
    return [found[currency] for currency in sorted(found)]
