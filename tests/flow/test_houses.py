"""Whose PMS it is: what the PMS says first is kept, and no other house comes in after it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import pytest

from staytrue.connectors.base import Http
from staytrue.flow import connecting, living
from staytrue.hotel import scope
from staytrue.inbox.models import Connection, ParkedPart
from staytrue.kit.http import Response
from staytrue.lab.bookings import build_world
from staytrue.lab.house import hotel_sirga
from staytrue.lab.rigs.group import Group, Member
from staytrue.lab.rigs.houses import Clock, MewsHouse
from staytrue.mirror.models import Reservation
from staytrue.staff.models import AuditEntry
from tests import make

pytestmark = pytest.mark.django_db(transaction=True)

TODAY = date(2026, 5, 21)
START = datetime(2026, 5, 21, 6, tzinfo=UTC)
FOREIGN = "0f0f0f0f-0000-4000-8000-00000000000f"


@pytest.fixture
def member() -> Member:
    """A house on Mews, connected with its tokens alone."""
    world = build_world(
        11, hotel_sirga(rooms=4), TODAY - timedelta(days=7), TODAY + timedelta(days=14), today=TODAY
    )
    clock = Clock(START)
    house = MewsHouse(world, clock, seed=5, more={"quirks": frozenset()})
    return Group(clock).add(house, make.hotel())


@dataclass
class Renamed:
    """The way to a Mews that says another enterprise, in the answers of these operations."""

    http: Http
    own: str
    only: str = ""

    def request(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> Response:
        """The reply, about the other house."""
        answer = self.http.request(method, url, headers=headers, body=body)
        if self.only not in url:
            return answer
        return replace(answer, body=answer.body.replace(self.own.encode(), FOREIGN.encode()))


def own(member: Member) -> str:
    """The id of the enterprise, as the simulated Mews has it."""
    assert isinstance(member.house, MewsHouse)
    return member.house.pms.books.id("enterprise", member.house.world.house.code)


def turn(member: Member, *, days: int = 0) -> Connection:
    """One turn of the connection, some days later."""
    clock = member.house.clock  # type: ignore[attr-defined]
    clock.instant += timedelta(days=days)
    living.turn(now(member), clock, member.network)
    return now(member)


def now(member: Member) -> Connection:
    with scope.everything():
        return Connection.objects.select_related("property").get(pk=member.link.pk)


def stays() -> int:
    with scope.everything():
        return Reservation.objects.count()


def test_the_house_is_learnt_from_the_pms_before_anything_is_read(member: Member) -> None:
    assert "enterprise_id" not in member.link.settings
    link = turn(member)
    assert link.settings["enterprise_id"] == own(member)
    assert stays()
    with scope.everything():
        entry = AuditEntry.objects.filter(
            object=f"connection:{link.pk}", fields=["settings"]
        ).last()
    assert entry is not None
    assert entry.reason == "the PMS named its house"


def test_credentials_of_another_house_later_stop_the_connection(member: Member) -> None:
    turn(member)
    before = stays()
    member.network.http = Renamed(member.network.http, own(member))
    link = turn(member, days=1)
    assert link.stopped_at
    assert "another house than the one" in link.stopped_facts["reason"]
    assert (link.settings["enterprise_id"], stays()) == (own(member), before)


def test_a_house_that_was_entered_is_held_against_the_pms(member: Member) -> None:
    change(member, enterprise_id=FOREIGN)
    link = turn(member)
    assert link.stopped_at
    assert (link.settings["enterprise_id"], stays()) == (FOREIGN, 0)


def test_a_booking_of_another_house_is_parked(member: Member) -> None:
    turn_of_booking = Renamed(member.network.http, own(member), only="/services/getAll")
    member.network.http = turn_of_booking
    turn(member)
    with scope.everything():
        parked = set(ParkedPart.objects.values_list("code", flat=True))
    assert (parked, stays()) == ({"foreign_property"}, 0)


def test_emptying_the_field_does_not_make_it_forget_its_house(member: Member) -> None:
    turn(member)
    change(member, enterprise_id=None, past_days=30)
    settings = now(member).settings
    assert (settings["enterprise_id"], settings["past_days"]) == (own(member), 30)


def change(member: Member, **values: object) -> None:
    values["base_url"] = "http://127.0.0.1:8080"
    connecting.change(
        now(member), values, cadence_seconds=300, is_private=True, by="tests", now=START
    )
