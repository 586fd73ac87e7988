"""Power cuts on a server set up for speed: what a PMS was answered is kept, and the mirror is true.

Slow: a cluster of its own, whose server is killed and recovers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache

import pytest
from django.conf import settings
from django.db import connection, connections
from pytest_django import DjangoDbBlocker

from staytrue.connectors.base import Http
from staytrue.flow import living
from staytrue.hotel import scope
from staytrue.inbox import actions as inbox
from staytrue.inbox.models import Delivery, Notification
from staytrue.kit import database
from staytrue.kit.http import Response
from staytrue.lab.bookings import World, build_world
from staytrue.lab.house import hotel_sirga
from staytrue.lab.rigs.group import Member
from staytrue.lab.rigs.houses import Clock, House, MewsHouse, OperaHouse
from staytrue.lab.rigs.power import HASTY, Outages, Power
from staytrue.lab.rigs.weather import CALM, Killed
from staytrue.staff import seal
from tests import make

TODAY = date(2026, 5, 21)
MORNING = datetime(2026, 5, 21, 6, tzinfo=UTC)


@cache
def world() -> World:
    """A small hotel, a week before and two weeks after the day of the tests."""
    first, last = TODAY - timedelta(days=7), TODAY + timedelta(days=14)
    return build_world(11, hotel_sirga(rooms=6), first, last, today=TODAY)


@pytest.fixture(scope="module")
def power(
    django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Power]:
    """The current of a home of its own, to which this process is attached meanwhile."""
    home, before = settings.HOME, dict(connection.settings_dict)
    place = tmp_path_factory.mktemp("power")
    every = (settings.DATABASES["default"], connections.settings["default"])
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "HOME", place)
        for known in (*every, connection.settings_dict):
            known["NAME"] = database.DATABASE
        on = Power(place)
        try:
            database.admit_logins(database.DATABASE)
            database.migrate(datetime(2026, 1, 1, tzinfo=UTC))
            with database.superuser() as server:
                for hasty in HASTY:
                    server.execute(hasty)
                server.execute("SELECT pg_reload_conf()")
            connections.close_all()
            yield on
        finally:
            on.off()
            settings.HOME = home
            for known in (*every, connection.settings_dict):
                known.update(before)


def house_of(dialect: str, clock: Clock) -> House:
    """A kind house of this dialect."""
    build = MewsHouse if dialect == "mews" else OperaHouse
    return build(world(), clock, seed=5, more={"quirks": frozenset()})


def joined(outages: Outages, dialect: str, code: str) -> Member:
    """A house of the group; every test has its own in the one database."""
    return outages.add(house_of(dialect, outages.clock), make.hotel(code))


def test_calls_that_were_answered_outlive_the_power_cut(power: Power) -> None:
    outages = Outages(Clock(MORNING), power=power)
    member = joined(outages, "mews", "CALL")
    answers = [member.pushes.post(b'{"Events": [%d]}' % number) for number in range(20)]
    power.cut()
    assert answers == [200] * 20
    with scope.everything():
        assert Notification.objects.filter(connection=member.link).count() == 20


class Queue:
    """A way to OPERA on which the current fails as soon as more events are asked for."""

    def __init__(self, http: Http, power: Power) -> None:
        self.http, self.power = http, power
        self.handed_out: list[bytes] = []

    def request(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> Response:
        if "/businessEvents" in url and self.handed_out:
            self.power.cut()
            raise Killed
        answer = self.http.request(method, url, headers=headers, body=body)
        if "/businessEvents" in url and answer.status == 200:
            self.handed_out.append(answer.body)
        return answer


def test_events_that_left_the_queue_of_a_pms_outlive_the_power_cut(power: Power) -> None:
    outages = Outages(Clock(MORNING), power=power)
    member = joined(outages, "opera_cloud", "QUEUE")
    outages.until_quiet(member)
    outages.clock.instant += timedelta(days=3)
    queue = Queue(member.house.http(), power)
    with scope.everything():
        inbox.forget_turns(member.link)
    with pytest.raises(Killed):
        living.turn(member.link, outages.clock, queue)
    assert queue.handed_out
    with scope.everything():
        kept = Delivery.objects.filter(connection=member.link, received_at=outages.clock())
        assert "events" in kept.values_list("object", flat=True)


@pytest.mark.parametrize("dialect", ["mews", "opera_cloud"])
def test_a_mirror_is_the_truth_after_power_cuts_in_mid_turn(power: Power, dialect: str) -> None:
    outages = Outages(Clock(MORNING), rates=CALM, power=power, cut_each=150)
    member = joined(outages, dialect, dialect[:4].upper())
    for _ in outages.run(timedelta(days=1), step=timedelta(hours=2)):
        pass
    outages.cut_each = 0
    assert outages.happened["power"] > 2
    outages.be_still()
    assert not "\n".join(outages.differences(member))
    # The head kept outside is never ahead of the seals that outlived the cut.
    assert seal.verify_home().is_true
