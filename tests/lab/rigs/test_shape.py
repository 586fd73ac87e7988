"""A PMS whose views change under us: nothing is written, a person hears which column, and it goes on."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection

from staytrue.connectors import registry
from staytrue.flow import living, watching
from staytrue.hotel import scope
from staytrue.inbox import secrets, wanted
from staytrue.inbox.models import Connection
from staytrue.inbox.wanted import Want
from staytrue.lab.bookings import build_world
from staytrue.lab.house import hotel_sirga
from staytrue.lab.pms.sql_views import MAPPING, Quirk
from staytrue.lab.pms.sql_views.housing import Housing
from staytrue.lab.pms.sql_views.relay import Relay
from staytrue.lab.rigs.group import Group, Member
from staytrue.lab.rigs.houses import Clock, SqlHouse
from staytrue.staff import audit
from staytrue.staff.models import Ask
from tests import make
from tests.databases import COPY

pytestmark = pytest.mark.django_db(transaction=True)

TODAY = date(2026, 5, 21)
MORNING = datetime(2026, 5, 21, 6, tzinfo=UTC)
NO_QUIRKS: frozenset[Quirk] = frozenset()


@pytest.fixture
def group() -> Iterator[Group]:
    """A small house that is read from its database, loaded and at rest."""
    clock = Clock(MORNING)
    first, last = TODAY - timedelta(days=7), TODAY + timedelta(days=14)
    world = build_world(11, hotel_sirga(rooms=6), first, last, today=TODAY)
    housing = Housing(f"{COPY}_shape", f"shape_{os.getpid()}", "invented")
    with ExitStack() as open_:
        open_.enter_context(housing.made())
        relay = open_.enter_context(Relay(housing.socket))
        house = SqlHouse(world, clock, housing, relay, seed=5, quirks=NO_QUIRKS)
        open_.enter_context(house.pms)
        group = Group(clock)
        group.until_quiet(group.add(house, make.hotel()))
        yield group


def written() -> list[int]:
    """How much stands in every table that a reading writes."""
    tables = ("delivery", "reservation", "profile", "change", "parked_part")
    with scope.everything(), connection.cursor() as cursor:
        found = []
        for table in tables:
            cursor.execute(f"SELECT count(*) FROM {table}")
            found += cursor.fetchone()
        return found


def turn(group: Group, member: Member) -> Connection:
    """Two hours later the PMS has lived on, and we ask it again."""
    group.clock.instant += timedelta(hours=2)
    member.house.push(member.pushes)
    living.turn(member.link, group.clock, member.network)
    with scope.everything():
        return Connection.objects.select_related("property").get(pk=member.link.pk)


def map_anew(member: Member, at: datetime) -> None:
    """The administrator has compared: the column has another title now."""
    views = MAPPING.replace('departure_on = "dep"', 'departure_on = "departure"')
    with scope.everything(), audit.acting("tests", at):
        manifest = registry.manifest("sql_views")
        secrets.put_settings(member.link, {"views": views}, manifest)


def trouble(member: Member) -> None:
    """An update of the PMS gives the column dep another title."""
    assert isinstance(member.house, SqlHouse)
    member.house.pms.trouble(Quirk.RENAMED)


def asked() -> list[str]:
    """What administrators are told."""
    with scope.everything():
        found = Ask.objects.filter(kind="stopped_connection", role="administrator", closed_at=None)
        return [str(ask.facts["reason"]) for ask in found]


def test_a_changed_column_title_stops_the_run_names_it_and_after_resume_it_goes_on(
    group: Group,
) -> None:
    (member,) = group.members
    trouble(member)
    before = written()
    member.link = turn(group, member)
    assert member.link.stopped_code == "views_changed"
    assert written() == before
    (told,) = asked()
    assert "column dep is gone and departure is new" in told
    map_anew(member, group.clock())
    watching.resume(member.link, by="tests", now=group.clock())
    assert turn(group, member).stopped_at is None
    assert asked() == []
    group.until_quiet(member)
    assert not group.happened
    assert written() > before
    assert group.differences(member) == []


def test_who_resumes_without_a_new_mapping_is_stopped_again_before_any_write(group: Group) -> None:
    (member,) = group.members
    trouble(member)
    before = written()
    member.link = turn(group, member)
    watching.resume(member.link, by="tests", now=group.clock())
    assert turn(group, member).stopped_code == "column_missing"
    assert written() == before


def test_the_column_is_named_also_when_a_single_record_is_read_first(group: Group) -> None:
    (member,) = group.members
    trouble(member)
    with scope.everything():
        wanted.want(member.link, [Want("reservation", "1")], group.clock())
    turn(group, member)
    (told,) = asked()
    assert "no column dep" in told
