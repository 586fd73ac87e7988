"""What our boundary had completely received by an instant: all that an oracle may blame us for.

A rig writes it down as bytes come in and go out. It holds no opinion of what follows from them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Container, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from operator import itemgetter

from staytrue.lab.rigs.acts import Act

GONE = -1
"""In place of a version: a complete file did not show the booking any more."""
Key = tuple[str, str]
Span = tuple[datetime, datetime]
_at = itemgetter(0)


@dataclass(frozen=True)
class HandOver:
    """One message given to a carrier. `is_accepted` is what truly became of it, known or not.

    `arrival_on` and `departure_on` are the dates it was made for, as text; `looked_at` is when the
    PMS, or a person at it, last said that the stay is so. `wrong_by` is what our own clock was ahead:
    `not_before`, `not_after` and `confirmed_at` are by that clock.
    """

    at: datetime
    hotel: str
    booking: str
    kind: str
    purpose: str
    occurrence: str
    role: str
    party: str
    address: str
    not_before: datetime
    not_after: datetime
    arrival_on: str
    departure_on: str
    is_accepted: bool
    looked_at: datetime | None = None
    confirmed_at: datetime | None = None
    wrong_by: timedelta = timedelta()

    @property
    def by_our_clock(self) -> datetime:
        """What our own clock said then: only by it can we know how old a word is, or what is due."""
        return self.at + self.wrong_by


@dataclass(frozen=True)
class Heard:
    """An act and when it was on record with us: a reply counts when a person has read it."""

    at: datetime
    act: Act


@dataclass
class Knowledge:
    """Observations, feeds, outages and brakes, each with its instants."""

    learned: dict[Key, list[tuple[datetime, int]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    reads: dict[str, list[tuple[datetime, datetime]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    outages: dict[str, list[Span]] = field(default_factory=lambda: defaultdict(list))
    brakes: dict[str, list[Span]] = field(default_factory=lambda: defaultdict(list))
    disarmed: list[Span] = field(default_factory=list)
    heard: dict[str, list[Heard]] = field(default_factory=lambda: defaultdict(list))

    def learn(self, key: Key, at: datetime, version: int) -> None:
        """A whole record was received, or its absence from a whole file; instants only grow."""
        self.learned[key].append((at, version))

    def lose(self, hotel: str, since: datetime, kept: Container[str]) -> int:
        """Our process ended: of what came since then only these bookings were kept; how many not."""
        lost = 0
        for (code, number), told in self.learned.items():
            if code == hotel and number not in kept:
                left = [each for each in told if each[0] < since]
                lost += len(told) - len(left)
                told[:] = left
        return lost

    def read(self, hotel: str, at: datetime, true_through: datetime) -> None:
        """A whole answer or file was received: what is older than `true_through` is in it."""
        told = self.reads[hotel]
        newest = max(true_through, told[-1][1]) if told else true_through
        told.append((at, newest))

    def hear(self, at: datetime, act: Act) -> None:
        """An act about an address is on record with us."""
        self.heard[act.address].append(Heard(at, act))

    def known(self, key: Key, at: datetime) -> int | None:
        """The newest version that had been received, `GONE`, or `None` of what nobody told us."""
        told = self.learned.get(key, ())
        until = told[: bisect_right(told, at, key=_at)]
        if not until:
            return None
        newest = max(version for _, version in until)
        return GONE if until[-1][1] == GONE else newest

    def as_of(self, hotel: str, at: datetime) -> datetime | None:
        """Until when this hotel's mirror could be true at this instant."""
        told = self.reads.get(hotel, ())
        place = bisect_right(told, at, key=_at)
        return told[place - 1][1] if place else None

    def is_reachable(self, hotel: str, since: datetime, until: datetime) -> bool:
        """Whether its PMS answered throughout."""
        return not _touches(self.outages.get(hotel, ()), since, until)

    def is_braked(self, hotel: str, at: datetime) -> bool:
        """Whether a delivery of this hotel was waiting for a person."""
        return _touches(self.brakes.get(hotel, ()), at, at)

    def is_disarmed(self, at: datetime) -> bool:
        """Whether nothing might leave at all."""
        return _touches(self.disarmed, at, at)


def _touches(spans: Sequence[Span], since: datetime, until: datetime) -> bool:
    return any(begun <= until and since < ended for begun, ended in spans)
