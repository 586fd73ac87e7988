"""Several workers on the same living PMSs: one turn at a time, each thing once, one pace for all."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.db import OperationalError, connection

from staytrue.connectors import registry
from staytrue.flow import intake, living, release
from staytrue.hotel import scope
from staytrue.inbox import actions as inbox
from staytrue.inbox import pace, secrets, wanted
from staytrue.inbox.models import Delivery
from staytrue.inbox.wanted import Want
from staytrue.kit import clock
from staytrue.lab.bookings import World, build_world
from staytrue.lab.house import hotel_sirga
from staytrue.lab.pms.opera_cloud import Quirk
from staytrue.lab.pms.opera_cloud.simulator import CALLS_PER_MINUTE, OperaCloud
from staytrue.lab.pms.serving import Served
from staytrue.lab.rigs.group import Group, Member
from staytrue.lab.rigs.houses import Clock, House, MewsHouse, OperaHouse
from staytrue.lab.rigs.shift import Shift, door_of
from staytrue.lab.rigs.weather import Rates
from staytrue.mirror.models import Reservation as Row
from staytrue.staff import audit
from tests import make
from tests.databases import COPY

pytestmark = pytest.mark.django_db(transaction=True)

TODAY = date(2026, 5, 21)
MORNING = datetime(2026, 5, 21, 6, tzinfo=UTC)
PATIENCE = 30
ROOT = Path(__file__).parents[3]


@cache
def world(rooms: int = 6) -> World:
    """A small hotel, a week before and two weeks after the day of the tests."""
    first, last = TODAY - timedelta(days=7), TODAY + timedelta(days=14)
    return build_world(11, hotel_sirga(rooms=rooms), first, last, today=TODAY)


def apart(work: Callable[[], object]) -> Callable[[], object]:
    """Work on a session of its own, which ends with it."""

    def do() -> object:
        try:
            return work()
        finally:
            connection.close()

    return do


def at_rest(member: Member, at: datetime) -> None:
    """Nothing is due by itself."""
    with scope.everything(), audit.acting("tests", at):
        for task in pace.TASKS:
            inbox.set_cadence(member.link, task, 86_400)


def loaded() -> tuple[Group, Member]:
    """A kind house, loaded, at which nothing is due."""
    group = Group(Clock(MORNING))
    house = OperaHouse(world(), group.clock, seed=5, more={"quirks": frozenset()})
    member = group.add(house, make.hotel())
    group.until_quiet(member)
    at_rest(member, group.clock())
    return group, member


def test_three_workers_on_two_living_pmss_for_days_end_in_the_truth() -> None:
    time = Clock(MORNING)
    shift = Shift(time, seed=3, rates=replace(Rates(), paused=0))
    houses: tuple[House, ...] = (
        # Ours jumps, theirs does not: what both jumped over together nobody could find.
        MewsHouse(world(), time.true, seed=5),
        OperaHouse(world(), time.true, seed=5),
    )
    members = [shift.add(house, make.hotel(f"B{n}")) for n, house in enumerate(houses)]
    doors = [door_of(member) for member in members]
    for _ in shift.run(timedelta(days=2), step=timedelta(hours=1)):
        pass
    shift.be_still()
    assert not "\n".join(line for member in members for line in shift.differences(member))
    # Each worker had turns, and none met another in the same house.
    asked = set.union(*(door.workers for door in doors))
    assert asked >= {"worker 0", "worker 1", "worker 2"}
    assert [door.met for door in doors] == [0, 0]
    with scope.everything():
        rows = Row.objects.values_list("connection_id", "number", "leg", "epoch")
        assert len(rows) == len(set(rows))
        assert not Delivery.objects.exclude(state="applied").exists()


def test_what_is_wanted_is_read_once_by_whichever_worker() -> None:
    group, member = loaded()
    door = door_of(member)
    with scope.everything():
        numbers = list(Row.objects.values_list("number", flat=True))[:40]
        wanted.want(member.link, [Want("reservation", one) for one in numbers], group.clock())

    def turns() -> int:
        return sum(living.turn(member.link, group.clock, member.network) for _ in range(20))

    with ThreadPoolExecutor(4) as pool:
        done = [pool.submit(apart(turns)) for _ in range(4)]
        assert sum(int(str(each.result())) for each in done) >= len(numbers)
    pages = [re.fullmatch(r"GET .*/rsv/v1/hotels/[^/]+/reservations/([^/?]+).*", one)
             for one in door.asked]  # fmt: skip
    read = Counter(page[1] for page in pages if page)
    assert read == dict.fromkeys(numbers, 1)
    with scope.everything():
        assert wanted.waiting(member.link) == 0


class Gate:
    """Stops the first who comes by, until it is opened."""

    def __init__(self) -> None:
        self.reached, self.opened = threading.Event(), threading.Event()

    def stop(self) -> None:
        self.reached.set()
        assert self.opened.wait(PATIENCE)


def test_a_worker_whose_session_was_lost_in_mid_turn_writes_nothing_afterwards(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    group, member = loaded()
    with scope.everything():
        number = Row.objects.values_list("number", flat=True)[0]
        Row.objects.filter(number=number).delete()
        wanted.want(member.link, [Want("reservation", number)], group.clock())
    gates, sessions, before = [Gate(), Gate()], [], intake._merge

    def merge(work: intake.Work) -> None:
        sessions.append(backend())
        gates[len(sessions) - 1].stop()
        before(work)

    monkeypatch.setattr(intake, "_merge", merge)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(apart(lambda: living.turn(member.link, group.clock, member.network)))
        assert gates[0].reached.wait(PATIENCE)
        end(sessions[0])
        # The lock went with the session: another worker takes the reading, and stands before it.
        second = pool.submit(apart(lambda: release.finish_interrupted(group.clock())))
        assert gates[1].reached.wait(PATIENCE)
        gates[0].opened.set()
        with pytest.raises(OperationalError):
            first.result(PATIENCE)
        gates[1].opened.set()
        assert second.result(PATIENCE) == 1
    with scope.everything():
        assert Row.objects.filter(number=number).count() == 1


def backend() -> int:
    """The server's process behind this thread's session."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def end(session: int) -> None:
    """End a session from outside and wait until its locks are free."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, %s)", [session, PATIENCE * 1_000])
        assert cursor.fetchone()[0]


def test_a_reading_that_is_kept_is_applied_by_the_worker_whose_turn_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    group, member = loaded()
    with scope.everything():
        number = Row.objects.values_list("number", flat=True)[0]
        Row.objects.filter(number=number).delete()
        wanted.want(member.link, [Want("reservation", number)], group.clock())
    gate, before = Gate(), intake.one_delivery_at_a_time

    def lock(link: object) -> object:
        gate.stop()
        return before(link)  # type: ignore[arg-type]

    monkeypatch.setattr(intake, "one_delivery_at_a_time", lock)
    with ThreadPoolExecutor(1) as pool:
        turn = pool.submit(apart(lambda: living.turn(member.link, group.clock, member.network)))
        assert gate.reached.wait(PATIENCE)
        with scope.everything():
            assert Delivery.objects.filter(state="received").count() == 1
        assert release.finish_interrupted(group.clock()) == 0
        gate.opened.set()
        assert turn.result(PATIENCE) == 1
    with scope.everything():
        delivery = Delivery.objects.latest("id")
    assert (delivery.state, delivery.counts["reservation"]["created"]) == ("applied", 1)


def test_two_processes_keep_to_the_one_limit_of_the_pms_together() -> None:
    quirks = frozenset({Quirk.RATE_LIMIT})
    pms = OperaCloud(world(), clock.now, seed=5, quirks=quirks)
    with Served(pms.answer) as served:
        settings = {**pms.settings_values(), "base_url": served.url}
        house = make.hotel()
        with scope.everything(), audit.acting("tests", MORNING):
            link = inbox.connect("two", house, "opera_cloud", {}, now=MORNING)
            secrets.put_settings(link, settings, registry.manifest("opera_cloud"))
            inbox.allow_private(link, is_allowed=True)
        words = [COPY, link.name, f"{served.url}/oauth/v1/tokens"]
        callers = [start(*words) for _ in range(2)]
        for each in callers:
            assert each.stdout
            assert each.stdout.readline() == "ready\n"
        for each in callers:
            assert each.stdin
            each.stdin.write("go\n")
            each.stdin.flush()
        said = [each.communicate(timeout=PATIENCE)[0].split() for each in callers]
    assert [code for code, _ in said] == ["pace", "pace"]
    # A tenth is kept for urgent calls.
    assert sum(int(made) for _, made in said) == len(pms.calls) == CALLS_PER_MINUTE * 9 // 10
    assert pms.refused == 0


def start(*words: str) -> subprocess.Popen[str]:
    """A process that stands ready to call."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.lab.rigs.calling", *words],
        env=os.environ | {"STAYTRUE_HOME": str(django_settings.HOME)},
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
