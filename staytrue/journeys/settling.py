"""Brings the planned messages of stays to what the journeys want now: read, decide, settle."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from staytrue.journeys import gathering, members, returning, rules, running
from staytrue.journeys.facts import House, Running, Stay
from staytrue.journeys.gathering import Left
from staytrue.journeys.parties import Slot, one_per_party
from staytrue.journeys.refusing import without_refusals
from staytrue.journeys.rules import Line
from staytrue.journeys.steps import To
from staytrue.messages import planning, turns
from staytrue.messages.planning import Moved
from staytrue.messages.wanted import Wanted


def settle(reservation_ids: Collection[int], now: datetime) -> list[Moved]:
    """Plan these stays, the other rooms of their bookings, and what hangs on their guests' later
    stays; answers what that changed: kept, moved, dropped, new.
    """
    if not running.is_any():
        return []
    ids = gathering.with_siblings(reservation_ids)
    lines = plans(ids, now)
    wanted: dict[int, list[Wanted]] = {id_: [] for id_ in ids}
    for line in lines:
        if line.wanted:
            wanted[line.stay_id].append(line.wanted)
    return planning.settle(wanted, now, lambda: _why(lines))


def _why(lines: Iterable[Line]) -> dict[tuple[int, turns.Slot], str]:
    """Why a message of each slot is not wanted."""
    return {
        (line.stay_id, (line.step.kind, line.occurrence, role)): line.reason
        for line in lines if not line.wanted for role in _roles(line)
    }  # fmt: skip


def plans(reservation_ids: Collection[int], now: datetime) -> list[Line]:
    """The lines of these stays, whole bookings at once: for settling and for showing."""
    found = gathering.stays(reservation_ids, now.date())
    hotels = {stay.property_id for stay in found}
    houses, journeys = running.houses(hotels), running.running(hotels, now)
    asked = [each for mine in journeys.values() for journey in mine for each in journey.steps]
    found = members.told(returning.told(found, asked), asked, now.date())
    lines = of_stays(found, houses, journeys, gathering.left(reservation_ids), now)
    return without_refusals(lines, now)


def of_stays(
    found: Iterable[Stay],
    houses: Mapping[int, House],
    journeys: Mapping[int, list[Running]],
    left: Iterable[Left],
    now: datetime,
) -> list[Line]:
    """The plan of stays that were read: pure."""
    stays = list(found)
    lines = [
        line for stay in stays
        for line in rules.plan(
            stay, houses[stay.property_id], journeys.get(stay.property_id, []), now
        )
    ]  # fmt: skip
    parties = {stay.id: stay.party for stay in stays if stay.party}
    used: dict[Slot, int] = {}
    sent: set[tuple[int, str, str]] = set()
    for each in left:
        if each.stay_id in parties:
            slot = (parties[each.stay_id], each.kind, each.occurrence, each.point)
            used.setdefault(slot, each.stay_id)
        if not each.role.startswith(_COMPANION):
            sent.add((each.stay_id, each.kind, each.occurrence))
    once = one_per_party(lines, used)
    return [line for line in once if not _repeats(line, sent)] if sent else once


_COMPANION = "companion:"


def _repeats(line: Line, sent: Collection[tuple[int, str, str]]) -> bool:
    """Whether it left for this stay already, though the step was meant for another part then."""
    is_same = (line.stay_id, line.step.kind, line.occurrence) in sent
    return is_same and line.step.to != To.COMPANIONS


def _roles(line: Line) -> list[str]:
    """The slots in which a line could have been planned: what the stay needs falls back."""
    if line.step.to != To.COMPANIONS:
        return ["booker", "primary", "agency"]
    return [f"{_COMPANION}{line.person.profile_id}"] if line.person else []
