"""A group of hotels that writes to its guests: intake, reactions, plans, gate and post, in turns."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from django.db import OperationalError
from django.db.models import Max, Min
from django.db.models.functions import Coalesce

from staytrue.flow import intake, jobs, living, recognising, release, sending, watching, worker
from staytrue.flow.last_looks import LastLooks
from staytrue.hotel import scope
from staytrue.hotel.models import Property
from staytrue.inbox import actions as inbox
from staytrue.inbox import queries as inbox_reads
from staytrue.inbox.models import Connection, Delivery
from staytrue.kit import clock as clocks
from staytrue.lab.rigs.full import ledger, setting
from staytrue.lab.rigs.full.boundary import Boundary, Watched
from staytrue.lab.rigs.full.daily import MAPPINGS, DailyHouse
from staytrue.lab.rigs.full.front_desk import FrontDesk
from staytrue.lab.rigs.full.guests import Guests
from staytrue.lab.rigs.full.ledger import Shown
from staytrue.lab.rigs.full.post import Post
from staytrue.lab.rigs.full.setting import PEOPLE
from staytrue.lab.rigs.group import Group, Member
from staytrue.lab.rigs.houses import House
from staytrue.lab.rigs.weather import CALM, Killed, Rates, unlucky
from staytrue.messages import dispatching, guest_links, letters
from staytrue.messages.dispatching import Ports
from staytrue.messages.kinds import OPEN
from staytrue.messages.models import Message
from staytrue.messages.opt_outs import Notes
from staytrue.staff import audit

STEP, LONGEST = timedelta(minutes=5), timedelta(minutes=15)
STARTS = 4
"""So often a worker that ended is started again within one step."""
OUTAGE = 1 / 400
"""So often, of steps, a PMS goes away for a while."""
AGAIN, LOOKS = timedelta(seconds=2), timedelta(seconds=31)
HOURLY = timedelta(hours=1)
_WORD = re.compile(r"\w+")
OFTEN: tuple[jobs.Duty, ...] = (
    jobs.finish_interrupted, jobs.recognise_rest, jobs.tell_late_feeds, jobs.watch_complaints,
)  # fmt: skip
SELDOM: tuple[jobs.Duty, ...] = (
    jobs.close_days, jobs.measure_feeds, jobs.make_partitions, jobs.learn_contacts,
)  # fmt: skip


@dataclass
class Full(Group):
    """The group with its post, its daily houses and its guests. One step is one round of a worker."""

    post: Post = field(kw_only=True)
    boundary: Boundary = field(kw_only=True)
    dailies: list[DailyHouse] = field(default_factory=list)
    ways: dict[int, Watched] = field(default_factory=dict)
    places: list[Property] = field(default_factory=list)
    down_until: dict[str, datetime] = field(default_factory=dict)
    forgotten: dict[str, Shown] = field(default_factory=dict)
    disarmed_since: datetime | None = None
    starts: int = 0
    is_sending: bool = False
    _ports: Ports | None = None
    _done_at: dict[timedelta, datetime] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__post_init__()
        lives = self.boundary.truth.lives()
        self.changes = sorted(at for *_, life in lives for at, _, _ in life.versions)
        self.desk = FrontDesk(self.boundary.truth, self.seed)
        self.guests = Guests(self.post, self.boundary.knowledge, self.seed)

    def add(self, house: House, property: Property, name: str = "") -> Member:
        """As ever; every byte that comes in is written down."""
        member = super().add(house, property, name)
        hotel = self.boundary.truth.by_code[property.code]
        # Outside the weather: what came broken never came.
        self.ways[member.link.pk] = Watched(member.network, hotel, self.boundary, self.clock.true)
        return member

    def add_daily(self, house: DailyHouse, property: Property) -> None:
        """Connect a house by its folder, and read its history."""
        now = self.clock()
        with scope.everything(), audit.acting(PEOPLE, now):
            given = {"folder": str(house.outbox), "mappings": MAPPINGS}
            house.link = inbox.connect(
                f"{property.code}-files".lower(), property, "export_files", given, now=now
            )
        made = house.history(now)
        for path in made.paths:
            intake.import_file(house.link, path, history=True, now=now)
        self.boundary.laid(house.hotel, now, made)
        self.dailies.append(house)

    def settle(self) -> None:
        """Work until nothing waits, as before anything may leave."""
        with clocks.use(self.clock):
            recognising.catch_up(self.clock())
            while worker.settle(self.clock()):
                pass

    def pass_time(self, duration: timedelta) -> Iterator[datetime]:
        """Let time pass; what the world does comes first, then our round. Idle time is skipped."""
        end = self.clock.true() + duration
        while self.clock.true() < end:
            self.clock.instant = min(self._next(), end)
            self._jump()
            self._outages()
            for member in self.members:
                member.house.push(member.pushes)
                member.pushes.deliver_late()
            for house in self.dailies:
                for at, made in house.live(self.clock.true()):
                    self.boundary.laid(house.hotel, at, made)
            with clocks.use(self.clock):
                self.guests.act(self.clock)
                self.desk.act(self.clock)
            self.turn()
            yield self.clock.true()

    def _outages(self) -> None:
        """Now and then a PMS answers nobody for hours."""
        now = self.clock.true()
        for member in self.members:
            hotel, rates = member.link.property.code, self.rates
            until = self.down_until.get(hotel)
            if until is None and rates.timeout and self.chance.random() < OUTAGE:
                until = now + timedelta(minutes=self.chance.randrange(20, 240))
                self.down_until[hotel] = until
                self.boundary.knowledge.outages[hotel].append((now, until))
                self.happened["outage"] = self.happened.get("outage", 0) + 1
            if until and until <= now:
                del self.down_until[hotel]
            is_down = hotel in self.down_until
            member.network.rates = replace(rates, timeout=1.0) if is_down else rates

    def _next(self) -> datetime:
        """The next instant at which there may be something to do: in `STEP` at the earliest."""
        now = self.clock.true()
        with scope.everything():
            due: datetime | None = (
                Message.objects.filter(state__in=sorted(OPEN))
                .annotate(at=Coalesce("held_until", "due_at"))
                .aggregate(Min("at"))["at__min"]
            )
        place = bisect_right(self.changes, now - STEP)
        near: list[datetime] = [due] if due else []
        near += [each + STEP for each in self.changes[place : place + 1]]
        near += [each.next_at for each in self.dailies if each.next_at]
        near += [each.pushes.late[0][0] for each in self.members if each.pushes.late]
        return max(now + STEP, min([now + LONGEST, *near]))

    def turn(self) -> None:
        """A round; a worker that ended in it begins anew, as after a crash, and finds what is left."""
        for _ in range(STARTS):
            begun, kept = self.clock.true(), self._newest_kept()
            with clocks.use(self.clock):
                try:
                    with unlucky(self.chance, self.rates, self.happened, self.clock):
                        self._work()
                    return
                except (Killed, OperationalError):
                    self._end()
            self._forget_since(begun, kept)
            self.clock.instant += AGAIN

    def _newest_kept(self) -> dict[int, int]:
        with scope.everything():
            return {
                each.link.pk: Delivery.objects.filter(connection=each.link).aggregate(Max("pk"))[
                    "pk__max"
                ]
                or 0
                for each in self.members
            }

    def _forget_since(self, begun: datetime, newest: Mapping[int, int]) -> None:
        """What a PMS had said to whoever ended is known only as far as its raw text was kept."""
        with scope.everything():
            for member in self.members:
                link = member.link
                since = Delivery.objects.filter(connection=link, pk__gt=newest[link.pk])
                kept = b" ".join(piece for each in since for piece in inbox_reads.raw_pieces(each))
                numbers = frozenset(_WORD.findall(kept.decode(errors="replace")))
                if self.boundary.knowledge.lose(link.property.code, begun, numbers):
                    self.happened["unkept"] = self.happened.get("unkept", 0) + 1

    def _work(self) -> None:
        self._duties(self.clock())
        for member in self.members:
            with scope.everything():
                member.link.refresh_from_db(fields=["stopped_at", "stopped_code"])
            if member.link.stopped_at:
                self.stops.append(member.link.stopped_code)
                watching.resume(member.link, by=PEOPLE, now=self.clock())
            living.turn(member.link, self.clock, self.ways[member.link.pk])
        worker.settle(self.clock())
        if self.is_sending:
            self._send()

    def _duties(self, now: datetime) -> None:
        """What has its own clock, as in the worker; what a crash left is looked for at every start."""
        if self._ports is None:
            release.finish_interrupted(now)
        if any(house.is_awaited(now) for house in self.dailies):
            # Two looks, far enough apart to see that a file rests.
            watching.take_all(now)
            self.clock.instant += LOOKS
            watching.take_all(self.clock())
            recognising.catch_up(self.clock())
        for each, duties in ((LONGEST, OFTEN), (HOURLY, SELDOM)):
            if now - self._done_at.get(each, datetime.min.replace(tzinfo=UTC)) >= each:
                for duty in duties:
                    duty(now)
                self._done_at[each] = now

    def _send(self) -> None:
        if self._ports is None:
            self.starts += 1
            self._ports = Ports(
                write=letters.written(guest_links.of_claims),
                clock=self.clock,
                lookup=LastLooks(self.clock, self._way),
            )
            self._notes = Notes()
        self._notes.write()
        dispatching.send_due(f"worker {self.starts}", self._ports)

    def _way(self, link: Connection) -> Watched:
        return self.ways[link.pk]

    def _end(self) -> None:
        """The process is gone: its lines are down, and the next one is another worker."""
        if self._ports is not None:
            self._ports.close()
            self._ports = None

    def lose(self, restore: Callable[[], None]) -> None:
        """Our database is what it was at its last backup; what left since stands in the journal."""
        self.forgotten = ledger.read()
        self._end()
        restore()
        sending.open_forgotten_ways(self.clock())
        self.guests.forgotten = frozenset(self.forgotten) - frozenset(ledger.read())
        self.disarmed_since = self.clock.true()

    def arm(self) -> None:
        """People arm every hotel again."""
        for place in self.places:
            setting.arm(place, self.clock())
        if self.disarmed_since:
            span = self.disarmed_since, self.clock.true()
            self.boundary.knowledge.disarmed.append(span)
            self.disarmed_since = None

    def storm(self, rates: Rates) -> None:
        """From now on things go wrong: on the lines, in our own process, in files and at the post."""
        self.rates, self.post.is_faulty = rates, True
        for member in self.members:
            member.network.rates = member.pushes.rates = rates
        for house in self.dailies:
            house.rates = rates

    def faults(self) -> dict[str, int]:
        """Every fault that happened, by its name."""
        total = Counter(self.happened)
        total.update(self.post.happened)
        for member in self.members:
            total.update(member.network.happened)
            total["push_lost"] += member.pushes.lost
        for house in self.dailies:
            total.update(house.happened)
        return dict(sorted(total.items()))

    def calm_down(self) -> None:
        """The faults stop; time goes on."""
        self.rates, self.clock.wrong_by, self.post.is_faulty = CALM, timedelta(), False
        self.down_until.clear()
        for member in self.members:
            member.network.rates = member.pushes.rates = CALM
        for house in self.dailies:
            house.rates = CALM
