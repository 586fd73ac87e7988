"""Houses whose PMSs live, behind the real line: bookings with lives of their own, and what is told
of them. The simulated server, the database and the virtual hours are real, the vices are off.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from staytrue.changes.models import Change
from staytrue.connectors.base import Http
from staytrue.connectors.envelope import Part, unpack
from staytrue.flow import parcels, release
from staytrue.hotel import scope
from staytrue.hotel.codes import Channel, Status
from staytrue.hotel.records import Profile, Reservation
from staytrue.inbox.models import Delivery, ParkedPart
from staytrue.kit.http import Response
from staytrue.lab.bookings import World, build_world
from staytrue.lab.house import STATUS_WORDS, hotel_sirga
from staytrue.lab.life import Life
from staytrue.lab.pms.sql_views.housing import Housing
from staytrue.lab.pms.sql_views.relay import Relay
from staytrue.lab.rigs.group import Group, Member
from staytrue.lab.rigs.houses import Clock, House, MewsHouse, OperaHouse, SqlHouse
from staytrue.mirror.models import Reservation as Row
from tests import make
from tests.databases import COPY

TODAY = date(2026, 5, 21)
OPENS = datetime(2026, 5, 21, 6, tzinfo=UTC)
HOURS = [OPENS + timedelta(hours=hour) for hour in (3, 6, 9, 12, 15)]
DIALECTS = ("mews", "opera_cloud", "sql_views")
QUIET: dict[str, Any] = {"quirks": frozenset()}
TURN = timedelta(minutes=6)


@cache
def drawn() -> World:
    """A few bookings and guests of the invented world, to be given lives of their own."""
    return build_world(11, hotel_sirga(rooms=8), TODAY, TODAY, today=TODAY)


def guest_ids() -> list[str]:
    """Three guests the house knows since yesterday."""
    known = drawn().profiles.items()
    return [id_ for id_, life in known if life.first_at < OPENS][:3]


def plain(number: str, **facts: Any) -> Reservation:
    """A confirmed booking of one guest, for three nights from today on unless it is said."""
    first = next(one.versions[0][2] for one in drawn().bookings.values())
    booking = replace(
        first, number=number, status=Status.CONFIRMED,
        source_status=STATUS_WORDS[Status.CONFIRMED], channel=Channel.DIRECT, source=None,
        group_number=None, extras=[], arrival_on=TODAY, departure_on=TODAY + timedelta(days=3),
        nights=3, room_number=None, notes=None,
        guests=[replace(first.guests[0], profile=guest_ids()[0])],
    )  # fmt: skip
    return replace(booking, **facts)


def lived(
    stay: Reservation, *steps: tuple[datetime, dict[str, Any]], made: datetime | None = None
) -> Life[Reservation]:
    """A booking made yesterday, and what became of it."""
    made = made or OPENS - timedelta(days=1)
    life = Life([(made, "created", replace(stay, created_at=made, modified_at=made))])
    for at, facts in steps:
        now = replace(life.last, **facts, modified_at=at)
        nights = (now.departure_on - now.arrival_on).days
        word = STATUS_WORDS[now.status]
        life.then(at, "changed", replace(now, nights=nights, source_status=word))
    return life


def written(*lives: Life[Reservation]) -> World:
    """A house of these bookings and of the guests it knows."""
    known = drawn()
    ids = guest_ids()
    guests: dict[str, Life[Profile]] = {id_: Life(known.profiles[id_].versions[:1]) for id_ in ids}
    people = {id_: known.person_of[id_] for id_ in ids}
    bookings = {life.last.number: life for life in lives}
    return World(known.house, bookings, guests, known.people, people, {})


@dataclass
class Reworded:
    """A way to a PMS that says other words of one booking, as long as there are any."""

    http: Http
    number: str = ""
    words: dict[str, str] = field(default_factory=dict)

    def request(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> Response:
        """The reply, in these words."""
        answer = self.http.request(method, url, headers=headers, body=body)
        if not self.words or not answer.body.startswith((b"{", b"[")):
            return answer
        said = json.loads(answer.body, object_hook=self._say)
        return Response(answer.status, answer.headers, json.dumps(said).encode(), answer.seconds)

    def _say(self, row: dict[str, Any]) -> dict[str, Any]:
        ids = row.get("reservationIdList")
        numbers = [one.get("id") for one in ids] if isinstance(ids, list) else [row.get("Number")]
        return row | self.words if self.number in numbers else row


@dataclass
class Scene:
    """One house behind the line, and what was said wrongly in it."""

    group: Group
    member: Member
    house: House
    words: Reworded

    def load(self) -> None:
        """The first load."""
        self.group.until_quiet(self.member)

    def live(self, hours: Iterable[datetime] = HOURS) -> None:
        """All hours of the story, each followed by a few turns."""
        for hour in hours:
            self.group.clock.instant = hour
            for _ in self.group.run(2 * TURN, step=TURN):
                pass

    def speak(self, number: str, **words: str) -> None:
        """What the PMS says of a booking from now on; a database says it in its row."""
        self.words.number, self.words.words = number, words
        if isinstance(self.house, SqlHouse):
            status = words.get("sts", "RES")
            self.house.pms.tables.owner.execute(
                "UPDATE pms.booking SET sts = %s, changed = %s WHERE booking_no = %s",
                [status, self.group.clock(), number],
            )

    def replay(self, folder: Path, times: int = 2) -> None:
        """Everything that was ever read comes again, each part so many times, the first at last."""
        link, clock = self.member.link, self.group.clock
        with scope.everything():
            kept = list(Delivery.objects.filter(connection=link, state="applied").order_by("id"))
        for delivery in (*kept, kept[0]):
            # Several times each, because a reading that is the very same is not even taken.
            self.take(parts_of(delivery, folder) * times, delivery.made_at or delivery.received_at)
        with scope.everything():
            taken = Delivery.objects.filter(connection=link, state="applied").count()
        assert taken > len(kept), clock()

    def take(self, parts: Sequence[Part], at: datetime) -> None:
        """What the PMS said then arrives now."""
        talk = parcels.talk(self.member.link, self.group.clock, self.member.network)
        parcels.take(talk, parts, None, at)

    def told(self, object: str, **which: Any) -> list[tuple[str, datetime | None]]:
        """Every kind of change of one thing after its first version, dated by the PMS."""
        later = [one for one in self.versions(object, **which) if one.no > 1]
        return [(kind, one.source_at) for one in later for kind in one.kinds]

    def versions(self, object: str, **which: Any) -> list[Change]:
        """What the log holds of it."""
        with scope.everything():
            return list(Change.objects.filter(object=object, **which).order_by("no"))

    def row(self, number: str) -> Row | None:
        """A booking as the mirror has it."""
        with scope.everything():
            return Row.objects.filter(number=number).first()

    def parked(self) -> list[ParkedPart]:
        """What waits."""
        with scope.everything():
            return list(ParkedPart.objects.filter(connection=self.member.link, state="parked"))


def parts_of(delivery: Delivery, folder: Path) -> list[Part]:
    """What was read then."""
    release.raw_lines(delivery, folder / "raw")
    return list(unpack((folder / "raw").read_bytes()))


class OfOneEnterprise(MewsHouse):
    """A house on Mews whose connection says which enterprise it is for."""

    def settings(self) -> dict[str, Any]:
        """As entered with the id of the house."""
        own = self.pms.books.id("enterprise", self.world.house.code)
        return super().settings() | {"enterprise_id": own}


Build = Callable[[str, World], Scene]


@contextmanager
def building() -> Iterator[Build]:
    """Connects a house of a dialect; gone at the end."""
    with ExitStack() as until_the_end:

        def build(dialect: str, world: World) -> Scene:
            clock = Clock(OPENS)
            house: House
            if dialect == "mews":
                house = OfOneEnterprise(world, clock, seed=5, more=QUIET)
            elif dialect == "opera_cloud":
                house = OperaHouse(world, clock, seed=5, more=QUIET)
            else:
                housing = Housing(f"{COPY}_fonda", f"fonda_{os.getpid()}", "invented")
                until_the_end.enter_context(housing.made())
                relay = until_the_end.enter_context(Relay(housing.socket))
                house = SqlHouse(world, clock, housing, relay, seed=5, quirks=frozenset())
                until_the_end.enter_context(house.pms)
            group = Group(clock)
            member = group.add(house, make.hotel())
            words = Reworded(member.network.http)
            member.network.http = words
            return Scene(group, member, house, words)

        yield build
