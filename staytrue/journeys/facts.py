"""What the plan of a stay looks at: the stay, who is on it, the house and its settings. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from staytrue.consent.rules import Role
from staytrue.hotel.codes import GuestRole, ProfileKind, Status
from staytrue.journeys.steps import Step


@dataclass(frozen=True)
class Point:
    """A contact point that a person uses now: `kind` is `email` or `phone`."""

    id: int
    kind: str
    role: Role
    seen_at: datetime


@dataclass(frozen=True)
class Person:
    """One profile in one part on a stay.

    `next_stay_on`: another stay of the same guest is to come; `is_last`: none took place later.
    """

    role: GuestRole
    profile_id: int
    name: str = ""
    kind: ProfileKind = ProfileKind.PERSON
    language: str | None = None
    country: str | None = None
    birthday: str = ""
    is_child: bool = False
    is_gone: bool = False
    points: tuple[Point, ...] = ()
    next_stay_on: date | None = None
    is_last: bool = True


@dataclass(frozen=True)
class Edit:
    """A version of a stay that differed: when we knew it, and per field its two values."""

    stay_id: int
    at: datetime
    diff: Mapping[str, Sequence[Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Stay:
    """A stay as the plan sees it. Instants of evidence are empty until the PMS said so.

    `known_at`: since when its present dates hold here; `party`: the key of its booking when this
    has several rooms; `rooms`: how many those are. `edits` and `cancellations` are of all of them.
    """

    id: int
    property_id: int
    status: Status
    arrival_on: date
    departure_on: date
    first_seen_at: datetime
    known_at: datetime
    created_at: datetime | None = None
    checked_in_at: datetime | None = None
    checked_out_at: datetime | None = None
    edits: tuple[Edit, ...] = ()
    cancellations: tuple[Edit, ...] = ()
    imported: bool = False
    is_history: bool = False
    values: Mapping[str, Any] = field(default_factory=dict)
    language: str | None = None
    people: tuple[Person, ...] = ()
    party: str = ""
    rooms: int = 1

    @property
    def nights(self) -> int:
        """Nights between its two dates."""
        return (self.departure_on - self.arrival_on).days


@dataclass(frozen=True)
class House:
    """One hotel with what it decided about messages."""

    property_id: int
    zone: str
    language: str = "en"
    day_close: time = time(3)
    confirming_channels: frozenset[str] = frozenset({"ota"})
    writes_to_blocks: bool = False
    block_rooms: int = 10
    nights_min: int = 0
    quiet_from: time = time(21)
    quiet_until: time = time(9)
    without_check_in: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Running:
    """A journey as it runs at one hotel: its steps, since when, and the steps that cannot be."""

    key: str
    version: int
    steps: tuple[Step, ...]
    live_from: datetime
    impossible: Mapping[str, str] = field(default_factory=dict)
    is_shadow: bool = False
