"""What guests have by a programme: asked only where a step's condition asks, and followed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime

from staytrue.changes import pending
from staytrue.guests.accounts import programme
from staytrue.hotel.codes import GuestRole
from staytrue.journeys.actions import LOOKED_BACK, REACTION
from staytrue.journeys.facts import Stay
from staytrue.journeys.models import JourneyPlace, JourneyVersion
from staytrue.journeys.steps import OF_MEMBERS, Field, Step, read
from staytrue.kit.asking import ask_all


def told(stays: Sequence[Stay], steps: Iterable[Step], today: date) -> list[Stay]:
    """The same stays; where one of these steps asks for it, each says what its guest has."""
    if not _is_asked(steps):
        return list(stays)
    guests = {
        stay.id: (stay.property_id, person.profile_id)
        for stay in stays
        for person in stay.people
        if person.role == GuestRole.PRIMARY
    }
    has = programme.memberships(set(guests.values()), today)
    return [
        replace(stay, values={**stay.values, Field.TIER.value: mine.tier,
                              Field.POINTS.value: mine.points})
        if stay.id in guests and (mine := has.get(guests[stay.id])) else stay
        for stay in stays
    ]  # fmt: skip


def _is_asked(steps: Iterable[Step]) -> bool:
    return any(condition.field in OF_MEMBERS for step in steps for condition in step.only_if)


def follow(now: datetime) -> int:
    """Have the stays of members planned anew where a live step asks what they have; how many.

    Points come, are spent and end, and a tier is lost by a day that passes: no stay tells of it.
    """
    live = JourneyVersion.objects.filter(state=JourneyVersion.State.LIVE)
    asking = [row.journey_id for row in live if _is_asked(read(row.steps))]
    hotels = JourneyPlace.objects.filter(journey_id__in=asking).values_list("property", flat=True)
    if not hotels:
        return 0
    given = {"hotels": sorted(set(hotels)), "since": (now - LOOKED_BACK).date()}
    ids = [id_ for (id_,) in ask_all(_OF_MEMBERS, given)]
    pending.add(REACTION, "reservation", ids, now)
    return len(ids)


_OF_MEMBERS = """
  SELECT DISTINCT r.id FROM account a
    JOIN link k ON k.profile_id = a.profile_id AND k.until_at IS NULL
    JOIN link l ON l.guest_id = k.guest_id AND l.until_at IS NULL
    JOIN profile p ON p.id = l.profile_id
    JOIN roster t ON t.connection_id = p.connection_id AND t.profile = p.source_id
     AND t.until_at IS NULL
    JOIN reservation r ON r.id = t.reservation_id
   WHERE r.property_id = ANY(%(hotels)s)
     AND (r.departure_on >= %(since)s OR r.id IN (
       SELECT m.reservation_id FROM message m WHERE m.state IN ('planned', 'held')
          AND m.reservation_id IS NOT NULL))"""
