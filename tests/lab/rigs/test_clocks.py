"""Our clock steps back and forth while bookings change: what was read later stays the later."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache

import pytest

from staytrue.changes.models import Change
from staytrue.hotel import scope
from staytrue.inbox import actions as inbox
from staytrue.lab.bookings import World, build_world
from staytrue.lab.house import hotel_sirga
from staytrue.lab.rigs import storms
from staytrue.lab.rigs.group import Group, Member
from staytrue.lab.rigs.houses import Clock
from staytrue.lab.rigs.weather import CALM
from tests import make
from tests.lab.rigs.conftest import DIALECTS, Build

pytestmark = pytest.mark.django_db(transaction=True)

TODAY = date(2026, 5, 21)
MORNING = datetime(2026, 5, 21, 6, tzinfo=UTC)
FIRST_EDIT = MORNING + timedelta(hours=4)
SECOND_EDIT = FIRST_EDIT + timedelta(minutes=5)
JUMP = timedelta(minutes=10)


@cache
def twice_edited() -> World:
    """A small hotel whose bookings all get another rate, and five minutes later another price."""
    first, last = TODAY - timedelta(days=7), TODAY + timedelta(days=28)
    plain = build_world(11, hotel_sirga(rooms=10), first, last, today=TODAY)
    return storms.rerated(storms.rerated(plain, FIRST_EDIT), SECOND_EDIT)


def look(group: Group, member: Member, at: datetime) -> None:
    """Somebody asks the PMS at this instant, whatever our clock says."""
    group.clock.instant = at
    member.house.push(member.pushes)
    with scope.everything():
        inbox.forget_turns(member.link)
    group.turn()


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_change_read_after_our_clock_stepped_back_is_neither_lost_nor_told_twice(
    house: Build, dialect: str
) -> None:
    clock = Clock(MORNING)
    group = Group(clock, rates=CALM)
    member = group.add(house(dialect, clock, twice_edited(), is_kind=True), make.hotel())
    for _ in group.run(FIRST_EDIT - MORNING - JUMP, step=JUMP):
        pass
    look(group, member, FIRST_EDIT + timedelta(minutes=3))
    clock.wrong_by = -JUMP
    look(group, member, SECOND_EDIT + timedelta(minutes=1))
    look(group, member, SECOND_EDIT + timedelta(minutes=3))
    clock.wrong_by = timedelta()
    for minutes in (20, 40, 60):
        look(group, member, SECOND_EDIT + timedelta(minutes=minutes))
    assert not "\n".join(group.differences(member))
    with scope.everything():
        rates = Change.objects.filter(
            object="reservation", at__gte=FIRST_EDIT - JUMP, diff__has_key="room_amount"
        ).values_list("object_id", "diff")
        told = [(id_, str((diff or {})["room_amount"])) for id_, diff in rates]
    assert len(told) == len(set(told)) >= 2 * storms.edited(twice_edited(), SECOND_EDIT) > 20
