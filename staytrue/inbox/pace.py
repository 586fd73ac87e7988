"""How often a living PMS is asked, by task and hour of its own day. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import combinations
from typing import Any

from staytrue.kit.errors import Refused

# What is done about a living PMS, each at its own pace: ask for changes, look again at near stays
# and their guests, compare a sample with the truth.
CHANGES, NEAR, AUDIT = "changes", "near", "audit"
TASKS = (CHANGES, NEAR, AUDIT)
SLOWEST = {CHANGES: 300, NEAR: 3_600, AUDIT: 86_400}
# Around check-in the day is decided: then changes are asked for more often, if nobody says else.
BUSY_SPAN = "13-23"
BUSY_SECONDS = 60
SHORTEST = 5


def seconds(cadence: Mapping[str, Any], task: str, local: datetime, *, found: bool = False) -> int:
    """The pause before a task's next turn, at this hour of the hotel's day.

    `cadence` maps tasks to {"seconds": …, "hours": {"14-22": …}}; what it does not name has our
    own pace, which is faster around check-in and where the last turn found something.
    """
    *spans, (_, otherwise) = in_force(cadence, task)
    for span, pause in spans:
        if local.hour in _hours(span):
            return pause
    is_ours = "seconds" not in (cadence.get(task) or {})
    return BUSY_SECONDS if task == CHANGES and found and is_ours else otherwise


def in_force(cadence: Mapping[str, Any], task: str) -> list[tuple[str, int]]:
    """The pauses of a task: those of their hours, by hour, and at last ("", else).

    What was said for some hours leaves the others to our own pace, of which busy hours give way.
    """
    said = cadence.get(task) or {}
    spans = dict(said.get("hours") or {})
    if (
        "seconds" not in said
        and task == CHANGES
        and not any(overlap(BUSY_SPAN, span) for span in spans)
    ):
        spans[BUSY_SPAN] = BUSY_SECONDS
    told = sorted(((span, int(pause)) for span, pause in spans.items()), key=_begin)
    return [*told, ("", int(said.get("seconds", SLOWEST[task])))]


def overlap(one: str, other: str) -> bool:
    """Whether two spans share an hour."""
    return not _hours(one).isdisjoint(_hours(other))


def _begin(told: tuple[str, int]) -> int:
    return int(told[0].partition("-")[0])


def due_at(last: datetime | None, pause: int) -> datetime | None:
    """When a task may have its next turn; None is at once."""
    return last + timedelta(seconds=pause) if last else None


def check(cadence: Mapping[str, Any]) -> None:
    """Refuse a cadence that nobody could keep to."""
    for task, said in cadence.items():
        if task not in TASKS:
            raise Refused(f"There is no task {task}. There are: {', '.join(TASKS)}.", "no_task")
        spans = said.get("hours") or {}
        pauses = [*spans.values()]
        for one, other in combinations(spans, 2):
            if overlap(one, other):
                raise Refused(f"The hours {one} and {other} overlap.", "hours_overlap")
        for span in spans:
            _hours(span)
        if "seconds" in said:
            pauses.append(said["seconds"])
        if any(not isinstance(pause, int) or pause < SHORTEST for pause in pauses):
            raise Refused(f"A pause is a whole number of seconds, {SHORTEST} or more.", "pause")


def _hours(span: str) -> frozenset[int]:
    """Hours of the day: "14-22" is from 14:00 until 22:00; "22-6" goes over midnight."""
    try:
        first, last = (int(word) for word in span.split("-"))
    except ValueError:
        raise Refused(f"{span} is no span of hours like 14-22.", "hours") from None
    if not (0 <= first <= 23 and 0 <= last <= 24):
        raise Refused(f"{span} is no span of hours like 14-22.", "hours")
    until = last if last > first else last + 24
    return frozenset(hour % 24 for hour in range(first, until))
