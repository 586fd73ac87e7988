"""The rows of the stay's life on PMSs that live: what happens in the PMS arrives through the line as
what it is, dated by the PMS; what nobody understands waits; what is old changes nothing.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from staytrue.changes.kinds import Kind
from staytrue.changes.models import Change
from staytrue.connectors.base import Http
from staytrue.connectors.envelope import unpack
from staytrue.flow import parcels, release
from staytrue.hotel import scope
from staytrue.hotel.codes import Channel, Status
from staytrue.hotel.records import Email, Profile, Reservation
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

pytestmark = pytest.mark.django_db(transaction=True)

TODAY = date(2026, 5, 21)
OPENS = datetime(2026, 5, 21, 6, tzinfo=UTC)
HOURS = [OPENS + timedelta(hours=hour) for hour in (3, 6, 9, 12, 15)]
MOVED, UNDONE, ABSENT, HANDED_OVER, ODD = "20001", "20002", "20003", "20004", "20005"
DIALECTS = ("mews", "opera_cloud", "sql_views")
QUIET: dict[str, Any] = {"quirks": frozenset()}


@cache
def drawn() -> World:
    """A few bookings and guests of the invented world, to be given lives of their own."""
    return build_world(11, hotel_sirga(rooms=8), TODAY, TODAY, today=TODAY)


def lived(stay: Reservation, *steps: tuple[datetime, dict[str, Any]]) -> Life[Reservation]:
    """A booking made yesterday, and what became of it."""
    made = OPENS - timedelta(days=1)
    life = Life([(made, "created", replace(stay, created_at=made, modified_at=made))])
    for at, facts in steps:
        now = replace(life.last, **facts, modified_at=at)
        nights = (now.departure_on - now.arrival_on).days
        word = STATUS_WORDS[now.status]
        life.then(at, "changed", replace(now, nights=nights, source_status=word))
    return life


def world() -> World:
    """Five bookings for today: moved, undone and done again, not used, handed over, left alone."""
    known = drawn()
    first = next(one.versions[0][2] for one in known.bookings.values())
    ids = [id_ for id_, life in known.profiles.items() if life.first_at < OPENS][:2]
    plain = replace(
        first, status=Status.CONFIRMED, source_status=STATUS_WORDS[Status.CONFIRMED],
        channel=Channel.DIRECT, source=None, group_number=None, extras=[], arrival_on=TODAY,
        departure_on=TODAY + timedelta(days=3), nights=3, room_number=None, notes=None,
        guests=[replace(first.guests[0], profile=ids[0])],
    )  # fmt: skip

    def stay(number: str, *steps: tuple[datetime, dict[str, Any]]) -> Life[Reservation]:
        return lived(replace(plain, number=number), *steps)

    one, two, three, four, five = HOURS
    later = {"arrival_on": TODAY + timedelta(days=90), "departure_on": TODAY + timedelta(days=93)}
    came = {"status": Status.IN_HOUSE, "checked_in_at": three}
    left = {"status": Status.CHECKED_OUT, "checked_out_at": four}
    lives = [
        stay(MOVED, (one, later)),
        stay(
            UNDONE,
            (one, {"status": Status.CANCELLED, "cancelled_at": one}),
            (two, {"status": Status.CONFIRMED, "cancelled_at": None}),
            (three, came),
            (four, left),
            (five, {"status": Status.IN_HOUSE, "checked_out_at": None}),
        ),
        stay(ABSENT, (five, {"status": Status.NO_SHOW})),
        stay(HANDED_OVER, (two, {"guests": [replace(plain.guests[0], profile=ids[1])]})),
        stay(ODD),
    ]
    guests = {id_: Life(known.profiles[id_].versions[:1]) for id_ in ids}
    was: Profile = guests[ids[0]].last
    mended = replace(
        was, last_name="Etxeberria", emails=[Email("ane@etxeberria.example")], modified_at=two
    )
    guests[ids[0]].then(two, "corrected", mended)
    people = {id_: known.person_of[id_] for id_ in ids}
    bookings = {life.last.number: life for life in lives}
    return World(known.house, bookings, guests, known.people, people, {})


@dataclass
class Reworded:
    """A way to a PMS that says other words of one booking, as long as there are any."""

    http: Http
    number: str
    words: dict[str, str] = field(default_factory=dict)

    def request(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> Response:
        """The reply, in these words."""
        answer = self.http.request(method, url, headers=headers, body=body)
        if not self.words or not answer.body.startswith((b"{", b"[")):
            return answer
        said = json.loads(answer.body, object_hook=self._say)
        return replaced(answer, json.dumps(said).encode())

    def _say(self, row: dict[str, Any]) -> dict[str, Any]:
        ids = row.get("reservationIdList")
        numbers = [one.get("id") for one in ids] if isinstance(ids, list) else [row.get("Number")]
        return row | self.words if self.number in numbers else row


def replaced(answer: Response, body: bytes) -> Response:
    """The answer with another body."""
    return Response(answer.status, answer.headers, body, answer.seconds)


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

    def live(self) -> None:
        """All five hours of the story, each followed by a few turns."""
        for hour in HOURS:
            self.group.clock.instant = hour
            for _ in self.group.run(timedelta(minutes=12), step=timedelta(minutes=6)):
                pass

    def speak(self, **words: str) -> None:
        """What the PMS says of the odd booking from now on; a database says it in its row."""
        self.words.words = words
        if isinstance(self.house, SqlHouse):
            status = words.get("sts", "RES")
            self.house.pms.tables.owner.execute(
                "UPDATE pms.booking SET sts = %s, changed = %s WHERE booking_no = %s",
                [status, self.group.clock(), ODD],
            )

    def told(self, object: str, **which: Any) -> list[tuple[str, datetime | None]]:
        """Every kind of change of one thing after its first version, dated by the PMS."""
        with scope.everything():
            found = Change.objects.filter(object=object, **which).exclude(no=1).order_by("no")
            return [(kind, one.source_at) for one in found for kind in one.kinds]

    def row(self, number: str) -> Row | None:
        """A booking as the mirror has it."""
        with scope.everything():
            return Row.objects.filter(number=number).first()

    def parked(self) -> list[ParkedPart]:
        """What waits."""
        with scope.everything():
            return list(ParkedPart.objects.filter(connection=self.member.link, state="parked"))


Build = Callable[[str], Scene]


@pytest.fixture
def scene() -> Iterator[Build]:
    """A connected house of this dialect, gone after the test."""
    with ExitStack() as until_the_end:

        def build(dialect: str) -> Scene:
            clock = Clock(OPENS)
            house: House
            if dialect == "mews":
                house = OfOneEnterprise(world(), clock, seed=5, more=QUIET)
            elif dialect == "opera_cloud":
                house = OperaHouse(world(), clock, seed=5, more=QUIET)
            else:
                housing = Housing(f"{COPY}_fonda", f"fonda_{os.getpid()}", "invented")
                until_the_end.enter_context(housing.made())
                relay = until_the_end.enter_context(Relay(housing.socket))
                house = SqlHouse(world(), clock, housing, relay, seed=5, quirks=frozenset())
                until_the_end.enter_context(house.pms)
            group = Group(clock)
            member = group.add(house, make.hotel())
            words = Reworded(member.network.http, ODD)
            member.network.http = words
            return Scene(group, member, house, words)

        yield build


class OfOneEnterprise(MewsHouse):
    """A house on Mews whose connection says which enterprise it is for."""

    def settings(self) -> dict[str, Any]:
        """As entered with the id of the house."""
        own = self.pms.books.id("enterprise", self.world.house.code)
        return super().settings() | {"enterprise_id": own}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_what_happens_to_a_stay_arrives_as_what_it_is_dated_by_the_pms(
    scene: Build, dialect: str
) -> None:
    house = scene(dialect)
    house.load()
    house.live()
    one, two, three, four, five = HOURS

    def kinds(number: str) -> dict[str, datetime | None]:
        row = house.row(number)
        assert row is not None
        return dict(house.told("reservation", object_id=row.pk))

    assert kinds(MOVED)[Kind.DATES_MOVED] == one
    undone = kinds(UNDONE)
    path = {
        Kind.CANCELLED: one, Kind.REINSTATED: two, Kind.CHECKED_IN: three, Kind.CHECKED_OUT: four,
        Kind.CHECK_OUT_REVERSED: five,
    }  # fmt: skip
    assert {kind: undone.get(kind) for kind in path} == path
    assert kinds(ABSENT)[Kind.NO_SHOW] == five
    assert kinds(HANDED_OVER)[Kind.GUEST_REPLACED] == two
    last = {number: getattr(house.row(number), "status", None) for number in (UNDONE, ABSENT)}
    assert last == {UNDONE: "in_house", ABSENT: "no_show"}
    guest = house.told("profile")
    assert {(Kind.PROFILE_CORRECTED, two), (Kind.CONTACT_CORRECTED, two)} <= set(guest)
    assert not kinds(ODD)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_an_older_version_that_comes_again_changes_nothing(
    scene: Build, dialect: str, tmp_path: Path
) -> None:
    house = scene(dialect)
    house.load()
    house.live()
    before = len(house.told("reservation")), len(house.told("profile"))
    link, clock = house.member.link, house.group.clock
    with scope.everything():
        kept = list(Delivery.objects.filter(connection=link, state="applied").order_by("id"))
    for delivery in (*kept, kept[0]):
        release.raw_lines(delivery, tmp_path / "raw")
        talk = parcels.talk(link, clock, house.member.network)
        # Each part twice, because a reading that is the very same is not even taken.
        parts = list(unpack((tmp_path / "raw").read_bytes())) * 2
        parcels.take(talk, parts, None, delivery.made_at or delivery.received_at)
    with scope.everything():
        taken = Delivery.objects.filter(connection=link, state="applied").count()
    assert taken > len(kept)
    assert before == (len(house.told("reservation")), len(house.told("profile")))
    assert getattr(house.row(UNDONE), "status", None) == "in_house"


UNKNOWN = {
    "mews": {"State": "Tentative"},
    "opera_cloud": {"reservationStatus": "Tentative", "computedReservationStatus": "Tentative"},
    "sql_views": {"sts": "???"},
}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_an_unknown_status_word_waits_and_is_released_by_asking_again(
    scene: Build, dialect: str
) -> None:
    house = scene(dialect)
    house.speak(**UNKNOWN[dialect])
    house.load()
    (part,) = house.parked()
    assert part.code == "unknown_status"
    assert part.key
    assert part.raw
    assert house.row(ODD) is None
    assert house.row(MOVED) is not None
    house.speak()
    release.release_parts([part], by="tests", now=house.group.clock())
    house.group.turn()
    assert getattr(house.row(ODD), "status", None) == "confirmed"
    assert not house.parked()


FOREIGN = {
    "mews": ({"EnterpriseId": "another"}, "foreign_property"),
    "opera_cloud": ({"hotelId": "DON"}, "other_property"),
}


@pytest.mark.parametrize("dialect", sorted(FOREIGN))
def test_another_hotels_stay_is_parked_with_its_reason_and_never_mirrored(
    scene: Build, dialect: str
) -> None:
    words, code = FOREIGN[dialect]
    house = scene(dialect)
    house.speak(**words)
    house.load()
    house.live()
    assert {part.code for part in house.parked()} == {code}
    assert all(part.reason for part in house.parked())
    assert house.row(ODD) is None
    assert house.row(MOVED) is not None
