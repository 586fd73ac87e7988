"""The nights in which an hour comes twice or not at all: no change is lost, no date shifts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache

import pytest

from staytrue.changes.models import Change
from staytrue.hotel import scope
from staytrue.lab.bookings import World
from staytrue.lab.rigs import storms
from staytrue.lab.rigs.group import Group
from staytrue.lab.rigs.houses import Clock
from staytrue.lab.rigs.weather import CALM
from tests import make
from tests.drawing import one_of
from tests.lab.rigs.conftest import DIALECTS, Build, small_world

pytestmark = pytest.mark.django_db(transaction=True)

SPRING, AUTUMN = date(2027, 3, 28), date(2026, 10, 25)
MINUTE = timedelta(minutes=1)
# Since midnight UTC. The clocks of Madrid are set an hour later, so that in autumn they show 2:20
# and 2:50, and then 2:05 and 2:40; in spring 1:20 and 1:50, and then 3:05 and 3:40.
EDITS = (20 * MINUTE, 50 * MINUTE, 65 * MINUTE, 100 * MINUTE)
AUDIT = 70 * MINUTE
STEP = 20 * MINUTE


def midnight(night: date) -> datetime:
    """The beginning of this day in UTC."""
    return datetime.combine(night, time(), UTC)


@cache
def world(night: date) -> World:
    """A small hotel whose bookings change four times around the hour, with its night audit."""
    changing = storms.audited(small_world(night), midnight(night) + AUDIT)
    for after in EDITS:
        changing = storms.rerated(changing, midnight(night) + after)
    return changing


def told(name: str, since: datetime) -> list[tuple[int, str]]:
    """Which stays became different in this field since then, and how."""
    with scope.everything():
        found = Change.objects.filter(object="reservation", at__gte=since, diff__has_key=name)
        return [
            (id_, str((diff or {})[name])) for id_, diff in found.values_list("object_id", "diff")
        ]


@pytest.mark.parametrize("night", [AUTUMN, SPRING], ids=["autumn", "spring"])
@pytest.mark.parametrize("dialect", one_of("night", DIALECTS))
def test_after_the_night_of_the_clocks_the_mirror_is_the_truth(
    house: Build, dialect: str, night: date
) -> None:
    clock = Clock(midnight(night) - timedelta(hours=2))
    group = Group(clock, rates=replace(CALM, clock_jump=0.1))
    hotel = house(dialect, clock, world(night), is_kind=True)
    member = group.add(hotel, make.hotel())
    for _ in group.run(timedelta(hours=6), step=STEP):
        pass
    assert not "\n".join(group.differences(member))
    # Nobody had to be asked: no record seemed older than it was before.
    assert set(group.happened) == {"clock_jump"}
    # Each booking became different, and each time once.
    prices = told("room_amount", midnight(night))
    assert len(prices) == len(set(prices))
    assert (
        len({id_ for id_, _ in prices})
        >= storms.edited(world(night), midnight(night) + EDITS[-1])
        > 10
    )
    absent = told("status", midnight(night))
    assert len(absent) == storms.edited(world(night), midnight(night) + AUDIT) > 0
