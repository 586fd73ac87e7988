"""What the door looks at for one message, and what it answers: plain values. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from staytrue.consent.rules import Role
from staytrue.messages.kinds import DEMANDS, Demands, Kind
from staytrue.messages.reasons import Reason


class Act(StrEnum):
    """What becomes of a message at the door."""

    SEND = "send"
    HOLD = "hold"
    CLOSE = "close"
    EXPIRE = "expire"
    REPLAN = "replan"


class Told(StrEnum):
    """What a look-up said: the PMS, or a person who looked there."""

    SAME = "same"
    CONFIRMED = "confirmed"
    DIFFERS = "differs"
    NOT_FOUND = "not_found"
    UNREACHABLE = "unreachable"
    BUSY = "busy"


@dataclass(frozen=True)
class Stay:
    """The reservation as mirrored; `parked` is why its newest record was not understood.

    `is_doubted`: its PMS was heard to show it otherwise, in a reading that broke off.
    """

    status: str
    status_origin: str
    arrival_on: date
    departure_on: date
    version: int
    is_history: bool
    is_out_of_sight: bool
    parked: str
    is_doubted: bool


@dataclass(frozen=True)
class Source:
    """How true the mirror is; `reads_one`: its PMS can be asked about one reservation."""

    as_of: datetime | None
    cadence: timedelta
    has_held_delivery: bool
    reads_one: bool


@dataclass(frozen=True)
class Proof:
    """The last look-up of this stay, and the version of our copy it was compared with."""

    told: Told
    at: datetime
    version: int | None


@dataclass(frozen=True)
class Recipient:
    """Whom it is for, as he stands now; `is_on_stay` is None where that cannot be known."""

    is_gone: bool
    is_child: bool
    is_on_stay: bool | None


@dataclass(frozen=True)
class Point:
    """Where it would go; `guests` is how many real people use it."""

    role: Role
    is_valid: bool
    guests: int


@dataclass(frozen=True)
class Permitted:
    """What consent says of this point, purpose, channel and hotel."""

    allowed: bool
    reason: str
    basis: str


@dataclass(frozen=True)
class Chosen:
    """What the hotel chose for its door."""

    freshness: timedelta
    waives_check_in: bool
    shared_above: int


@dataclass(frozen=True)
class Case:
    """Everything the door looks at for one message. Nothing has a default: nothing is assumed."""

    now: datetime
    today: date
    kind: Kind
    purpose: str
    recipient_role: str
    not_before: datetime
    not_after: datetime
    basis: Mapping[str, str]
    stay: Stay | None
    source: Source | None
    proof: Proof | None
    recipient: Recipient | None
    point: Point | None
    permitted: Permitted | None
    chosen: Chosen
    is_before_go_live: bool
    is_sent: bool
    is_party_written: bool
    has_future_stay: bool
    silence: str
    unready: Reason | None
    quiet_until: datetime | None
    capped_until: datetime | None
    shut: Reason | None

    @property
    def demands(self) -> Demands:
        """What its kind asks for."""
        return DEMANDS[self.kind]

    @property
    def is_critical(self) -> bool:
        """Whether the stay needs it: a text that sells something is no longer such a message."""
        return self.demands.is_critical and self.purpose == self.demands.purpose


@dataclass(frozen=True)
class Answer:
    """One decision: `until` is when a hold is looked at again; `facts` say why, without a name."""

    act: Act
    reason: Reason | None = None
    until: datetime | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def wants_look_up(self) -> bool:
        """Whether the word of the PMS itself might let it leave."""
        return bool(self.facts.get("look_up"))
