"""A journey over stays that are past: what would have left, to whom, and what would have collided.

Pure. A past stay is planned three times: as it was coming, in house, and over.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from staytrue.hotel.codes import Status
from staytrue.journeys import rules
from staytrue.journeys.facts import House, Running, Stay
from staytrue.journeys.rules import ABSENT, WANTED, Line
from staytrue.journeys.timing import at_local
from staytrue.messages.kinds import DEMANDS

EXAMPLES = 50
LEAD = timedelta(days=30)
"""A stay of which nobody knows when it was booked is taken for booked so long before."""
_HAPPENED = (Status.IN_HOUSE, Status.CHECKED_OUT)
_OVER = (Status.CHECKED_OUT, Status.CANCELLED, Status.NO_SHOW)


def rehearsed(stay: Stay, house: House, journey: Running, until: datetime) -> list[Line]:
    """The lines of a past stay: those that would have left, and for whom nothing would, and why."""
    arrival = at_local(stay.arrival_on, house.day_close, house.zone)
    open_ = coming(stay, house)
    ended = [edit.at for edit in stay.cancellations if edit.stay_id == stay.id]
    is_off = stay.status == Status.CANCELLED
    came = stay.checked_in_at or arrival + timedelta(days=1)
    lines = _left_before(open_, house, journey, min(ended) if is_off and ended else came)
    if is_off:
        off = replace(open_, status=Status.CANCELLED)
        lines += _of(off, house, journey, {Status.CANCELLED})
    if stay.status in _HAPPENED:
        there = replace(open_, status=Status.IN_HOUSE, checked_in_at=stay.checked_in_at)
        lines += _of(there, house, journey, {Status.IN_HOUSE})
    if stay.status == Status.CHECKED_OUT:
        over = replace(
            open_, status=Status.CHECKED_OUT, checked_in_at=stay.checked_in_at,
            checked_out_at=stay.checked_out_at,
        )  # fmt: skip
        lines += _of(over, house, journey, {Status.CHECKED_OUT})
    return [line for line in lines if not (line.wanted and line.at and line.at > until)]


def coming(stay: Stay, house: House) -> Stay:
    """The stay as it was when it was booked, as if its hotel had been read ever since."""
    booked = booked_at(stay, house)
    return replace(
        stay, status=Status.CONFIRMED, imported=False, is_history=False, first_seen_at=booked,
        known_at=booked, created_at=booked, checked_in_at=None, checked_out_at=None,
    )  # fmt: skip


def booked_at(stay: Stay, house: House) -> datetime:
    """When it was booked, or is taken for booked."""
    return stay.created_at or at_local(stay.arrival_on, house.day_close, house.zone) - LEAD


def seen_whole(stay: Stay, house: House, journey: Running) -> list[Line]:
    """What this stay would get from its booking on, had the journey always run: for a preview.

    What waits for the PMS's word is expected; of a stay that is over nothing is.
    """
    if stay.status in _OVER:
        return rehearsed(stay, house, journey, datetime.max.replace(tzinfo=UTC))
    return rules.plan(coming(stay, house), house, [journey], booked_at(stay, house))


def _left_before(stay: Stay, house: House, journey: Running, end: datetime) -> list[Line]:
    found = _of(stay, house, journey, {Status.CONFIRMED})
    return [line for line in found if line.at is None or line.at < end]


def _of(stay: Stay, house: House, journey: Running, statuses: set[Status]) -> list[Line]:
    """The lines of the steps that belong to this state of a stay; dates of the guest to its end."""
    early = journey.live_from
    found = []
    for line in rules.plan(stay, house, [journey], early):
        allowed = DEMANDS[line.step.kind].statuses or {Status.CHECKED_OUT}
        if allowed & statuses and line.standing in (WANTED, ABSENT):
            found.append(line)
    return found


@dataclass
class Tally:
    """What a rehearsal found, added up stay by stay."""

    stays: int = 0
    messages: int = 0
    steps: Counter[str] = field(default_factory=Counter)
    absent: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    languages: Counter[str] = field(default_factory=Counter)
    guessed_languages: int = 0
    roles: Counter[str] = field(default_factory=Counter)
    hours: Counter[str] = field(default_factory=Counter)
    hours_of_day: Counter[int] = field(default_factory=Counter)
    nameless: int = 0
    sent: dict[int, list[datetime]] = field(default_factory=lambda: defaultdict(list))
    examples: list[dict[str, Any]] = field(default_factory=list)

    def add(self, lines: Iterable[Line], zone: str) -> None:
        """Count the lines of some stays of one hotel."""
        for line in lines:
            if line.wanted is None or line.at is None:
                self.absent[line.step.key][line.reason] += 1
                continue
            wanted, shown = line.wanted, line.at.astimezone(ZoneInfo(zone))
            self.messages += 1
            self.steps[line.step.key] += 1
            self.languages[wanted.language] += 1
            self.guessed_languages += wanted.language_why.startswith("property_default")
            self.roles[line.person.role.value if line.person else ""] += 1
            self.hours[f"{shown:%Y-%m-%d %H}:00"] += 1
            self.hours_of_day[shown.hour] += 1
            self.nameless += not (line.person and line.person.name.strip())
            if wanted.contact_point_id and not DEMANDS[line.step.kind].is_critical:
                self.sent[wanted.contact_point_id].append(line.at)
            self.examples.append(
                {
                    "stay": line.stay_id, "step": line.step.key, "at": line.at.isoformat(),
                    "language": wanted.language, "why": wanted.language_why,
                    "role": wanted.recipient_role, "late": line.late,
                }
            )  # fmt: skip
            if len(self.examples) > 40 * EXAMPLES:
                self.examples = self.examples[::2]

    def told(self, cap: int, days: int) -> dict[str, Any]:
        """The figures as they are kept with a version."""
        pace = max(1, len(self.examples) // EXAMPLES)
        busiest, load = self.hours.most_common(1)[0] if self.hours else ("", 0)
        return {
            "stays": self.stays, "messages": self.messages, "steps": dict(self.steps),
            "absent": {step: dict(told) for step, told in self.absent.items()},
            "languages": dict(self.languages.most_common()),
            "guessed_languages": self.guessed_languages, "roles": dict(self.roles),
            "busiest": busiest, "busiest_load": load,
            "hours": {str(hour): self.hours_of_day[hour] for hour in range(24)},
            "nameless": self.nameless, "collisions": collisions(self.sent.values(), cap, days),
            "examples": self.examples[::pace][:EXAMPLES],
        }  # fmt: skip


def collisions(sent: Iterable[list[datetime]], cap: int, days: int) -> int:
    """How many messages a guest's cap would have held: more than so many in so many days."""
    held, window = 0, timedelta(days=days)
    for moments in sent:
        left: list[datetime] = []
        for moment in sorted(moments):
            recent = [each for each in left if moment - each < window]
            if len(recent) >= cap:
                held += 1
            else:
                left.append(moment)
    return held
