"""Changes of a draft's list of steps: one more, one less, one earlier or later. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from staytrue.journeys.steps import STANDARD, Anchor, Point, Step
from staytrue.kit.errors import Refused
from staytrue.messages.kinds import Kind

_BEGIN = {step.kind: step for step in STANDARD} | {
    Kind.ARRIVAL_INFO: Step(
        "arrival_info", Kind.ARRIVAL_INFO, Point(Anchor.ARRIVAL, -1, "18:00"),
        until=Point(Anchor.ARRIVAL, 0, "20:00"),
    )
}  # fmt: skip
KINDS = tuple(kind for kind in Kind if kind in _BEGIN)
"""What a step may be."""
MOST = 40


def with_new(steps: Sequence[Step], kind: Kind) -> tuple[tuple[Step, ...], Step]:
    """The steps with one more of this kind at the end, as the standard set has it; and that step."""
    if kind not in _BEGIN:
        raise Refused("A mailing is no step: it has a list and a page of its own.", "wrong_kind")
    if len(steps) >= MOST:
        raise Refused(f"A journey has at most {MOST} steps.", "too_many_steps")
    taken = {step.key for step in steps}
    keys = (kind.value if n == 1 else f"{kind.value}_{n}" for n in range(1, MOST + 2))
    made = replace(_BEGIN[kind], key=next(key for key in keys if key not in taken))
    return (*steps, made), made


def without(steps: Sequence[Step], key: str) -> tuple[Step, ...]:
    """The steps without this one."""
    return tuple(step for step in steps if step.key != key)


def moved(steps: Sequence[Step], key: str, places: int) -> tuple[Step, ...]:
    """The steps with this one so many places later, or earlier below zero."""
    found = list(steps)
    place = next((n for n, step in enumerate(found) if step.key == key), None)
    if place is not None:
        found.insert(max(0, place + places), found.pop(place))
    return tuple(found)


def with_changed(steps: Sequence[Step], step: Step) -> tuple[Step, ...]:
    """The steps with this one in place of its former self."""
    return tuple(step if each.key == step.key else each for each in steps)
