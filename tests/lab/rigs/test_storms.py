"""A whole hotel changes at once: the line catches up, and tells of each booking once."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache

import pytest

from staytrue.changes.kinds import Kind
from staytrue.changes.models import Change
from staytrue.hotel import scope
from staytrue.lab.bookings import World, build_world
from staytrue.lab.house import hotel_sirga
from staytrue.lab.rigs import storms
from staytrue.lab.rigs.group import Group
from staytrue.lab.rigs.houses import Clock
from staytrue.lab.rigs.weather import CALM
from tests import make
from tests.drawing import one_of
from tests.lab.rigs.conftest import DIALECTS, MORNING, TODAY, Build, small_world

pytestmark = pytest.mark.django_db(transaction=True)

EDIT = MORNING + timedelta(hours=4)
STRIKE = MORNING + timedelta(hours=5)


@cache
def stormy() -> World:
    """Three hundred bookings get another rate at once; an hour later a strike cancels a week."""
    plain = build_world(11, hotel_sirga(rooms=54), TODAY, TODAY + timedelta(days=42), today=TODAY)
    return storms.struck(
        storms.rerated(plain, EDIT, 300), STRIKE, STRIKE.date() + timedelta(days=7)
    )


def told(kind: Kind, since: datetime) -> list[int]:
    """Of which bookings the log told this since then, once for each time."""
    with scope.everything():
        found = Change.objects.filter(object="reservation", at__gte=since, kinds__contains=[kind])
        return sorted(found.values_list("object_id", flat=True))


@pytest.mark.parametrize("dialect", one_of("edited", DIALECTS))
def test_three_hundred_bookings_edited_at_once_are_caught_up_and_told_once_each(
    house: Build, dialect: str
) -> None:
    clock = Clock(MORNING)
    group = Group(clock, rates=CALM)
    member = group.add(house(dialect, clock, stormy()), make.hotel())
    for _ in group.run(timedelta(hours=9), step=timedelta(minutes=10)):
        pass
    group.be_still()
    assert not "\n".join(group.differences(member))
    assert storms.edited(stormy(), EDIT) == 300
    with scope.everything():
        rates = Change.objects.filter(
            object="reservation", at__gte=EDIT, diff__has_key="rate_code"
        ).values_list("object_id", flat=True)
        assert len(rates) == len(set(rates)) >= 290
    cancelled = told(Kind.CANCELLED, STRIKE)
    # Of a database some rows are deleted instead, which is no cancellation.
    assert len(cancelled) == len(set(cancelled)) >= storms.edited(stormy(), STRIKE) * 3 // 4 > 20


@pytest.mark.parametrize("dialect", one_of("restored", DIALECTS))
def test_a_pms_restored_from_its_backup_stops_and_is_believed_once_resumed(
    house: Build, dialect: str
) -> None:
    clock = Clock(MORNING)
    group = Group(clock, rates=CALM)
    member = group.add(house(dialect, clock, small_world()), make.hotel())
    step = timedelta(minutes=30)
    for _ in group.run(timedelta(days=2), step=step):
        pass
    member.house.back_up()
    for _ in group.run(timedelta(hours=30), step=step):
        pass
    member.house.restore()
    for _ in group.run(timedelta(days=1), step=step):
        pass
    group.be_still()
    assert not "\n".join(group.differences(member))
    # Where the moment of the look orders versions, as of a database, nobody need be asked.
    assert ("went_back" in group.stops) == (dialect != "sql_views"), group.stops
