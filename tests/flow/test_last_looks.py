"""A living PMS is asked once more before a message leaves, and what it says is what counts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from staytrue.flow.last_looks import LastLooks
from staytrue.hotel.codes import Status
from staytrue.kit.errors import Temporary
from staytrue.lab.rigs.houses import SqlHouse
from staytrue.messages.case import Told
from tests import make
from tests.flow.living import DIALECTS, HOURS, Build, Scene, building, lived, plain, written

pytestmark = pytest.mark.django_db


@pytest.fixture
def build() -> Iterator[Build]:
    """Houses behind the line."""
    with building() as made:
        yield made


def looks(of: Scene) -> LastLooks:
    return LastLooks(of.group.clock, lambda _: of.member.network)


def at_noon(build: Build, dialect: str, **change: Any) -> Scene:
    """A booking that was read in the morning, and changes a minute before noon."""
    noon = HOURS[1]
    steps = [(noon - timedelta(minutes=1), change)] if change else []
    house = build(dialect, written(lived(plain("7001"), *steps)))
    house.load()
    house.group.clock.instant = noon
    if isinstance(house.house, SqlHouse):
        # Its server writes when it is told to, not when it is asked.
        house.house.pms.tick()
    return house


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_pms_says_the_same(build: Build, dialect: str) -> None:
    house = at_noon(build, dialect)
    stay = house.row("7001")
    assert stay is not None
    assert stay.property_id in looks(house).hotels()
    assert looks(house).ask(stay.pk, HOURS[1]) == Told.SAME


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_cancellation_of_a_minute_ago_is_found_and_applied(build: Build, dialect: str) -> None:
    house = at_noon(build, dialect, status=Status.CANCELLED)
    stay = house.row("7001")
    assert stay is not None
    assert stay.status == "confirmed"
    assert looks(house).ask(stay.pk, HOURS[1]) == Told.DIFFERS
    now = house.row("7001")
    assert now is not None
    assert now.status == "cancelled"


def test_a_silent_pms_is_unreachable(build: Build) -> None:
    house = at_noon(build, "mews")
    stay = house.row("7001")
    assert stay is not None

    class Silent:
        def request(self, *_: Any, **__: Any) -> Any:
            raise Temporary("Nobody answers.", "no_answer")

    asked = LastLooks(house.group.clock, lambda _: Silent())
    assert asked.ask(stay.pk, HOURS[1]) == Told.UNREACHABLE


def test_a_hotel_of_daily_files_cannot_be_asked() -> None:
    hotel = make.hotel()
    make.link(hotel)
    assert LastLooks().hotels() == frozenset()
