"""A small world for the lab's tests: a hotel of thirty rooms over half a year."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from staytrue.lab.bookings import World, build_world
from staytrue.lab.house import hotel_sirga

TODAY = date(2026, 5, 21)
SPAN = timedelta(days=90)


@pytest.fixture(scope="session")
def world() -> World:
    """Arrivals from 90 days before to 90 days after the day of the tests."""
    return build_world(7, hotel_sirga(rooms=30), TODAY - SPAN, TODAY + SPAN, today=TODAY)


@pytest.fixture(scope="session")
def today() -> date:
    """The day of the tests."""
    return TODAY
