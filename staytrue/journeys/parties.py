"""Parties are one: five rooms of one booking with one address get one message. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from msgspec.structs import replace

from staytrue.journeys.rules import ABSENT, Line
from staytrue.messages.reasons import Reason
from staytrue.messages.wanted import Wanted

Slot = tuple[str, str, str, int | None]
"""Party, kind, occurrence, contact point: used once, whichever room it went out for."""


def slot_of(wanted: Wanted) -> Slot:
    """The slot of the party that a message takes."""
    return wanted.party, wanted.kind.value, wanted.occurrence, wanted.contact_point_id


def one_per_party(lines: Collection[Line], used: Mapping[Slot, int]) -> list[Line]:
    """The same lines; of those for one address of one party only one stays wanted.

    `used` are slots of messages that left already, each with the stay it left for. Else it is the
    room that would be first, and of those at one time the one that was mirrored first.
    """
    first: dict[Slot, Line] = {}
    for line in lines:
        if line.wanted and line.wanted.party:
            slot = slot_of(line.wanted)
            best = first.get(slot)
            if best is None or _order(line, used.get(slot)) < _order(best, used.get(slot)):
                first[slot] = line
    return [_settled(line, first, used) for line in lines]


def _order(line: Line, written: int | None) -> tuple[object, ...]:
    return line.stay_id != written, line.at, line.stay_id


def _settled(line: Line, first: Mapping[Slot, Line], used: Mapping[Slot, int]) -> Line:
    if not line.wanted or not line.wanted.party:
        return line
    slot = slot_of(line.wanted)
    by = used.get(slot, first[slot].stay_id)
    # Two parts of one stay with one address are the same party as two rooms.
    if by == line.stay_id and (first[slot] is line or slot in used):
        return line
    return replace(
        line, standing=ABSENT, reason=Reason.PARTY_ALREADY_WRITTEN.value, wanted=None,
        facts={"stay": by},
    )  # fmt: skip
