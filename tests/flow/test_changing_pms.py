"""A hotel changes its PMS: bookings keep their rows, and nothing is sent twice."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from staytrue.changes import log
from staytrue.flow import changing_pms, watching
from staytrue.flow.changing_pms import Pair
from staytrue.hotel import scope
from staytrue.hotel.codes import GuestRole
from staytrue.hotel.records import Email, GuestOnBooking
from staytrue.inbox.models import Connection
from staytrue.kit.errors import Refused
from staytrue.messages.carriers.base import Outcome, Result
from staytrue.messages.claims import settled
from staytrue.messages.kinds import Kind
from staytrue.messages.models import Message
from staytrue.mirror.models import Freshness, Reservation, Roster
from tests import make
from tests.make import NOON
from tests.messages import scene
from tests.messages.scene import Scene
from tests.web import house

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MAP = [Pair("30117", "N-1")]
CLAIRE = Email("claire@fontanel.example")


@pytest.fixture
def hotel() -> Scene:
    """Claire's confirmation has left; the note before her stay is planned."""
    hotel = scene.build()
    hotel.plan(hotel.wanted(Kind.CONFIRMATION), hotel.wanted(Kind.PRE_STAY, due_at=NOON + DAY,
               not_before=NOON + DAY))  # fmt: skip
    claims = hotel.claim(lookup=scene.Asked(hotel.hotel))
    settled([(each, Outcome(Result.ACCEPTED, "1")) for each in claims], NOON)
    assert states() == {"confirmation": "accepted", "pre_stay": "planned"}
    return hotel


def states() -> dict[str, str]:
    with scope.everything():
        return dict(Message.objects.order_by("pk").values_list("kind", "state"))


def other(hotel: Scene) -> Connection:
    """The new PMS, which told nothing so far."""
    return make.link(hotel.hotel, "bio-new")


def moved(hotel: Scene, pairs: list[Pair] | None = None) -> Connection:
    new = other(hotel)
    changing_pms.change(hotel.link, new, MAP if pairs is None else pairs, "tests", NOON + HOUR)
    return new


def tells(hotel: Scene, new: Connection, guest: str = "X9") -> None:
    """The new PMS tells of Claire and her booking, by its own numbers."""
    known, hotel.link = hotel.link, new
    hotel.tells(make.profile(source_id=guest, language="en", emails=[CLAIRE]), at=NOON + 2 * HOUR)
    guests = [GuestOnBooking(GuestRole.PRIMARY, guest)]
    hotel.tells(make.reservation(number="N-1", guests=guests), at=NOON + 2 * HOUR)
    hotel.link = known


def test_the_booking_keeps_its_row_and_what_was_sent_is_not_sent_again(hotel: Scene) -> None:
    stay = hotel.stay().pk
    tells(hotel, moved(hotel))
    with scope.everything():
        assert Reservation.objects.get().pk == stay
        assert Reservation.objects.get().number == "N-1"
    guest = hotel.person("X9")
    hotel.plan(
        hotel.wanted(Kind.CONFIRMATION, "N-1", profile_id=guest),
        hotel.wanted(Kind.PRE_STAY, "N-1", profile_id=guest, due_at=NOON + DAY,
                     not_before=NOON + DAY),
        number="N-1", at=NOON + 2 * HOUR,
    )  # fmt: skip
    assert states() == {"confirmation": "accepted", "pre_stay": "planned"}
    later = NOON + DAY + HOUR
    hotel.is_fresh(later)
    left = hotel.claim(later, scene.Asked(hotel.hotel))
    assert [each.message.kind for each in left] == ["pre_stay"]


def test_its_history_goes_on(hotel: Scene) -> None:
    tells(hotel, moved(hotel))
    with scope.everything():
        found = log.versions_of("reservation", hotel.stay("N-1").pk)
    numbers = [
        each["diff"]["number"] for each in found if each["diff"] and "number" in each["diff"]
    ]
    assert numbers == [["30117", "N-1"]]


def test_nobody_of_the_new_pms_is_taken_for_her_by_an_old_number(hotel: Scene) -> None:
    new = moved(hotel)
    house.take(new, make.profile(source_id="G1", first_name="Paul", last_name="Girard"))
    with scope.everything():
        (line,) = Roster.objects.filter(until_at=None)
        assert (line.connection_id, line.profile) == (hotel.link.pk, "G1")
    tells(hotel, new, guest="G1")
    with scope.everything():
        (line,) = Roster.objects.filter(until_at=None)
        assert (line.connection_id, line.profile) == (new.pk, "G1")


def test_until_the_new_pms_tells_of_it_nothing_leaves(hotel: Scene) -> None:
    moved(hotel)
    assert hotel.claim(NOON + DAY + HOUR, None) == []
    assert states()["pre_stay"] == "held"


def test_the_old_connection_takes_nothing_more_and_keeps_nothing_waiting(hotel: Scene) -> None:
    moved(hotel)
    with scope.everything():
        hotel.link.refresh_from_db()
        assert not Freshness.objects.filter(connection=hotel.link).exists()
    assert hotel.link.stopped_code == changing_pms.CODE
    with pytest.raises(Refused, match="a second time"):
        watching.resume(hotel.link, by="tests", now=NOON + HOUR)


@pytest.mark.parametrize(
    ("pairs", "heap"),
    [
        ([], "unmapped"),
        ([*MAP, Pair("99999", "N-2")], "unknown"),
    ],
)
def test_a_map_that_is_not_whole_moves_nothing(hotel: Scene, pairs: list[Pair], heap: str) -> None:
    new = other(hotel)
    assert getattr(changing_pms.preview(hotel.link, new, pairs, NOON), heap)
    with pytest.raises(Refused, match="not whole"):
        changing_pms.change(hotel.link, new, pairs, "tests", NOON)
    assert hotel.stay("30117").connection_id == hotel.link.pk


def test_what_the_new_pms_told_already_is_not_told_a_second_time(hotel: Scene) -> None:
    new = other(hotel)
    house.take(new, make.reservation(number="N-1", guests=[]))
    assert changing_pms.preview(hotel.link, new, MAP, NOON).taken == ["N-1"]


def test_rooms_of_one_booking_stay_one_party(hotel: Scene) -> None:
    rooms = [make.reservation(number=number, group_number="77") for number in ("1", "2")]
    hotel.tells(*rooms)
    new = other(hotel)
    pairs = [*MAP, Pair("1", "N-2"), Pair("2", "N-3")]
    assert changing_pms.preview(hotel.link, new, pairs, NOON).ungrouped == ["1", "2"]
    hotel.plan(hotel.wanted(Kind.PRE_STAY, "1", party=f"{hotel.hotel.pk}:g:77"), number="1")
    pairs = [*MAP, Pair("1", "N-2", new_group="9"), Pair("2", "N-3", new_group="9")]
    assert changing_pms.change(hotel.link, new, pairs, "tests", NOON + HOUR) == 3
    with scope.everything():
        assert set(Message.objects.values_list("party", flat=True)) == {
            "", f"{hotel.hotel.pk}:g:9",
        }  # fmt: skip


def test_only_connections_of_one_hotel_change_places(hotel: Scene) -> None:
    far = make.link(make.hotel("LIS"), "lis-files")
    for new in (hotel.link, far):
        with pytest.raises(Refused, match="one hotel"):
            changing_pms.preview(hotel.link, new, MAP, NOON)


def test_a_map_is_proposed_by_surname_dates_and_room_type(hotel: Scene) -> None:
    same = {"arrival_on": date(2026, 6, 1), "guests": [GuestOnBooking(GuestRole.PRIMARY, "G1")]}
    hotel.tells(*(make.reservation(number=number, room_category=room, **same)
                  for number, room in (("1", "DBL"), ("2", "SUI"), ("3", "SUI"))))  # fmt: skip
    told = """number,arrival_on,departure_on,last_name,room_type
N-1,2026-05-23,2026-05-26,FONTANEL,Double
N-2,2026-06-01,2026-06-04,Fontanel,DBL
N-3,2026-06-01,2026-06-04,Fontanel,SUI
N-4,2026-06-01,2026-06-04,Fontanel,SUI
"""
    with scope.everything():
        pairs, unsure = changing_pms.propose(hotel.link, told, NOON)
    assert {(each.old_number, each.new_number) for each in pairs} == {
        ("30117", "N-1"),
        ("1", "N-2"),
    }
    assert unsure == ["2", "3"]
    assert changing_pms.read_map(changing_pms.as_csv(pairs)) == pairs


@pytest.mark.parametrize("text", ["number\n1\n", "old_number,new_number\n1,2\n1,3\n",
                                  "old_number,new_number\n1,3\n2,3\n"])  # fmt: skip
def test_a_map_that_cannot_be_meant_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        changing_pms.read_map(text)
