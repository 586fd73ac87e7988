"""Houses of every dialect with their vices on, gone after the test."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any, Protocol

import pytest

from staytrue.lab.bookings import World, build_world
from staytrue.lab.house import hotel_sirga
from staytrue.lab.pms.opera_cloud.book import Drift, no_drift
from staytrue.lab.pms.sql_views.housing import Housing
from staytrue.lab.pms.sql_views.relay import Relay
from staytrue.lab.rigs.houses import Clock, House, MewsHouse, OperaHouse, SqlHouse
from tests.databases import COPY

DIALECTS = ("mews", "opera_cloud", "sql_views")
TODAY = date(2026, 5, 21)
MORNING = datetime(2026, 5, 21, 6, tzinfo=UTC)


class Build(Protocol):
    """Builds a house of this dialect in this world, where wished without its vices.

    Of an OPERA the whole story is written beforehand, also how its clock will be wrong.
    """

    def __call__(
        self,
        dialect: str,
        clock: Clock,
        world: World,
        *,
        is_kind: bool = False,
        drift: Drift = no_drift,
    ) -> House: ...


@cache
def small_world(today: date = TODAY) -> World:
    """A small hotel, a week before and four weeks after this day."""
    first, last = today - timedelta(days=7), today + timedelta(days=28)
    return build_world(11, hotel_sirga(rooms=10), first, last, today=today)


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> Iterator[Build]:
    """A house of this dialect in this world."""
    monkeypatch.setattr("staytrue.connectors.sql_views.postgresql.STATEMENT_SECONDS", 0.5)
    with ExitStack() as until_the_end:

        def build(
            dialect: str,
            clock: Clock,
            world: World,
            *,
            is_kind: bool = False,
            drift: Drift = no_drift,
        ) -> House:
            kind: dict[str, Any] = {"quirks": frozenset()} if is_kind else {}
            if dialect == "mews":
                return MewsHouse(world, clock.true, seed=5, more=kind)
            if dialect == "opera_cloud":
                return OperaHouse(world, clock.true, seed=5, more=kind | {"drift": drift})
            housing = Housing(f"{COPY}_fonda", f"fonda_{os.getpid()}", "invented")
            until_the_end.enter_context(housing.made())
            relay = until_the_end.enter_context(Relay(housing.socket))
            built = SqlHouse(world, clock.true, housing, relay, seed=5, **kind)
            until_the_end.enter_context(built.pms)
            return built

        yield build
