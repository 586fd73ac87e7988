"""A PMS shows records that nobody expects: they wait with a reason, everything else goes on."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache

import pytest
from django.db import connection

from staytrue.connectors import registry
from staytrue.flow import release
from staytrue.hotel import scope
from staytrue.hotel.codes import Status
from staytrue.hotel.records import Reservation
from staytrue.inbox import queries as inboxes
from staytrue.inbox import secrets
from staytrue.inbox.models import ParkedPart
from staytrue.lab.bookings import World, build_world
from staytrue.lab.house import hotel_sirga
from staytrue.lab.rigs import storms
from staytrue.lab.rigs.group import Group, Member
from staytrue.lab.rigs.houses import Clock, SqlHouse
from staytrue.lab.rigs.strange import Fault, StrangeAnswers, StrangeRows
from staytrue.lab.rigs.weather import CALM
from staytrue.mirror.lists import PARKED
from staytrue.mirror.models import Reservation as Mirrored
from staytrue.staff import audit
from staytrue.staff.models import Ask
from tests import make
from tests.lab.rigs.conftest import DIALECTS, Build

pytestmark = pytest.mark.django_db(transaction=True)

TODAY = date(2026, 5, 21)
MORNING = datetime(2026, 5, 21, 6, tzinfo=UTC)
EDIT = MORNING + timedelta(hours=4)
STEP = timedelta(hours=1)


@cache
def world() -> World:
    """A small hotel whose bookings all get another rate in the late morning."""
    first, last = TODAY - timedelta(days=7), TODAY + timedelta(days=28)
    plain = build_world(11, hotel_sirga(rooms=10), first, last, today=TODAY)
    return storms.rerated(plain, EDIT)


def fallen(member: Member) -> StrangeAnswers | StrangeRows:
    """The house may show records strangely from now on."""
    if isinstance(member.house, SqlHouse):
        return StrangeRows(member.house.pms)
    strange = member.network.http = StrangeAnswers(member.network.http)
    return strange


def to_come(member: Member, at: datetime) -> dict[str, Reservation]:
    """Single rooms that are booked and not here before the day after tomorrow."""
    found = member.house.reservations(at).values()
    return {
        f"{one.number}/{one.leg}": one
        for one in found
        if one.status is Status.CONFIRMED and one.arrival_on > TODAY + timedelta(days=2)
    }


def chosen(member: Member, at: datetime) -> dict[str, Fault]:
    """Of every fault a stay that comes in these days, and one that comes in weeks."""
    stays = sorted(to_come(member, at).items(), key=lambda one: (one[1].arrival_on, one[0]))
    keys, count = [key for key, _ in stays], len(Fault)
    return dict(zip([*keys[:count], *keys[-count:]], [*Fault, *Fault], strict=True))


def held() -> set[str]:
    """Stays for which nothing may leave, because what the PMS says of them is not understood."""
    with scope.everything(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT r.number || '/' || r.leg FROM reservation r"
            f" WHERE EXISTS (SELECT FROM parked_part k WHERE {PARKED})"
        )
        return {key for (key,) in cursor.fetchall()}


def parked(member: Member) -> list[ParkedPart]:
    """What waits for somebody."""
    with scope.everything():
        return list(inboxes.parked_now(member.link))


@pytest.mark.parametrize("dialect", DIALECTS)
def test_strange_records_wait_with_a_reason_and_everything_else_goes_on(
    house: Build, dialect: str
) -> None:
    clock = Clock(MORNING)
    group = Group(clock, rates=CALM)
    member = group.add(house(dialect, clock, world()), make.hotel())
    strange = fallen(member)
    for _ in group.run(EDIT + STEP - MORNING, step=STEP):
        pass
    faults = chosen(member, clock())
    for key, fault in faults.items():
        strange.begin(key, fault, clock())
    for _ in group.run(timedelta(hours=24), step=2 * STEP):
        pass
    group.until_quiet(member)
    waiting = {key for key, fault in faults.items() if fault is not Fault.FIELD}
    assert held() == waiting
    assert all(any(key in one for key in waiting) for one in group.differences(member))
    strange.end()
    release.release_parts(parked(member), by="tests", now=clock())
    group.be_still()
    assert not "\n".join(group.differences(member))
    assert not parked(member)


def mirrored() -> list[tuple[object, ...]]:
    """Every stay as it stands in the mirror, and whether it is in sight."""
    with scope.everything():
        rows = Mirrored.objects.order_by("number", "leg", "epoch")
        return list(rows.values_list("number", "leg", "status", "versions", "out_of_sight_since"))


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_renumbered_house_is_stopped_before_any_write_until_a_person_enters_its_code(
    house: Build, dialect: str
) -> None:
    clock = Clock(MORNING)
    group = Group(clock, rates=CALM)
    member = group.add(house(dialect, clock, world()), make.hotel())
    for _ in group.run(timedelta(hours=3), step=STEP):
        pass
    entered = member.house.renumber()
    before = mirrored()
    for _ in group.run(timedelta(hours=24), step=2 * STEP):
        pass
    assert mirrored() == before
    assert len(group.stops) > 5
    with scope.everything():
        asks = Ask.objects.filter(kind="stopped_connection", closed_at=None)
        assert {ask.facts["code"] for ask in asks} <= {"foreign_property", "no_hotel"}
        assert len(asks) == 1
        with audit.acting("tests", clock()):
            secrets.put_settings(member.link, entered, registry.manifest(dialect))
    group.be_still()
    assert not "\n".join(group.differences(member))
    keys = [row[:2] for row in mirrored() if row[-1] is None]
    assert len(keys) == len(set(keys))
