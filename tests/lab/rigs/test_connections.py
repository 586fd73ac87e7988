"""Weeks of living PMSs on the real line and database: the mirror is the truth."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache
from math import pi, sin

import pytest

from staytrue.lab.bookings import World, build_world
from staytrue.lab.house import hotel_sirga
from staytrue.lab.rigs import storms
from staytrue.lab.rigs.group import Group
from staytrue.lab.rigs.houses import Clock, House, MewsHouse, SqlHouse
from staytrue.lab.rigs.weather import CALM, Rates
from tests import make
from tests.lab.rigs.conftest import DIALECTS, Build

pytestmark = pytest.mark.django_db(transaction=True)

# The night in which the hour from two to three comes twice is the ninth.
TODAY = date(2026, 10, 16)
START = datetime(2026, 10, 16, 6, tzinfo=UTC)
EDIT, STRIKE = START + timedelta(days=2, hours=4), START + timedelta(days=10, hours=3)
REVOKED, GRANTED = START + timedelta(days=4, hours=3), START + timedelta(days=4, hours=9)
BACKED_UP, RESTORED = START + timedelta(days=5, hours=21), START + timedelta(days=7, hours=3)


@cache
def world() -> World:
    """A small hotel, three weeks before and six weeks after the day of the tests."""
    first, last = TODAY - timedelta(days=21), TODAY + timedelta(days=42)
    plain = build_world(11, hotel_sirga(rooms=10), first, last, today=TODAY)
    return storms.struck(storms.rerated(plain, EDIT), STRIKE, STRIKE.date() + timedelta(days=2))


def wandering(at: datetime) -> timedelta:
    """The PMS's clock goes two hours wrong and back, each way in a week."""
    return timedelta(hours=2) * sin((at - START) / timedelta(days=14) * 2 * pi)


def set_clock(house: House, at: datetime) -> None:
    """The PMS's clock wanders on; OPERA's does so by itself."""
    if isinstance(house, MewsHouse):
        house.pms.books.behind = -wandering(at)
    if isinstance(house, SqlHouse):
        house.pms.script.behind = -wandering(at)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_first_load_and_a_day_give_the_truth(house: Build, dialect: str) -> None:
    clock = Clock(START)
    group = Group(clock, rates=CALM)
    member = group.add(house(dialect, clock, world()), make.hotel())
    for _ in group.run(timedelta(days=1)):
        pass
    group.be_still()
    assert not "\n".join(group.differences(member))


@pytest.mark.parametrize("days", [12, pytest.param(30, marks=pytest.mark.proof)])
@pytest.mark.parametrize("dialect", DIALECTS)
def test_weeks_with_every_fault_end_in_the_truth(house: Build, dialect: str, days: int) -> None:
    clock = Clock(START)
    group = Group(clock, seed=3, rates=Rates())
    member = group.add(house(dialect, clock, world(), drift=wandering), make.hotel())
    # A database is asked in a session of its own each time, and OPERA record by record.
    step = timedelta(minutes=30 if dialect == "mews" else 60)
    for now in group.run(timedelta(days=days), step=step):
        set_clock(member.house, now)
        if now - step < REVOKED <= now:
            member.house.revoke(is_revoked=True)
        if now - step < GRANTED <= now:
            member.house.revoke(is_revoked=False)
        if now - step < BACKED_UP <= now:
            member.house.back_up()
        if now - step < RESTORED <= now:
            member.house.restore()
    assert group.happened["killed"] > days / 3
    assert group.happened["clock_jump"] > days / 3
    group.be_still()
    assert not "\n".join(group.differences(member))
