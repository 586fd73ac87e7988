"""A case is what its history says: each event sets some of its values, and the rest stays. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from staytrue.desk.kinds import Event, Kind, State


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """A case as it stands after its events.

    `left_seconds` is what its clock still had when it was blocked; `step` counts escalations,
    `climbs_at` is the next one. `handovers` counts those since it last moved on. `authors` proposed
    what a supervisor decides about; `exceptions` say how it left its normal way. A
    mismatch with the mirror lasts until somebody has moved the case on; so does `has_answer`, a word
    of the guest that nobody has acted on. `draft_no` is the line of a letter that waits for approval.
    """

    kind: Kind
    type_key: str
    property_id: int
    department: str
    owner_role_id: str
    due_at: datetime
    opened_at: datetime
    opened_by: str
    origin: str
    origin_key: str = ""
    cause: str = ""
    place: str = ""
    reservation_id: int | None = None
    profile_id: int | None = None
    folio_line: str = ""
    message_id: str | None = None
    state: State = State.NEW
    owner_member_id: int | None = None
    step: int = 0
    climbs_at: datetime | None = None
    left_seconds: int | None = None
    offered_role_id: str | None = None
    offered_member_id: int | None = None
    offered_by: str = ""
    handovers: int = 0
    exceptions: tuple[str, ...] = ()
    note_parts: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    is_mismatched: bool = False
    has_answer: bool = False
    draft_no: int | None = None
    approved_by: str = ""
    taken_at: datetime | None = None
    closed_at: datetime | None = None
    closed_by: str = ""

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done."""
        return self.state != State.COMPLETE


FIELDS = tuple(field.name for field in msgspec.structs.fields(Standing))


class Happened(msgspec.Struct, frozen=True):
    """One line of a history, ready to be written: what happened, and what it sets.

    `facts` and `sets` hold no words of people: those stand in `words` and can be erased alone.
    """

    event: Event
    sets: Mapping[str, Any] = {}
    facts: Mapping[str, Any] = {}
    words: Mapping[str, str] = {}
    reason: str = ""


def kept(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as a history keeps them."""
    plain: dict[str, Any] = msgspec.to_builtins(dict(values))
    return plain


def fold(history: Iterable[Mapping[str, Any]]) -> Standing:
    """The case that these lines of what was set make, the oldest first."""
    values: dict[str, Any] = {}
    for sets in history:
        values |= sets
    return msgspec.convert(values, Standing)


def differing(standing: Standing, sets: Mapping[str, Any]) -> dict[str, Any]:
    """What of this is not so already."""
    return {name: value for name, value in sets.items() if getattr(standing, name) != value}
