"""Who on a stay a step is for, and at which of his addresses. Pure.

Children are never written to, and neither is an address of the hotel's own or one that stands for
nothing. A survey asks the person himself, so it goes to no agency and to no relay.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from staytrue.consent.rules import Role
from staytrue.hotel.codes import GuestRole, ProfileKind
from staytrue.journeys.facts import Person, Point
from staytrue.journeys.steps import Step, To
from staytrue.messages.reasons import Reason

_PRIVATE = (Role.PRIVATE, Role.COMPANY, Role.FAMILY)
_ALLOWED = {
    "stay": (*_PRIVATE, Role.RELAY),
    "service": (*_PRIVATE, Role.RELAY),
    "survey": _PRIVATE,
    "marketing": _PRIVATE,
}
_WHY = {
    Role.RELAY: Reason.RELAY_ADDRESS,
    Role.AGENCY: Reason.AGENCY_ADDRESS,
    Role.OWN: Reason.OWN_ADDRESS,
    Role.PLACEHOLDER: Reason.NOT_AN_ADDRESS,
}
POINT_KIND = {"email": "email", "sms": "phone", "messaging": "phone"}


@dataclass(frozen=True)
class Recipient:
    """One who is written to, and where; without a point `reason` says why not."""

    person: Person
    point: Point | None = None
    reason: Reason | None = None


def recipients(step: Step, people: Iterable[Person]) -> list[Recipient]:
    """Who gets a step, best first; whoever cannot stands here with his reason.

    What the stay needs falls back from one to the other of booker and guest; what asks for an
    opinion or advertises is for the one it names alone.
    """
    known = list(people)
    if step.to == To.COMPANIONS:
        return _companions(step, known)
    found = [
        _asked(step, person) for role in _order(step) for person in known if person.role == role
    ]
    for each in found:
        if each.point:
            return [each]
    # Of several reasons the one of him it was meant for.
    return found[:1]


def _order(step: Step) -> tuple[GuestRole, ...]:
    if step.purpose in ("survey", "marketing"):
        return (GuestRole.PRIMARY,)
    if step.to in (To.BOOKER, To.AGENCY):
        return GuestRole.BOOKER, GuestRole.PRIMARY
    return GuestRole.PRIMARY, GuestRole.BOOKER


def _companions(step: Step, people: list[Person]) -> list[Recipient]:
    """Each companion once, unless he shares the address of somebody written to before him."""
    taken = {
        point.id for person in people if person.role != GuestRole.COMPANION
        for point in person.points
    }  # fmt: skip
    found = []
    for person in people:
        if person.role != GuestRole.COMPANION:
            continue
        asked = _asked(step, person)
        if asked.point and asked.point.id in taken:
            asked = Recipient(person, None, Reason.PARTY_ALREADY_WRITTEN)
        if asked.point:
            taken.add(asked.point.id)
        found.append(asked)
    return found


def _asked(step: Step, person: Person) -> Recipient:
    if person.is_gone:
        return Recipient(person, None, Reason.ERASED)
    if person.is_child:
        return Recipient(person, None, Reason.CHILD)
    if person.kind == ProfileKind.AGENCY and step.to != To.AGENCY:
        return Recipient(person, None, Reason.AGENCY_ADDRESS)
    purpose = step.purpose
    allowed = _ALLOWED[purpose] + ((Role.AGENCY,) if step.to == To.AGENCY else ())
    mine = [point for point in person.points if point.kind == POINT_KIND[step.channel]]
    if not mine:
        return Recipient(person, None, Reason.NO_ADDRESS)
    usable = [point for point in mine if point.role in allowed]
    if not usable:
        return Recipient(person, None, _WHY.get(mine[0].role, Reason.NO_ADDRESS))
    if len(usable) == 1:
        return Recipient(person, usable[0])
    newest = sorted(usable, key=lambda each: (each.seen_at, -each.id), reverse=True)
    return Recipient(person, min(newest, key=lambda each: allowed.index(each.role)))
