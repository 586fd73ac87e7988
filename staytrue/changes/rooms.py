"""The rooms of a stay with their dates, told from the change log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from staytrue.changes import log
from staytrue.mirror import canonical
from staytrue.mirror.models import Reservation
from staytrue.staff.access import Access, hides, one_of

_ROOM = ("room_number", "room_category")
_DATES = ("arrival_on", "departure_on")


@dataclass(frozen=True)
class RoomSpan:
    """A room of a stay, from a day until the day of leaving it."""

    room_number: str | None
    room_category: str | None
    from_on: date
    to_on: date


def room_moves(
    access: Access, reservation_id: int, known_until: datetime | None = None
) -> list[RoomSpan]:
    """Every room of a stay, oldest first, as it is known now or was known before an instant.

    Numbers are only for those who may know them.
    """
    stay = one_of(
        access, Reservation.objects.select_related("property"), "stays.read", pk=reservation_id
    )
    versions = log.versions_of("reservation", reservation_id)
    later = [each for each in versions if known_until and each["at"] >= known_until]
    now = {name: getattr(stay, name) for name in _ROOM}
    now |= {name: getattr(stay, name).isoformat() for name in _DATES}
    known = canonical.undo(now, [each["diff"] for each in later])
    spans = spans_of(
        {name: known[name] for name in _ROOM},
        versions[len(later) :],
        (date.fromisoformat(known["arrival_on"]), date.fromisoformat(known["departure_on"])),
        ZoneInfo(stay.property.timezone),
    )
    return _by_category(spans) if hides(access, "room_number", stay.property_id) else spans


def spans_of(
    now: Mapping[str, str | None],
    versions: Sequence[Mapping[str, Any]],
    dates: tuple[date, date],
    zone: ZoneInfo,
) -> list[RoomSpan]:
    """The rooms between arrival and departure, from the room now and all versions, newest first.

    Until the arrival a room is only assigned; assignments leave no span. Pure.
    """
    moves: list[tuple[date, dict[str, str | None]]] = []
    room = dict(now)
    for version in versions:
        moved = {name: before for name, (before, _) in version["diff"].items() if name in room}
        if moved:
            at = version["source_at"] or version["at"]
            moves.append((at.astimezone(zone).date(), dict(room)))
            room |= moved
    since, until = dates
    spans: list[RoomSpan] = []
    for day, next_room in reversed(moves):
        left_on = min(day, until)
        if left_on > since:
            spans.append(_span(room, since, left_on))
            since = left_on
        room = next_room
    spans.append(_span(room, since, until))
    return [span for span in spans if span.room_number or span.room_category]


def _span(room: Mapping[str, str | None], since: date, until: date) -> RoomSpan:
    return RoomSpan(room["room_number"], room["room_category"], since, until)


def _by_category(spans: Sequence[RoomSpan]) -> list[RoomSpan]:
    """The same without numbers: a move inside one category is no news then."""
    merged: list[RoomSpan] = []
    for span in spans:
        if merged and merged[-1].room_category == span.room_category:
            merged[-1] = replace(merged[-1], to_on=span.to_on)
        else:
            merged.append(replace(span, room_number=None))
    return [span for span in merged if span.room_category]
