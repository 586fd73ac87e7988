"""Clocks that are wrong, ours and the PMS's: nothing is lost, and nothing is told twice."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache

import pytest

from staytrue.changes.models import Change
from staytrue.connectors.base import Http
from staytrue.hotel import scope
from staytrue.inbox import actions as inbox
from staytrue.kit.http import Response
from staytrue.lab.bookings import World
from staytrue.lab.rigs import storms
from staytrue.lab.rigs.group import Group, Member
from staytrue.lab.rigs.houses import Clock, MewsHouse, OperaHouse, SqlHouse
from staytrue.lab.rigs.weather import CALM
from tests import make
from tests.lab.rigs.conftest import DIALECTS, MORNING, Build, small_world

pytestmark = pytest.mark.django_db(transaction=True)

FIRST_EDIT = MORNING + timedelta(hours=4)
SECOND_EDIT = FIRST_EDIT + timedelta(minutes=5)
JUMP = timedelta(minutes=10)
AN_HOUR = timedelta(hours=1)
FAR = 2 * AN_HOUR
SET = FIRST_EDIT - AN_HOUR / 2


@cache
def twice_edited() -> World:
    """A small hotel whose bookings all get another rate, and five minutes later another price."""
    return storms.rerated(storms.rerated(small_world(), FIRST_EDIT), SECOND_EDIT)


@cache
def once_edited() -> World:
    """A small hotel whose bookings all get another rate."""
    return storms.rerated(small_world(), FIRST_EDIT)


@dataclass
class Deaf:
    """The way to an OPERA Cloud whose event queue says nothing."""

    http: Http

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> Response:
        """The answer; no event is in it."""
        if url.partition("?")[0].endswith("/businessEvents"):
            return Response(204, {}, b"", 0.0)
        return self.http.request(method, url, headers=headers, body=body)


def look(group: Group, member: Member, at: datetime) -> None:
    """Somebody asks the PMS at this instant, whatever our clock says."""
    group.clock.instant = at
    member.house.push(member.pushes)
    with scope.everything():
        inbox.forget_turns(member.link)
    group.turn()


def unknown_rates(group: Group, member: Member) -> list[str]:
    """Of which stays we do not know what the edit gave them."""
    return [one for one in group.differences(member) if ".room_amount" in one]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_change_read_after_our_clock_stepped_back_is_neither_lost_nor_told_twice(
    house: Build, dialect: str
) -> None:
    clock = Clock(MORNING)
    group = Group(clock, rates=CALM)
    member = group.add(house(dialect, clock, twice_edited(), is_kind=True), make.hotel())
    for _ in group.run(FIRST_EDIT - MORNING - JUMP, step=JUMP):
        pass
    look(group, member, FIRST_EDIT + timedelta(minutes=3))
    clock.wrong_by = -JUMP
    look(group, member, SECOND_EDIT + timedelta(minutes=1))
    look(group, member, SECOND_EDIT + timedelta(minutes=3))
    clock.wrong_by = timedelta()
    for minutes in (20, 40, 60):
        look(group, member, SECOND_EDIT + timedelta(minutes=minutes))
    assert not "\n".join(group.differences(member))
    with scope.everything():
        rates = Change.objects.filter(
            object="reservation", at__gte=FIRST_EDIT - JUMP, diff__has_key="room_amount"
        ).values_list("object_id", "diff")
        told = [(id_, str((diff or {})["room_amount"])) for id_, diff in rates]
    assert len(told) == len(set(told)) >= 2 * storms.edited(twice_edited(), SECOND_EDIT) > 20


def set_at_once(at: datetime) -> timedelta:
    """A clock that was right and is set two hours back half an hour before the edit."""
    return -FAR if at >= SET else timedelta()


def slowly_lost(at: datetime) -> timedelta:
    """A clock that loses two hours from the evening before until the edit."""
    share = (at - (FIRST_EDIT - timedelta(hours=10))) / timedelta(hours=10)
    return -FAR * min(1.0, max(0.0, share))


def wrong_for_ever(at: datetime) -> timedelta:
    """A clock that is set to the time of another continent."""
    del at
    return timedelta(hours=-6)


def ahead(at: datetime) -> timedelta:
    """A clock that is two hours before ours."""
    del at
    return FAR


@pytest.mark.parametrize("drift", [set_at_once, slowly_lost, wrong_for_ever, ahead])
def test_a_change_that_no_event_told_is_found_by_the_next_sweep_whatever_operas_clock_says(
    drift: Callable[[datetime], timedelta],
) -> None:
    clock = Clock(MORNING - 2 * AN_HOUR)
    group = Group(clock, rates=CALM)
    pms = {"quirks": frozenset[str](), "drift": drift}
    member = group.add(OperaHouse(once_edited(), clock.true, seed=5, more=pms), make.hotel())
    member.network.http = Deaf(member.network.http)
    for _ in group.run(FIRST_EDIT - clock.true(), step=AN_HOUR / 2):
        pass
    for _ in group.run(2 * AN_HOUR, step=AN_HOUR / 2):
        pass
    assert storms.edited(once_edited(), FIRST_EDIT) > 20
    assert not unknown_rates(group, member)


def test_a_mews_whose_clock_was_set_back_while_nobody_asked_hides_nothing() -> None:
    clock = Clock(MORNING)
    group = Group(clock, rates=replace(CALM, push_lost=1.0))
    house = MewsHouse(once_edited(), clock.true, seed=5, more={"quirks": frozenset[str]()})
    member = group.add(house, make.hotel())
    for _ in group.run(SET - MORNING, step=AN_HOUR / 2):
        pass
    assert house.pms.truth
    house.pms.books.behind = FAR
    look(group, member, FIRST_EDIT + 3 * AN_HOUR)
    assert not unknown_rates(group, member)


def test_a_database_whose_clock_was_set_back_hides_nothing_beyond_the_night(house: Build) -> None:
    clock = Clock(MORNING)
    group = Group(clock, rates=CALM)
    member = group.add(house("sql_views", clock, once_edited(), is_kind=True), make.hotel())
    for _ in group.run(SET - MORNING, step=AN_HOUR / 2):
        pass
    assert isinstance(member.house, SqlHouse)
    member.house.pms.script.behind = FAR
    look(group, member, FIRST_EDIT + AN_HOUR / 2)
    for _ in group.run(timedelta(hours=14), step=AN_HOUR):
        pass
    assert not unknown_rates(group, member)
