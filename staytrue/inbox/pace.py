"""How often a living PMS is asked, by task and hour of its own day. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from staytrue.kit.errors import Refused

# What is done about a living PMS, each at its own pace: ask for changes, look again at near stays
# and their guests, compare a sample with the truth.
CHANGES, NEAR, AUDIT = "changes", "near", "audit"
TASKS = (CHANGES, NEAR, AUDIT)
SLOWEST = {CHANGES: 300, NEAR: 3_600, AUDIT: 86_400}
# Around check-in the day is decided: then changes are asked for more often, if nobody says else.
BUSY_HOURS = range(13, 23)
BUSY_SECONDS = 60
SHORTEST = 5


def seconds(cadence: Mapping[str, Any], task: str, local: datetime, *, found: bool = False) -> int:
    """The pause before a task's next turn, at this hour of the hotel's day.

    `cadence` maps tasks to {"seconds": …, "hours": {"14-22": …}}; what it does not name has our
    own pace, which is faster around check-in and where the last turn found something.
    """
    said = cadence.get(task) or {}
    for span, pause in (said.get("hours") or {}).items():
        if local.hour in _hours(span):
            return int(pause)
    if "seconds" in said:
        return int(said["seconds"])
    if task == CHANGES and (found or local.hour in BUSY_HOURS):
        return BUSY_SECONDS
    return SLOWEST[task]


def due_at(last: datetime | None, pause: int) -> datetime | None:
    """When a task may have its next turn; None is at once."""
    return last + timedelta(seconds=pause) if last else None


def check(cadence: Mapping[str, Any]) -> None:
    """Refuse a cadence that nobody could keep to."""
    for task, said in cadence.items():
        if task not in TASKS:
            raise Refused(f"There is no task {task}. There are: {', '.join(TASKS)}.", "no_task")
        pauses = [*(said.get("hours") or {}).values()]
        for span in said.get("hours") or {}:
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
