"""What a hotel agreed for a type of case: who, how soon, by which steps; and what holds untold. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from types import MappingProxyType

import msgspec

from staytrue.desk.kinds import Kind, State

DUTY = "general_manager"
"""The role that answers for a hotel when nobody else is on duty."""
RELATIONS, DESK = "guest_relations", "front_desk"
SIMPLE = (State.NEW, State.PENDING, State.COMPLETE)
REVIEWED = (State.NEW, State.PENDING, State.APPROVED, State.COMPLETE)


class Step(msgspec.Struct, frozen=True):
    """A step of escalation: this role, and how many working minutes it has before the next."""

    role: str
    minutes: int


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """How cases of one type are worked: `flow` are the states its normal way passes through."""

    key: str
    kind: Kind
    role: str
    department: str = ""
    minutes: int = 60
    steps: tuple[Step, ...] = (Step(DUTY, 60),)
    flow: tuple[State, ...] = SIMPLE
    handovers_max: int = 2

    @property
    def is_reviewed(self) -> bool:
        """Whether its normal way passes a supervisor."""
        return State.APPROVED in self.flow


def _terms(kind: Kind, role: str, minutes: int, **more: object) -> Terms:
    return Terms(key=kind.value, kind=kind, role=role, minutes=minutes, **more)  # type: ignore[arg-type]


DEFAULTS: Mapping[str, Terms] = MappingProxyType(
    {
        each.key: each
        for each in (
            _terms(Kind.REQUEST, DESK, 60),
            _terms(Kind.PROMISE, DESK, 240, steps=(Step(RELATIONS, 120), Step(DUTY, 120))),
            _terms(Kind.PREFERENCE, RELATIONS, 24 * 60, steps=(Step(DUTY, 24 * 60),)),
            _terms(Kind.RECOVERY, RELATIONS, 240),
            _terms(Kind.FEEDBACK, RELATIONS, 24 * 60, steps=(Step(DUTY, 24 * 60),)),
            _terms(Kind.REPLY, RELATIONS, 24 * 60, steps=(Step(DUTY, 24 * 60),)),
        )
    }
)
"""What holds where a hotel said nothing: no case is ever without an owner and an end."""


class OnDuty(msgspec.Struct, frozen=True):
    """A shift as it repeats every week: Monday is 0; who ends at or before he begins works overnight."""

    days: tuple[int, ...]
    begins: time
    ends: time
    role: str
    member: int | None = None

    def covers(self, local: datetime) -> bool:
        """Whether it is on at this instant of the hotel's own time."""
        at, day = local.time(), local.weekday()
        if self.begins < self.ends:
            return day in self.days and self.begins <= at < self.ends
        yesterday = (local - timedelta(days=1)).weekday()
        return (day in self.days and at >= self.begins) or (
            yesterday in self.days and at < self.ends
        )


class Owner(msgspec.Struct, frozen=True):
    """Whose it is, and why: a person on shift, the role on shift, the department, or the duty role."""

    role: str
    member: int | None
    why: str


def owner_for(
    terms: Terms,
    department_role: str | None,
    shifts: Sequence[OnDuty],
    local: datetime,
    duty_role: str,
) -> Owner:
    """Who owns a case at birth: the shift that is on; in an unmanned hour the duty role."""
    if not shifts:
        return Owner(department_role or terms.role, None, "department")
    on = [shift for shift in shifts if shift.covers(local)]
    if not on:
        return Owner(duty_role, None, "unmanned")
    # Who is named comes before a role that anybody may hold.
    shift = min(on, key=lambda each: (each.member is None, each.member or 0, each.role))
    return Owner(shift.role, shift.member, "shift")
