"""A PMS that lives, guests on their pages, a colleague and a bill: each opens its own type of case."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest

from staytrue.desk import configuring, opening, queries
from staytrue.desk.kinds import Trigger
from staytrue.desk.models import Case
from staytrue.forms import surveying
from staytrue.forms.surveying import Told
from staytrue.hotel import scope
from staytrue.hotel.codes import Status
from staytrue.hotel.models import Property
from staytrue.lab.pms.mews.bills import Wanted
from staytrue.messages import guest_links
from staytrue.messages.guest_links import Opens
from staytrue.messages.guest_links import Wanted as Link
from staytrue.messages.models import GuestLink
from staytrue.staff import audit
from staytrue.staff.access import Access
from tests import make
from tests.flow.living import HOURS, TODAY, TURN, Scene, building, drawn, lived, plain, written
from tests.staff import people

pytestmark = pytest.mark.django_db(transaction=True)
NUMBER = "20001"
TYPES = {
    Trigger.ROOM_MOVED: ("room_move", "request"),
    Trigger.LOW_SCORE: ("sorry", "recovery"),
    Trigger.TASK: ("job", "request"),
    Trigger.UNAPPROVED: ("money_back", "recovery"),
}


def house_of(rooms: list[str]) -> Iterator[Scene]:
    checked_in = {"status": Status.IN_HOUSE, "checked_in_at": HOURS[0]}
    life = lived(
        plain(NUMBER, room_number=rooms[0]), (HOURS[0], checked_in),
        (HOURS[1], {"room_number": rooms[1]}), (HOURS[2], {"notes": "Rebated 30."}),
    )  # fmt: skip
    with building() as build:
        yield build("mews", written(life, lived(plain("20002"))))


@pytest.fixture
def house() -> Iterator[Scene]:
    """A guest who moves rooms, and whose bill gives money back."""
    yield from house_of(next(each for each in drawn().house.rooms.values() if len(each) > 1))


def rules(hotel: Property, by: Access) -> None:
    """What this hotel wants opened, each of another type."""
    with scope.everything(), audit.acting(by.actor, HOURS[0], "how we work"):
        for trigger, (key, kind) in TYPES.items():
            configuring.set_type(by, hotel.pk, key, kind, "guest_relations", 60, HOURS[0], name=key)
            configuring.set_trigger(by, hotel.pk, trigger.value, key, HOURS[0])


def answers(house: Scene, score: str) -> None:
    """The guest opens the page of his stay, and says how it is."""
    row = house.row(NUMBER)
    assert row is not None
    with scope.everything():
        wanted = Link(
            opens=Opens.SURVEY, property_id=row.property_id, profile_id=1, reservation_id=row.pk,
            channel="email", language="en",
        )  # fmt: skip
        guest_links.make([wanted], house.group.clock())
        surveying.answer(GuestLink.objects.get(), Told(score), house.group.clock())


def test_a_booking_a_guest_a_colleague_and_a_bill_each_open_the_type_the_hotel_chose(
    house: Scene,
) -> None:
    other = make.hotel("LIS")
    hugo = people.access("general_manager", at=house.member.link.property)
    house.load()
    rules(house.member.link.property, hugo)
    house.live(HOURS[:2])
    bills = house.house.pms.script.bills
    night = bills.of(NUMBER).lines["night 0"][1]
    back = Wanted("Rebate", Decimal(-30), TODAY, corrects=night.line)
    bills.post(NUMBER, "rebate", back, HOURS[2] - timedelta(minutes=1))
    house.live(HOURS[2:3])
    answers(house, "2")
    for _ in house.group.run(TURN, step=TURN):
        pass
    row = house.row(NUMBER)
    assert row is not None
    with scope.everything():
        opening.quick(hugo, row.property_id, "Two pillows", row.room_number or "", "",
                      house.group.clock() + timedelta(minutes=1))  # fmt: skip
        found = {(case.origin, case.type_key, case.kind) for case in Case.objects.all()}
        links = {queries.origin_link(case) for case in Case.objects.all()}
        elsewhere = Case.objects.filter(property=other).exists()
    assert found == {
        ("booking", "room_move", "request"), ("guest", "sorry", "recovery"),
        ("staff", "job", "request"), ("finance", "money_back", "recovery"),
    }  # fmt: skip
    assert links == {f"/stays/{row.pk}/"}
    assert not elsewhere
