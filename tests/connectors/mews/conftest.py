"""A small house on the simulated Mews: ten rooms over two months."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from staytrue.lab.bookings import World, build_world
from staytrue.lab.house import hotel_sirga
from staytrue.lab.pms.mews import Mews
from tests.connectors.mews.following import Follower
from tests.lab.pms.follower import Clock

TODAY = date(2026, 5, 21)
MORNING = datetime(2026, 5, 10, 6, tzinfo=UTC)


@pytest.fixture(scope="session")
def world() -> World:
    """Arrivals from three weeks before the day of the tests to six weeks after it."""
    first, last = TODAY - timedelta(days=21), TODAY + timedelta(days=42)
    return build_world(11, hotel_sirga(rooms=10), first, last, today=TODAY)


@pytest.fixture
def follow(world: World) -> Callable[..., Follower]:
    """A follower that never read anything, of a house with these vices."""

    def make(*, values: dict[str, Any] | None = None, **pms: Any) -> Follower:
        clock = Clock(MORNING)
        return Follower(Mews(world, clock, seed=5, **pms), clock, values or {})

    return make
