"""Thirty virtual days of living PMSs on the real line and database: the mirror is the truth."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from functools import cache

import pytest

from staytrue.lab.bookings import World, build_world
from staytrue.lab.house import hotel_sirga
from staytrue.lab.pms.sql_views.housing import Housing
from staytrue.lab.pms.sql_views.relay import Relay
from staytrue.lab.rigs.group import Group
from staytrue.lab.rigs.houses import Clock, House, MewsHouse, OperaHouse, SqlHouse
from staytrue.lab.rigs.weather import CALM, Rates
from tests import make
from tests.databases import COPY

pytestmark = pytest.mark.django_db(transaction=True)

TODAY = date(2026, 5, 21)
START = datetime(2026, 5, 21, 6, tzinfo=UTC)


@cache
def world() -> World:
    """A small hotel, three weeks before and six weeks after the day of the tests."""
    first, last = TODAY - timedelta(days=21), TODAY + timedelta(days=42)
    return build_world(11, hotel_sirga(rooms=10), first, last, today=TODAY)


DIALECTS = ("mews", "opera_cloud", "sql_views")
Build = Callable[[str, Clock], House]


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> Iterator[Build]:
    """A house of this dialect, gone after the test."""
    monkeypatch.setattr("staytrue.connectors.sql_views.postgresql.STATEMENT_SECONDS", 0.5)
    with ExitStack() as until_the_end:

        def build(dialect: str, clock: Clock) -> House:
            if dialect == "mews":
                return MewsHouse(world(), clock, seed=5)
            if dialect == "opera_cloud":
                return OperaHouse(world(), clock, seed=5)
            housing = Housing(f"{COPY}_fonda", f"fonda_{os.getpid()}", "invented")
            until_the_end.enter_context(housing.made())
            relay = until_the_end.enter_context(Relay(housing.socket))
            built = SqlHouse(world(), clock, housing, relay, seed=5)
            until_the_end.enter_context(built.pms)
            return built

        yield build


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_first_load_and_a_day_give_the_truth(house: Build, dialect: str) -> None:
    clock = Clock(START)
    group = Group(clock, rates=CALM)
    member = group.add(house(dialect, clock), make.hotel())
    for _ in group.run(timedelta(days=1)):
        pass
    group.be_still()
    assert not "\n".join(group.differences(member))


@pytest.mark.parametrize("dialect", DIALECTS)
def test_thirty_days_with_every_fault_end_in_the_truth(house: Build, dialect: str) -> None:
    clock = Clock(START)
    group = Group(clock, seed=3, rates=Rates())
    member = group.add(house(dialect, clock), make.hotel())
    # A database is asked in a session of its own each time, which takes longer.
    step = timedelta(minutes=60 if dialect == "sql_views" else 30)
    for _ in group.run(timedelta(days=30), step=step):
        pass
    assert group.happened["killed"] > 10
    group.be_still()
    assert not "\n".join(group.differences(member))
