"""The plan of a stay: which messages should exist, which are expected, which are not, and why. Pure.

Computed whole from the stay as it is now; what left already keeps its slot when it is settled.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta
from functools import lru_cache
from typing import Any

import msgspec
from msgspec.structs import replace

from staytrue.hotel.codes import GuestRole, ProfileKind, Status
from staytrue.journeys import timing
from staytrue.journeys.conditions import holds
from staytrue.journeys.facts import Edit, House, Person, Running, Stay
from staytrue.journeys.recipients import Recipient, recipients
from staytrue.journeys.steps import MARKETING, Anchor, Step, To, clock_of
from staytrue.journeys.timing import Due
from staytrue.messages.kinds import DEMANDS, Kind, Needs
from staytrue.messages.reasons import Reason
from staytrue.messages.wanted import Wanted
from staytrue.messages.writing.language import Chosen, Known, chosen

WANTED, EXPECTED, ABSENT = "wanted", "expected", "absent"
BIRTHDAYS = 3
"""For so many years after his last stay a guest is wished a happy birthday."""
COLLECT_MAX = 6
"""A change message waits at most so many times its window, however often the stay is edited."""
ARRIVING = time(15)
"""When a guest is taken for arrived where a hotel waives the evidence."""
_BEFORE = frozenset({Status.INQUIRY, Status.OPTION, Status.WAITLIST})


class Line(msgspec.Struct, frozen=True):
    """One step for one recipient: wanted, expected once the PMS says so, or absent with its cause.

    `at` is when it leaves or about when it would; `late` the rule that moved it.
    """

    stay_id: int
    step: Step
    standing: str
    occurrence: str = "1"
    person: Person | None = None
    reason: str = ""
    facts: dict[str, Any] = {}
    at: datetime | None = None
    late: str = ""
    wanted: Wanted | None = None


def plan(stay: Stay, house: House, journeys: Sequence[Running], now: datetime) -> list[Line]:
    """The lines of one stay, in the order of its journeys' steps."""
    return [
        line for journey in journeys for step in journey.steps
        if _may_happen(stay, step) for line in _lines(stay, house, journey, step, now)
    ]  # fmt: skip


def _may_happen(stay: Stay, step: Step) -> bool:
    """Whether its anchor can have an occasion at all: most stays are never changed."""
    anchor = step.when.anchor
    if anchor == Anchor.CHANGE:
        return bool(stay.edits)
    if anchor == Anchor.CANCELLATION:
        return bool(stay.cancellations)
    return anchor != Anchor.BIRTHDAY or stay.checked_out_at is not None


def _lines(stay: Stay, house: House, journey: Running, step: Step, now: datetime) -> Iterator[Line]:
    for occurrence, instant in _occasions(stay, house, step, journey.live_from):
        name = _occurrence(step, occurrence)
        if told := _outright(stay, house, journey, step):
            yield Line(stay.id, step, ABSENT, name, None, told[0], told[1])
            continue
        if waits := _waits(stay, house, step):
            about = _about(stay, house, step)
            yield Line(stay.id, step, EXPECTED, name, None, waits, {}, about)
            continue
        due = timing.due(step, stay, house, instant)
        if refused := _untimely(stay, journey, step, due, instant, now):
            at = due.at if due else None
            yield Line(stay.id, step, ABSENT, name, None, refused, {"rule": step.late.value}, at)
            continue
        if due:
            line = Line(stay.id, step, ABSENT, name)
            yield from _addressed(stay, house, journey, line, due)


def _occurrence(step: Step, occurrence: str) -> str:
    """A second step of one kind is another message: its key tells it from the first."""
    return occurrence if step.key == step.kind else f"{step.key}:{occurrence}"


def _addressed(stay: Stay, house: House, journey: Running, line: Line, due: Due) -> Iterator[Line]:
    found = recipients(line.step, stay.people)
    if not found:
        nobody = Reason.NO_ADDRESS.value
        yield replace(line, reason=nobody, at=due.at, facts={"people": len(stay.people)})
    for each in found:
        reason = each.reason or _elsewhere(line.step, each.person)
        wanted = None if reason else _wanted(stay, house, journey, line, each, due)
        facts = {"quiet": due.planned_at.isoformat()} if wanted and due.is_quiet else {}
        yield Line(
            stay.id, line.step, WANTED if wanted else ABSENT, line.occurrence, each.person,
            reason or "", facts, due.at, due.late, wanted,
        )  # fmt: skip


def _elsewhere(step: Step, person: Person) -> Reason | None:
    """What speaks against a date of the guest: he comes anyway, or came later already."""
    if step.kind not in MARKETING:
        return None
    if not person.is_last:
        return Reason.SUPERSEDED
    if step.kind == Kind.WIN_BACK and person.next_stay_on:
        return Reason.FUTURE_STAY
    return None


def _occasions(
    stay: Stay, house: House, step: Step, live_from: datetime
) -> Iterator[tuple[str, datetime | None]]:
    """How often a step happens on this stay: its occurrence and the anchor's instant."""
    anchor = step.when.anchor
    if anchor == Anchor.CHANGE:
        yield from _edits(stay, step, live_from)
    elif anchor == Anchor.CANCELLATION:
        # Cancelled in its first version, nothing had been promised; taken back, nothing is told.
        if stay.status == Status.CANCELLED:
            yield from _cancellations(stay, step)
    elif anchor == Anchor.BIRTHDAY:
        guest = next((each for each in stay.people if each.role == GuestRole.PRIMARY), None)
        if guest and guest.birthday and stay.checked_out_at:
            for day in timing.birthdays(guest.birthday, stay.checked_out_at, house.zone, BIRTHDAYS):
                yield str(day.year), timing.at_local(day, timing.NOON, house.zone)
    elif waived := _taken_for_granted(stay, house, step):
        yield "1", waived
    else:
        yield "1", timing.instant_of(anchor, stay)


def _taken_for_granted(stay: Stay, house: House, step: Step) -> datetime | None:
    """When a guest came or left by the calendar, where this hotel waived the evidence of it."""
    if step.kind not in house.without_check_in:
        return None
    if DEMANDS[step.kind].needs == Needs.CHECKED_IN and stay.status == Status.CONFIRMED:
        return timing.at_local(stay.arrival_on, ARRIVING, house.zone)
    is_there = stay.status in (Status.CONFIRMED, Status.IN_HOUSE)
    if DEMANDS[step.kind].needs == Needs.CHECKED_OUT and is_there:
        return timing.at_local(stay.departure_on + timedelta(days=1), house.day_close, house.zone)
    return None


def _edits(stay: Stay, step: Step, live_from: datetime) -> Iterator[tuple[str, datetime]]:
    """Several changes within the window are one message with the final state; none if the last
    one undid the first.
    """
    told = [edit for edit in stay.edits if set(edit.diff) & set(step.fields)]
    window = timedelta(minutes=step.collect_minutes)
    for number, group in enumerate(_windows(told, window), 1):
        mine = [edit for edit in group if edit.stay_id == stay.id]
        if group[0].at >= live_from and _differs(mine, step.fields):
            yield str(number), group[-1].at + window


def _cancellations(stay: Stay, step: Step) -> Iterator[tuple[str, datetime]]:
    """The last one. The rooms of one booking are often cancelled one after the other."""
    window = timedelta(minutes=step.collect_minutes)
    groups = list(enumerate(_windows(stay.cancellations, window), 1))
    for number, group in reversed(groups):
        if any(edit.stay_id == stay.id for edit in group):
            yield str(number), group[-1].at + (window if stay.party else timedelta())
            return


def _windows(edits: Sequence[Edit], window: timedelta) -> list[list[Edit]]:
    """Edits that follow each other within the window, together; numbered over the whole party."""
    groups: list[list[Edit]] = []
    for edit in sorted(edits, key=lambda each: each.at):
        near = groups and edit.at - groups[-1][-1].at <= window
        if near and edit.at - groups[-1][0].at <= COLLECT_MAX * window:
            groups[-1].append(edit)
        else:
            groups.append([edit])
    return groups


def _differs(group: Sequence[Edit], fields: Sequence[str]) -> bool:
    first: dict[str, Any] = {}
    last: dict[str, Any] = {}
    for edit in group:
        for name in set(edit.diff) & set(fields):
            before, after = edit.diff[name]
            first.setdefault(name, before)
            last[name] = after
    return first != last


def _outright(
    stay: Stay, house: House, journey: Running, step: Step
) -> tuple[Reason, dict[str, Any]] | None:
    """What rules a step out for this stay, whatever the time and whoever the guest."""
    is_created = step.when.anchor == Anchor.CREATION
    if stay.is_history or (stay.imported and is_created):
        return Reason.HISTORY_IMPORT, {}
    if reason := _status(stay, step):
        return reason, {"status": stay.status.value}
    if why := journey.impossible.get(step.key):
        return Reason.STEP_UNAVAILABLE, {"why": why}
    channel = str(stay.values.get("channel") or "")
    if step.kind == Kind.CONFIRMATION and channel in house.confirming_channels:
        return Reason.CHANNEL_CONFIRMS, {"channel": channel}
    if _is_block(stay, house) and not (house.writes_to_blocks or step.to_blocks):
        return Reason.GROUP_BLOCK, {"rooms": stay.rooms}
    nights = max(step.nights_min, house.nights_min if step.kind == Kind.MID_STAY else 0)
    if stay.nights < nights:
        return Reason.TOO_SHORT, {"nights": stay.nights, "least": nights}
    values = _values(stay, house) if step.only_if else {}
    for condition in step.only_if:
        if not holds(condition, values):
            return Reason.CONDITION, {"field": condition.field.value}
    return None


def _values(stay: Stay, house: House) -> dict[str, Any]:
    """What conditions may ask of a stay; its language is the one its guest is written in."""
    guest = next((each for each in stay.people if each.role == GuestRole.PRIMARY), None)
    return {**stay.values, "language": _spoken(stay, house, guest).language}


def _spoken(stay: Stay, house: House, person: Person | None) -> Chosen:
    said = (person.language, person.country) if person else (None, None)
    return _chosen(stay.language or "", said[0] or "", said[1] or "", house.language)


@lru_cache(maxsize=1 << 12)
def _chosen(stay: str, profile: str, country: str, house: str) -> Chosen:
    return chosen(Known(stay=stay, profile=profile, country=country, property_default=house))


def _is_block(stay: Stay, house: House) -> bool:
    if stay.rooms == 1 < house.block_rooms:
        return False
    is_named = "group" in (stay.values.get("channel"), stay.values.get("segment"))
    return stay.rooms >= house.block_rooms or (is_named and stay.rooms > 1)


def _status(stay: Stay, step: Step) -> Reason | None:
    """Why the state of the stay rules a message out for good, as long as it stays so."""
    asked, status = DEMANDS[step.kind], stay.status
    if asked.needs == Needs.CANCELLED:
        return None
    if status == Status.CANCELLED:
        return Reason.CANCELLED
    if status == Status.NO_SHOW:
        return Reason.NO_SHOW
    if not asked.of_stay or status in asked.statuses or asked.needs == Needs.CHECKED_OUT:
        return None
    if status == Status.IN_HOUSE:
        return Reason.ALREADY_ARRIVED
    return Reason.ALREADY_LEFT if status == Status.CHECKED_OUT else None


def _waits(stay: Stay, house: House, step: Step) -> Reason | None:
    """The evidence that a message waits for: the clock alone never tells that a guest came."""
    needs = DEMANDS[step.kind].needs
    if _taken_for_granted(stay, house, step):
        return None
    if needs == Needs.CHECKED_IN and stay.status != Status.IN_HOUSE:
        return Reason.NOT_CHECKED_IN
    of_guest = step.kind in MARKETING or step.when.anchor == Anchor.CHECK_OUT
    if (needs == Needs.CHECKED_OUT or of_guest) and stay.status != Status.CHECKED_OUT:
        return Reason.NOT_CHECKED_OUT
    if stay.status in _BEFORE:
        return Reason.NOT_CONFIRMED
    return None


def _about(stay: Stay, house: House, step: Step) -> datetime | None:
    """About when an expected message would leave, by the booked dates."""
    clock = step.when.at or "12:00"
    day = {Anchor.CHECK_IN: stay.arrival_on, Anchor.CHECK_OUT: stay.departure_on,
           Anchor.ARRIVAL: stay.arrival_on, Anchor.DEPARTURE: stay.departure_on}  # fmt: skip
    if step.when.anchor not in day:
        return None
    on = day[step.when.anchor] + timedelta(days=step.when.days)
    return timing.at_local(on, clock_of(clock), house.zone)


def _untimely(
    stay: Stay, journey: Running, step: Step, due: Due | None, instant: datetime | None,
    now: datetime,
) -> Reason | None:  # fmt: skip
    """Why the moment of a step is none: before the journey ran here, or over."""
    born = timing.instant_of(Anchor.CREATION, stay)
    if step.when.anchor == Anchor.CREATION and born and born < journey.live_from:
        return Reason.BEFORE_GO_LIVE
    begun = due.planned_at if due else instant
    if begun and begun < journey.live_from and stay.known_at < journey.live_from:
        return Reason.BEFORE_GO_LIVE
    if due is None or due.is_over or due.not_after <= now:
        return Reason.TOO_LATE
    return None


def _wanted(
    stay: Stay, house: House, journey: Running, line: Line, to: Recipient, due: Due
) -> Wanted:
    step = line.step
    spoken = _spoken(stay, house, to.person)
    dates = {"arrival_on": stay.arrival_on, "departure_on": stay.departure_on}
    return Wanted(
        kind=step.kind,
        property_id=stay.property_id,
        profile_id=to.person.profile_id,
        contact_point_id=to.point.id if to.point else None,
        purpose=step.purpose,
        due_at=due.at,
        not_before=due.at,
        not_after=due.not_after,
        language=spoken.language,
        language_why=spoken.why,
        step=f"{journey.key}:{step.key}",
        step_version=journey.version,
        channel=step.channel,
        occurrence=line.occurrence,
        party="" if step.each_room else stay.party,
        recipient_role=_role(step, to.person),
        basis={} if step.kind in MARKETING else {k: v.isoformat() for k, v in dates.items()},
        facts=_facts(step, due),
        is_shadow=journey.is_shadow,
    )


def _facts(step: Step, due: Due) -> dict[str, object]:
    """What of the plan a message keeps: the rule that moved it, and a limit tighter than its kind's."""
    told = {"late": due.late, "freshness_minutes": step.freshness_minutes}
    return {name: value for name, value in told.items() if value}


def _role(step: Step, person: Person) -> str:
    """His part on the stay, as the gate looks for it; of companions each has his own."""
    if step.to == To.COMPANIONS:
        return f"companion:{person.profile_id}"
    return To.AGENCY.value if person.kind == ProfileKind.AGENCY else person.role.value
