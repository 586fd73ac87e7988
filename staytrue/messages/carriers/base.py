"""What every carrier takes and answers. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID


class Result(StrEnum):
    """What a carrier says of one hand-over."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    """For good: the far side will never take this for this address."""
    RETRY = "retry"
    """Surely not taken, and may be later: back through the gate."""
    UNKNOWN = "unknown"
    """Perhaps taken: it is shown, and never handed over again by itself."""


@dataclass(frozen=True)
class Outcome:
    """The answer to one hand-over; `detail` is what the far side said."""

    result: Result
    provider_id: str = ""
    detail: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Sender:
    """In whose name: an address of the hotel's own domain and the name guests read."""

    address: str
    name: str = ""
    reply_to: str = ""

    @property
    def domain(self) -> str:
        """What stands after the @."""
        return self.address.rpartition("@")[2]


@dataclass(frozen=True)
class Outgoing:
    """One finished message: to exactly one address.

    `mark` proves that an answer which quotes the message speaks of one of ours.
    """

    public_id: UUID
    mark: str
    sender: Sender
    address: str
    name: str
    language: str
    subject: str
    html: str
    text: str
    at: datetime
    return_path: str = ""
    unsubscribe: str = ""


class Carrier(Protocol):
    """A way out. It never raises for what the far side says: that is an outcome."""

    def hand_over(self, outgoing: Sequence[Outgoing]) -> Iterator[Outcome]:
        """One outcome for each, in their order, told as soon as it is known."""
        ...

    def close(self) -> None:
        """Hang up; the next hand-over connects again."""
        ...
