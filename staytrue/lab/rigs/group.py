"""A group of simulated houses and the real line behind them, in virtual time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from django.db import OperationalError

from staytrue.connectors import registry
from staytrue.flow import living, release, watching, worker
from staytrue.hotel import scope
from staytrue.hotel.models import Property
from staytrue.hotel.records import Profile, Reservation
from staytrue.inbox import actions as inbox
from staytrue.inbox import notifications, secrets, wanted
from staytrue.inbox.models import Connection
from staytrue.kit import clock as clocks
from staytrue.lab.rigs.houses import Clock, House
from staytrue.lab.rigs.weather import CALM, JUMP, Killed, Network, Pushes, Rates, unlucky
from staytrue.mirror import canonical, fidelity, queries
from staytrue.staff import audit

ACTOR = "rig"
STEP = timedelta(minutes=10)
QUIET_TURNS = 600


@dataclass
class Member:
    """One house of the group with its connection and the ways between them."""

    house: House
    link: Connection
    network: Network
    pushes: Pushes


@dataclass
class Group:
    """Houses behind the line. `happened` counts every fault of ours by its name; `stops` says why
    connections stopped, by code.
    """

    clock: Clock
    seed: int = 1
    rates: Rates = CALM
    members: list[Member] = field(default_factory=list)
    happened: dict[str, int] = field(default_factory=dict)
    stops: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chance = Random(f"{self.seed} group")
        self.jumps = Random(f"{self.seed} clock")

    def add(self, house: House, property: Property, name: str = "") -> Member:
        """Connect a house, as an administrator would."""
        with scope.everything(), audit.acting(ACTOR, self.clock()):
            link = inbox.connect(
                name or f"{property.code}-{house.dialect}".lower().replace("_", "-"),
                property,
                house.dialect,
                {},
                now=self.clock(),
                cadence_seconds=3_600,
            )
            secrets.put_settings(link, house.settings(), registry.manifest(house.dialect))
            inbox.allow_private(link, is_allowed=True)
        chance = Random(f"{self.seed} {link.name}")

        def receive(body: bytes) -> int:
            with scope.everything():
                notifications.keep_many([notifications.arrived(link.pk, body, now=self.clock())])
            return 200

        member = Member(
            house,
            link,
            Network(house.http(), self.clock, chance, self.rates),
            Pushes(receive, self.clock, chance, self.rates),
        )
        self.members.append(member)
        return member

    def run(self, duration: timedelta, step: timedelta = STEP) -> Iterator[datetime]:
        """Let time pass, step by step, with everything that may go wrong; yields the true time."""
        end = self.clock.true() + duration
        while self.clock.true() < end:
            self.clock.instant += step
            self._jump()
            for member in self.members:
                member.house.push(member.pushes)
                member.pushes.deliver_late()
            self.turn()
            yield self.clock.true()

    def _jump(self) -> None:
        """Our clock is set, and not rightly."""
        if self.jumps.random() < self.rates.clock_jump:
            self.clock.wrong_by = JUMP * self.jumps.uniform(-1, 1)
            self.happened["clock_jump"] = self.happened.get("clock_jump", 0) + 1

    def turn(self) -> None:
        """What the worker does in a round; whatever ends it, the next one begins anew."""
        with clocks.use(self.clock):
            try:
                with unlucky(self.chance, self.rates, self.happened, self.clock):
                    self._work()
            except (Killed, OperationalError):
                # As after a crash or a lost server: a new worker finds what the old one left.
                pass

    def _work(self) -> None:
        release.finish_interrupted(self.clock())
        for member in self.members:
            if member.link.stopped_at:
                # The administrator tries again, until what he mends is mended.
                self.stops.append(member.link.stopped_code)
                watching.resume(member.link, by=ACTOR, now=self.clock())
            living.turn(member.link, self.clock, member.network)
        worker.settle(self.clock())

    def be_still(self) -> None:
        """The faults stop, the hotels sleep, and we come to rest."""
        self.rates, self.clock.wrong_by = CALM, timedelta()
        for member in self.members:
            member.network.rates = member.pushes.rates = CALM
            member.house.rest()
            member.pushes.late.sort()
            for _, _, body in member.pushes.late:
                member.pushes.post(body)
            member.pushes.late.clear()
        for member in self.members:
            # What was claimed by a worker that was killed is free after a while.
            lost_for = wanted.LOST_AFTER + timedelta(minutes=5)
            self.clock.instant += max(lost_for, member.house.whole_within)
            self.until_quiet(member)

    def until_quiet(self, member: Member) -> None:
        """Turns until a walk begun from now on is over and nothing is wanted."""
        begun = self.clock()
        for _ in range(QUIET_TURNS):
            self.clock.instant += timedelta(seconds=61)
            self.turn()
            with scope.everything():
                mark, _ = inbox.bookmark(member.link, living.WALK)
                near = inbox.bookmark(member.link, "turn near")[1]
                is_walked = bool(mark) and datetime.fromisoformat(mark["through"]) > begun
                if is_walked and near and near > begun and not wanted.waiting(member.link):
                    return
        raise AssertionError(f"{member.link.name} never came to rest")

    def differences(self, member: Member) -> list[str]:
        """Field by field, the mirror against the truth of the PMS."""
        now, house = self.clock(), member.house
        place = canonical.House(member.link.property.code, member.link.property.timezone)
        with scope.everything():
            stays = _shown("reservation", member.link, place)
            guests = _shown("profile", member.link, place)
        truth = {f"{one.number}/{one.leg}": one for one in house.reservations(now).values()}
        on_rosters = {g.profile for stay in truth.values() for g in stay.guests}
        people = {id_: p for id_, p in house.profiles(now).items() if id_ in on_rosters}
        persons = {id_: p for id_, p in guests.items() if id_ in people}
        day = now.astimezone(ZoneInfo(place.zone)).date()
        return sorted(
            [
                *_compare("reservation", stays, truth, house.apart, place, day),
                *_compare("profile", persons, people, house.apart, place, day),
            ]
        )


def _shown(
    object: str, link: Connection, place: canonical.House
) -> dict[str, Mapping[str, object]]:
    """What the mirror shows: of a number that was used again the newest, and what is in sight."""
    if object == "profile":
        rows = queries.rows(object, "connection_id = %s", [link.pk])
        return {str(row["source_id"]): canonical.profile(row, place) for row in rows}
    rows = queries.rows(object, "connection_id = %s ORDER BY epoch", [link.pk])
    newest = {f"{row['number']}/{row['leg']}": row for row in rows}
    return {
        key: canonical.reservation(row, place)
        for key, row in newest.items()
        if row["out_of_sight_since"] is None
    }


def _compare(
    object: str,
    ours: Mapping[str, Mapping[str, object]],
    theirs: Mapping[str, Reservation] | Mapping[str, Profile],
    apart: Mapping[str, frozenset[str]],
    place: canonical.House,
    day: date,
) -> Iterator[str]:
    for key in theirs.keys() - ours.keys():
        yield f"{object} {key}: missing"
    for key in ours.keys() - theirs.keys():
        yield f"{object} {key}: too much"
    for key in theirs.keys() & ours.keys():
        told = fidelity.told(theirs[key], place, day)
        for name, (mine, his) in fidelity.compare(object, ours[key], told).differing.items():
            if name not in apart.get(object, ()):
                yield f"{object} {key}.{name}: {mine!r} instead of {his!r}"
