"""Was a message wrong when it left, by what is known now; why, and could it have been known? Pure.

What became true only after it left makes nothing wrong. A fact whose instant nobody told proves
nothing: it is not listed.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from staytrue.hotel.codes import Status
from staytrue.messages.kinds import DEMANDS, Kind, Needs

APPLIED_IN = timedelta(seconds=60)
"""So long after it came in completely, a fact had to be in the mirror."""
ASKED_IN = timedelta(seconds=3)
"""So long before the hand-over, a fact had to come out of the last look into the PMS."""


class Cause(StrEnum):
    """What was otherwise than the message took it to be."""

    CANCELLED = "cancelled"
    REINSTATED = "reinstated"
    NO_SHOW = "no_show"
    NOT_CONFIRMED = "not_confirmed"
    NOT_CHECKED_IN = "not_checked_in"
    NOT_CHECKED_OUT = "not_checked_out"
    ALREADY_ARRIVED = "already_arrived"
    ALREADY_LEFT = "already_left"
    DATES_MOVED = "dates_moved"
    WRONG_PERSON = "wrong_person"
    OLD_ADDRESS = "old_address"
    OPTED_OUT = "opted_out"


class Known(StrEnum):
    """Whose fault it was: the fact lay here, the PMS would have said it, or nobody could know."""

    KNOWABLE = "knowable"
    OBTAINABLE = "obtainable"
    UNKNOWABLE = "unknowable"


@dataclass(frozen=True)
class Standing:
    """A stay as far as a message depends on it; `people` are (part, profile's id at the PMS)."""

    status: str
    arrival_on: date
    departure_on: date
    people: frozenset[tuple[str, str]]

    def has(self, names: Collection[str], role: str) -> bool:
        """Whether this person, under any of his ids, has this part; an agency has any."""
        part = role.partition(":")[0]
        return any(name in names and part in (of, "agency") for of, name in self.people)


@dataclass(frozen=True)
class Learnt:
    """A fact: when it became true, when it lay here whole, when we knew it."""

    true_at: datetime
    known_at: datetime
    received_at: datetime | None = None


@dataclass(frozen=True)
class Asked:
    """Whether the PMS could be asked about the one stay, and what it said just before."""

    reads_one: bool
    told: str = ""
    at: datetime | None = None


def of_stay(
    kind: Kind, role: str, names: Collection[str], known: Standing, truth: Standing
) -> Cause | None:
    """Why a message about a stay was wrong: what was known when it left against what was so."""
    if truth.status != known.status and (cause := _of_status(kind, truth.status)):
        return cause
    has_dates = DEMANDS[kind].needs in (Needs.NOTHING, Needs.CHECKED_IN)
    if has_dates and _dates(truth) != _dates(known):
        return Cause.DATES_MOVED
    if known.has(names, role) and not truth.has(names, role):
        return Cause.WRONG_PERSON
    return None


def never_came(kind: Kind, known: Standing, now: Standing) -> bool:
    """Whoever the PMS says did not come was never there, whenever it says so."""
    was_there = DEMANDS[kind].needs in (Needs.CHECKED_IN, Needs.CHECKED_OUT)
    return was_there and now.status == Status.NO_SHOW != known.status


def _dates(of: Standing) -> tuple[date, date]:
    return of.arrival_on, of.departure_on


_LOST = {
    Status.CANCELLED: Cause.CANCELLED,
    Status.NO_SHOW: Cause.NO_SHOW,
    Status.IN_HOUSE: Cause.ALREADY_ARRIVED,
    Status.CHECKED_OUT: Cause.ALREADY_LEFT,
}
_AWAITED = {
    Needs.NOTHING: Cause.NOT_CONFIRMED,
    Needs.CHECKED_IN: Cause.NOT_CHECKED_IN,
    Needs.CHECKED_OUT: Cause.NOT_CHECKED_OUT,
}


def _of_status(kind: Kind, status: str) -> Cause | None:
    demands = DEMANDS[kind]
    if status in demands.statuses:
        return None
    if demands.needs == Needs.CANCELLED:
        return Cause.REINSTATED
    if demands.needs == Needs.CHECKED_OUT and status == Status.IN_HOUSE:
        return Cause.NOT_CHECKED_OUT
    return _LOST.get(Status(status)) or _AWAITED[demands.needs]


def known(sent_at: datetime, fact: Learnt, asked: Asked) -> Known:
    """Whether we had it, could have asked for it, or nobody could know (SIMULATION section 3)."""
    if fact.received_at is not None and fact.received_at <= sent_at - APPLIED_IN:
        return Known.KNOWABLE
    # The PMS itself said otherwise when it was asked, or gave no answer: it could not be had.
    was_denied = asked.at is not None and asked.at >= fact.true_at and asked.told != "busy"
    if asked.reads_one and fact.true_at <= sent_at - ASKED_IN and not was_denied:
        return Known.OBTAINABLE
    return Known.UNKNOWABLE
