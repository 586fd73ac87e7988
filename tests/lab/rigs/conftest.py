"""Houses of every dialect with their vices on, gone after the test."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from staytrue.lab.bookings import World
from staytrue.lab.pms.sql_views.housing import Housing
from staytrue.lab.pms.sql_views.relay import Relay
from staytrue.lab.rigs.houses import Clock, House, MewsHouse, OperaHouse, SqlHouse
from tests.databases import COPY

DIALECTS = ("mews", "opera_cloud", "sql_views")
Build = Callable[[str, Clock, World], House]


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> Iterator[Build]:
    """A house of this dialect in this world."""
    monkeypatch.setattr("staytrue.connectors.sql_views.postgresql.STATEMENT_SECONDS", 0.5)
    with ExitStack() as until_the_end:

        def build(dialect: str, clock: Clock, world: World) -> House:
            if dialect == "mews":
                return MewsHouse(world, clock, seed=5)
            if dialect == "opera_cloud":
                return OperaHouse(world, clock, seed=5)
            housing = Housing(f"{COPY}_fonda", f"fonda_{os.getpid()}", "invented")
            until_the_end.enter_context(housing.made())
            relay = until_the_end.enter_context(Relay(housing.socket))
            built = SqlHouse(world, clock, housing, relay, seed=5)
            until_the_end.enter_context(built.pms)
            return built

        yield build
