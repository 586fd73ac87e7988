"""The turns a message takes, decided on values alone: planned anew, compared, ended, found again.

Whoever reads and writes rows asks here what becomes of them. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any, Generic, Protocol, TypeVar

from staytrue.messages.carriers.base import Result
from staytrue.messages.journal import BEGUN, HANDED, READY, SETTLED, Line
from staytrue.messages.kinds import OPEN, USED, State
from staytrue.messages.reasons import Reason
from staytrue.messages.wanted import Wanted

Slot = tuple[str, str, str]
FINAL = frozenset({Reason.DROPPED_BY_STAFF, Reason.RECALLED, Reason.TOO_LATE})
"""What was closed for this does not come back while the plan wants the very same."""
PLANNED = (
    "purpose", "channel", "party", "profile_id", "contact_point_id", "language", "language_why",
    "step", "step_version", "due_at", "not_before", "not_after", "basis", "template_version",
    "is_shadow",
)  # fmt: skip
RETRY_FIRST, RETRY_MAX = timedelta(minutes=5), timedelta(hours=1)


class Row(Protocol):
    """A message as it stands, as far as a new plan looks at it."""

    kind: str
    occurrence: str
    recipient_role: str
    state: str
    reason: str
    due_at: datetime
    basis: Any


R = TypeVar("R", bound=Row)


@dataclass
class Difference(Generic[R]):
    """What a new plan does to the messages of one stay."""

    new: list[Wanted] = field(default_factory=list)
    changed: list[tuple[R, Wanted]] = field(default_factory=list)
    same: list[tuple[R, Wanted]] = field(default_factory=list)
    dropped: list[R] = field(default_factory=list)


def difference(mine: Sequence[R], asked: Sequence[Wanted]) -> Difference[R]:
    """What left keeps its slot, what a person dropped stays dropped; all else follows the plan."""
    found = Difference[R]()
    opened = {slot_of(row): row for row in mine if row.state in OPEN}
    used = {slot_of(row) for row in mine if row.state in USED or row.reason == Reason.SHADOW}
    slots = {each.slot: each for each in reversed(asked) if each.slot not in used}
    for slot, each in slots.items():
        row = opened.pop(slot, None)
        if row is not None:
            (found.changed if _differs(row, each) else found.same).append((row, each))
        elif not any(_is_final(old, each) for old in mine if slot_of(old) == slot):
            found.new.append(each)
    found.dropped += opened.values()
    return found


def slot_of(row: Row) -> Slot:
    """What makes it this message of its stay."""
    return row.kind, row.occurrence, row.recipient_role


def values(wanted: Wanted) -> dict[str, Any]:
    """All planned columns of a message."""
    return {name: getattr(wanted, name) for name in PLANNED} | {"basis": dict(wanted.basis)}


_compared = attrgetter(*(name for name in PLANNED if name != "basis"))


def _differs(row: Row, wanted: Wanted) -> bool:
    return _compared(row) != _compared(wanted) or row.basis != dict(wanted.basis)


def _is_final(row: Row, wanted: Wanted) -> bool:
    is_closed = row.state in (State.CLOSED, State.EXPIRED) and row.reason in FINAL
    return is_closed and (row.due_at, row.basis) == (wanted.due_at, dict(wanted.basis))


@dataclass(frozen=True)
class Looked:
    """What a claim looked at, or what is so by now; `stay` is None where there is none to see.

    `good_until` is when what a claim looked at becomes too old for its message.
    """

    stay: int | None
    consent: int
    is_allowed: bool = True
    is_open: bool = True
    good_until: datetime | None = None


def changed_since(was: Looked, now_is: Looked, *, not_after: datetime, now: datetime) -> list[str]:
    """Why a claimed message is decided anew in place of being handed over; nothing lets it go."""
    changed = {
        "window": now > not_after,
        "age": was.good_until is not None and now > was.good_until,
        "armed": not now_is.is_open,
        "stay": was.stay is not None and now_is.stay != was.stay,
        "consent": not now_is.is_allowed or now_is.consent != was.consent,
    }
    return [name for name, is_so in changed.items() if is_so]


@dataclass(frozen=True)
class End:
    """Where a hand-over ends: for good, or free again at `until`."""

    state: State
    reason: Reason | None = None
    until: datetime | None = None


_ENDS: Mapping[Result, End] = {
    Result.ACCEPTED: End(State.ACCEPTED),
    Result.REFUSED: End(State.BOUNCED, Reason.REFUSED),
    Result.UNKNOWN: End(State.UNKNOWN, Reason.NO_REPLY),
}


def end_of(result: Result, attempt: int, now: datetime) -> End:
    """What becomes of a message by its carrier's word; what nobody knows never leaves again."""
    if result == Result.RETRY:
        wait = min(RETRY_FIRST * 2 ** max(attempt - 1, 0), RETRY_MAX)
        return End(State.HELD, Reason.CARRIER_BUSY, now + wait)
    return _ENDS[result]


def told(lines: Iterable[Line], boot: str) -> dict[str, State]:
    """Message → where it surely ended; only lines of this start of the machine prove anything."""
    ends: dict[str, State] = {}
    for line in lines:
        name = str(line.facts.get("message", ""))
        if line.what in {READY, HANDED} and boot and line.facts.get("boot") == boot:
            ends[name] = State.PLANNED
        elif line.what in {HANDED, BEGUN}:
            ends.pop(name, None)
        elif line.what == SETTLED:
            ends[name] = State(line.facts["state"])
    return ends


def left_over(state: str, ended: State | None) -> State:
    """Where a message goes whose worker was killed: what was only claimed surely did not leave."""
    if state == State.CLAIMED:
        return State.PLANNED
    return ended or State.UNKNOWN
