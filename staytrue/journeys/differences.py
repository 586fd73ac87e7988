"""What differs between two versions of a journey, step by step and field by field. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from msgspec.structs import fields

from staytrue.journeys.steps import Step


class Differs(StrEnum):
    """How a step differs."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"


@dataclass(frozen=True)
class Difference:
    """One line: a step that came, went or stands elsewhere, or one field of it with both values."""

    step: Step
    how: Differs
    field: str = ""
    before: Any = None
    after: Any = None


def between(before: Sequence[Step], after: Sequence[Step]) -> list[Difference]:
    """What the later version says otherwise, in its own order; what it left out stands last."""
    known = {step.key: step for step in before}
    kept = {step.key for step in after}
    found = [line for step in after for line in _of(step, known.get(step.key))]
    found += [Difference(step, Differs.REMOVED) for step in before if step.key not in kept]
    old = [step.key for step in before if step.key in kept]
    new = [step for step in after if step.key in known]
    found += [
        Difference(step, Differs.MOVED, "", old.index(step.key) + 1, place)
        for place, step in enumerate(new, 1)
        if old[place - 1] != step.key
    ]
    return found


def _of(step: Step, before: Step | None) -> Iterator[Difference]:
    if before is None:
        yield Difference(step, Differs.ADDED)
        return
    for each in fields(Step):
        was, now = getattr(before, each.name), getattr(step, each.name)
        if was != now:
            yield Difference(step, Differs.CHANGED, each.name, was, now)
