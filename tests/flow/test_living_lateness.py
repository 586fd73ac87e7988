"""A PMS that lives and then does not: its tile turns stale in time, and fresh again by itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from staytrue.flow.lateness import tell_late_feeds
from staytrue.hotel import scope
from staytrue.inbox import actions as inbox
from staytrue.lab.rigs.houses import SqlHouse
from staytrue.lab.rigs.weather import CALM
from staytrue.mirror import feeds
from staytrue.mirror.feeds import Feed
from staytrue.staff import audit
from staytrue.staff.access import house_access
from staytrue.staff.models import Ask
from tests.flow.living import DIALECTS, Build, Scene, building, lived, plain, written

pytestmark = pytest.mark.django_db(transaction=True)

CADENCE = timedelta(minutes=10)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def scene() -> Iterator[Build]:
    """A connected house of a dialect, gone after the test."""
    with building() as build:
        yield build


def tile(house: Scene) -> Feed:
    """What the hotel's tile shows."""
    with scope.everything():
        (feed,) = feeds.feeds(house_access("tests"))
    return feed


def pass_time(house: Scene, minutes: int, *, away: bool = False) -> list[tuple[datetime, bool]]:
    """Whether the tile is stale, minute by minute."""
    shown = []
    for _ in range(minutes):
        if away and isinstance(house.house, SqlHouse):
            house.house.relay.cut(0)
        for now in house.group.run(MINUTE, step=MINUTE):
            tell_late_feeds(now)
            shown.append((now, tile(house).is_stale(now)))
    return shown


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_pms_that_stops_turns_its_tile_stale_within_a_cadence_and_a_minute_and_back_by_itself(
    scene: Build, dialect: str
) -> None:
    house = scene(dialect, written(lived(plain("20001"))))
    with scope.everything(), audit.acting("tests", house.group.clock()):
        inbox.promise(house.member.link, int(CADENCE.total_seconds()))
    house.load()
    assert not any(stale for _, stale in pass_time(house, 25))
    stopped_at, through = house.group.clock(), tile(house).true_through
    assert through is not None
    house.member.network.rates = replace(CALM, timeout=1.0)
    turned = [now for now, stale in pass_time(house, 15, away=True) if stale]
    # As old as the promise allows to the second; looked at each minute.
    assert timedelta() < turned[0] - through - CADENCE - MINUTE <= MINUTE
    assert turned[0] <= stopped_at + CADENCE + 2 * MINUTE
    assert tile(house).true_through == through
    with scope.everything():
        (ask,) = Ask.objects.filter(kind="stale_feed")
    assert (ask.role_id, ask.closed_at) == ("administrator", None)
    house.member.network.rates = CALM
    back = [stale for _, stale in pass_time(house, 3)]
    assert back[-2:] == [False, False]
    with scope.everything():
        assert [each.closed_why for each in Ask.objects.filter(kind="stale_feed")] == ["fresh"]
