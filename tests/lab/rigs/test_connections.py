"""Thirty virtual days of living PMSs on the real line and database: the mirror is the truth."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import cache

import pytest

from staytrue.lab.bookings import World, build_world
from staytrue.lab.house import hotel_sirga
from staytrue.lab.rigs.group import Group
from staytrue.lab.rigs.houses import Clock, House, MewsHouse, OperaHouse
from staytrue.lab.rigs.weather import CALM, Rates
from tests import make

pytestmark = pytest.mark.django_db(transaction=True)

TODAY = date(2026, 5, 21)
START = datetime(2026, 5, 21, 6, tzinfo=UTC)


@cache
def world() -> World:
    """A small hotel, three weeks before and six weeks after the day of the tests."""
    first, last = TODAY - timedelta(days=21), TODAY + timedelta(days=42)
    return build_world(11, hotel_sirga(rooms=10), first, last, today=TODAY)


HOUSES: dict[str, Callable[[Clock], House]] = {
    "mews": lambda clock: MewsHouse(world(), clock, seed=5),
    "opera_cloud": lambda clock: OperaHouse(world(), clock, seed=5),
}


@pytest.mark.parametrize("dialect", sorted(HOUSES))
def test_a_first_load_and_a_day_give_the_truth(dialect: str) -> None:
    clock = Clock(START)
    group = Group(clock, rates=CALM)
    member = group.add(HOUSES[dialect](clock), make.hotel())
    for _ in group.run(timedelta(days=1)):
        pass
    group.be_still()
    assert not "\n".join(group.differences(member))


@pytest.mark.parametrize("dialect", sorted(HOUSES))
def test_thirty_days_with_every_fault_end_in_the_truth(dialect: str) -> None:
    clock = Clock(START)
    group = Group(clock, seed=3, rates=Rates())
    member = group.add(HOUSES[dialect](clock), make.hotel())
    for _ in group.run(timedelta(days=30), step=timedelta(minutes=30)):
        pass
    assert group.happened["killed"] > 10
    group.be_still()
    assert not "\n".join(group.differences(member))
