"""What guests of a simulated hotel say about being written to, by every way there is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random

from msgspec.structs import replace

from staytrue.hotel.records import Consent
from staytrue.lab.bookings import World
from staytrue.lab.streams import pick

OPT_OUTS, BACK_AGAIN, COMPLAINTS, AGREES = 0.06, 0.12, 0.004, 0.03
PMS_AGREES = 0.2
"""Of so many who opted out with us, the PMS learns later, by somebody's error, that they agree."""


class Way(StrEnum):
    """How somebody told us, or his hotel."""

    ONE_CLICK = "one_click"
    PAGE = "guest_page"
    REPLY = "mail_reply"
    DESK = "desk"
    PMS = "pms"
    COMPLAINT = "carrier"


@dataclass(frozen=True)
class Act:
    """One act of a person about one address: an opt-out, an opt-in with proof, or a complaint.

    `purposes` are what it is about. `profile` is how his hotel's PMS knows him.
    """

    at: datetime
    hotel: str
    booking: str
    profile: str
    person: str
    address: str
    what: str
    way: Way
    purposes: tuple[str, ...]


_WAYS = (
    (Way.ONE_CLICK, 40.0), (Way.PAGE, 20.0), (Way.REPLY, 10.0), (Way.DESK, 20.0), (Way.PMS, 10.0),
)  # fmt: skip
_PURPOSES = {
    Way.ONE_CLICK: ("marketing", "survey"),
    Way.PAGE: ("marketing", "survey", "service"),
    Way.REPLY: ("marketing", "survey"),
    Way.DESK: ("marketing", "survey", "service"),
    Way.PMS: ("marketing",),
}


def acts_of(rng: Random, hotel: str, world: World) -> Iterator[Act]:
    """What the guests of a hotel say; what they told its PMS is written there too."""
    for number, life in world.bookings.items():
        guest = life.last.guests[0].profile
        profile = world.profiles[guest].last
        if not profile.emails or profile.emails[0].masked:
            continue
        chance = rng.random()
        whose = (hotel, number, guest, world.person_of[guest], profile.emails[0].address)
        if chance < OPT_OUTS:
            way = pick(rng, _WAYS)
            at = _moment(rng, life.first_at, life.versions[-1][0])
            if way == Way.PMS:
                at = _written_down(world, guest, at, "out")
            yield Act(at, *whose, "opt_out", way, _PURPOSES[way])
            if way != Way.PMS and rng.random() < PMS_AGREES:
                later = _written_down(
                    world, guest, at + timedelta(hours=rng.randrange(1, 60)), "in"
                )
                yield Act(later, *whose, "opt_in", Way.PMS, _PURPOSES[Way.PMS])
            if way != Way.PMS and rng.random() < BACK_AGAIN:
                later = at + timedelta(minutes=rng.randrange(1, 6_000))
                yield Act(later, *whose, "opt_in", Way.PAGE, _PURPOSES[way])
        elif chance < OPT_OUTS + COMPLAINTS:
            at = _moment(rng, life.first_at, life.versions[-1][0])
            yield Act(at, *whose, "complaint", Way.COMPLAINT, ("marketing", "survey", "service"))
        elif chance < OPT_OUTS + COMPLAINTS + AGREES:
            at = _moment(rng, life.first_at, life.versions[-1][0])
            yield Act(at, *whose, "opt_in", Way.PAGE, ("marketing", "survey"))


def _moment(rng: Random, first: datetime, last: datetime) -> datetime:
    """Any time of a booking until days after it; half of them soon after it ended."""
    if rng.random() < 0.5:
        return last + timedelta(seconds=rng.randrange(60, 36 * 3_600))
    at = first + (last - first) * rng.random()
    return at.replace(microsecond=0)


def _written_down(world: World, guest: str, at: datetime, state: str) -> datetime:
    """The PMS refuses marketing, or allows it, from this instant on."""
    life = world.profiles[guest]
    at = max(at, life.versions[-1][0] + timedelta(seconds=1))
    told = [Consent("marketing", "email", state)]
    life.then(at, "opted", replace(life.last, consents=told, modified_at=at))
    return at
