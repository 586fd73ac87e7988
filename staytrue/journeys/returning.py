"""Whether a guest has stayed with the group before: asked only where a step's condition asks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from staytrue.hotel.codes import GuestRole
from staytrue.journeys.facts import Stay
from staytrue.journeys.steps import NO, YES, Field, Step
from staytrue.kit.asking import ask

# The first stay that took place, of the guest behind each profile, anywhere in the group.
_FIRST = """
  SELECT m.profile_id, min(r.arrival_on) FROM link m
    JOIN link l ON l.guest_id = m.guest_id AND l.until_at IS NULL
    JOIN profile p ON p.id = l.profile_id
    JOIN roster t ON t.connection_id = p.connection_id AND t.profile = p.source_id
     AND t.until_at IS NULL AND t.role <> 'booker'
    JOIN reservation r ON r.id = t.reservation_id AND r.status IN ('in_house', 'checked_out')
   WHERE m.profile_id = ANY(%s::bigint[]) AND m.until_at IS NULL GROUP BY m.profile_id"""


def told(stays: Sequence[Stay], steps: Iterable[Step]) -> list[Stay]:
    """The same stays; where one of these steps asks for it, each says whether its guest returns."""
    is_asked = any(
        condition.field == Field.RETURNING for step in steps for condition in step.only_if
    )
    if not is_asked:
        return list(stays)
    guests = {
        stay.id: person.profile_id
        for stay in stays
        for person in stay.people
        if person.role == GuestRole.PRIMARY
    }
    first = dict(ask(_FIRST, [sorted(set(guests.values()))]))
    return [_told(stay, first.get(guests.get(stay.id, 0))) for stay in stays]


def _told(stay: Stay, first_on: object) -> Stay:
    came_before = isinstance(first_on, type(stay.arrival_on)) and first_on < stay.arrival_on
    return replace(stay, values={**stay.values, Field.RETURNING.value: YES if came_before else NO})
