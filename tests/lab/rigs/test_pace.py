"""How soon and how often: the measured lag, the limit of calls, what lost notifications cost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache

import pytest

from staytrue.changes import log
from staytrue.connectors import registry
from staytrue.flow import lag, outgoing
from staytrue.hotel import scope
from staytrue.inbox import actions as inbox
from staytrue.inbox import pace
from staytrue.inbox.models import Connection
from staytrue.kit.pacing import PacedClient
from staytrue.lab.bookings import World, build_world
from staytrue.lab.house import hotel_sirga
from staytrue.lab.pms.opera_cloud import Quirk
from staytrue.lab.rigs.group import Group, Member
from staytrue.lab.rigs.houses import Clock, MewsHouse, OperaHouse
from staytrue.lab.rigs.weather import CALM
from staytrue.staff import audit
from tests import make

pytestmark = pytest.mark.django_db(transaction=True)

TODAY = date(2026, 5, 21)
# An hour after lunch in Madrid: rooms are given out.
AFTERNOON = datetime(2026, 5, 21, 12, tzinfo=UTC)


@cache
def world(rooms: int = 30) -> World:
    """Two weeks around the day of the tests."""
    first, last = TODAY - timedelta(days=7), TODAY + timedelta(days=7)
    return build_world(11, hotel_sirga(rooms=rooms), first, last, today=TODAY)


def loaded(group: Group, member: Member, until: datetime) -> None:
    """The first load, and time until then."""
    group.until_quiet(member)
    group.clock.instant = max(group.clock(), until)


def seldom(member: Member, at: datetime) -> None:
    """Polls once a day: what is learned in time comes by push."""
    with scope.everything(), audit.acting("tests", at):
        for task in pace.TASKS:
            inbox.set_cadence(member.link, task, 86_400)


def changes(member: Member, since: datetime) -> dict[str, float | None]:
    """The lag report since then."""
    with scope.everything():
        return log.lag_seconds(member.link.pk, since)


def steps(group: Group, duration: timedelta, step: timedelta) -> Iterator[None]:
    """Virtual time, nothing done by itself."""
    end = group.clock() + duration
    while group.clock() < end:
        group.clock.instant += step
        yield


def test_the_lag_report_equals_the_injected_lag() -> None:
    clock = Clock(AFTERNOON - timedelta(hours=1))
    group = Group(clock)
    member = group.add(
        MewsHouse(world(), clock, seed=5, more={"quirks": frozenset()}), make.hotel()
    )
    loaded(group, member, AFTERNOON)
    seldom(member, clock())
    for _ in steps(group, timedelta(hours=3), timedelta(seconds=5)):
        before = member.pushes.sent
        member.house.push(member.pushes)
        if member.pushes.sent > before:
            group.turn()
    report = changes(member, AFTERNOON)
    assert (report["count"] or 0) >= 5
    # The simulated Mews pushes two minutes after a change, in batches of what is due.
    assert abs((report["p50"] or 0) - 120) <= 5
    assert abs((report["p95"] or 0) - 120) <= 5


def test_the_poller_never_exceeds_the_limit_and_arrivals_stay_fresh() -> None:
    clock = Clock(AFTERNOON)
    quirks = frozenset({Quirk.RATE_LIMIT})
    house = OperaHouse(world(), clock, seed=5, more={"quirks": quirks})
    group = Group(clock)
    member = group.add(house, make.hotel())
    # The limit is the manifest's: 60 calls in any 60 seconds, as the simulated gateway counts.
    limit = outgoing.pace_of(registry.manifest("opera_cloud"))
    member.network = PacedClient(member.network, limit, clock)  # type: ignore[assignment, arg-type]
    group.until_quiet(member)
    begun = clock()
    for _ in group.run(timedelta(hours=4), step=timedelta(minutes=1)):
        pass
    assert house.pms.refused == 0
    with scope.everything():
        report = log.lag_seconds(member.link.pk, begun)
    assert (report["count"] or 0) >= 5
    assert (report["p95"] or 0) < 300


def test_five_of_a_hundred_pushes_lost_leave_no_difference_after_the_next_poll() -> None:
    clock = Clock(AFTERNOON)
    rates = replace(CALM, push_lost=0.05)
    group = Group(clock, seed=3, rates=rates)
    member = group.add(
        MewsHouse(world(10), clock, seed=5, more={"quirks": frozenset()}), make.hotel()
    )
    loaded(group, member, clock())
    for _ in group.run(timedelta(days=2), step=timedelta(minutes=20)):
        pass
    group.be_still()
    assert member.pushes.lost > 0
    assert not "\n".join(group.differences(member))


def test_a_faster_pace_counts_without_a_restart_and_stands_in_the_lag_report() -> None:
    clock = Clock(AFTERNOON - timedelta(hours=1))
    group = Group(clock)
    member = group.add(
        MewsHouse(world(), clock, seed=5, more={"quirks": frozenset()}), make.hotel()
    )
    loaded(group, member, AFTERNOON)
    seldom(member, clock())
    found = {}
    # The one connection lives on, object and all; only what is set of it changes.
    for minutes in (60, 5):
        with scope.everything(), audit.acting("tests", clock()):
            link = Connection.objects.get(pk=member.link.pk)
            inbox.set_cadence(link, pace.CHANGES, 60 * minutes)
        begun = clock()
        for _ in steps(group, timedelta(minutes=150), timedelta(minutes=1)):
            member.house.push(lambda _body: 200)  # Every call of the PMS is lost.
            group.turn()
        with scope.everything():
            told = lag.report(link, clock())
            # The next turn still brings what waited at the old pace.
            found[minutes] = log.lag_seconds(link.pk, begun + timedelta(minutes=2))["p95"] or 0
        assert told.cadence[pace.CHANGES] == [("", 60 * minutes)]
        assert told.measured["day"]["count"]
    assert 300 < found[60] <= 3_660
    assert 0 < found[5] <= 360
