"""A reading that breaks off: what was heard of a stay keeps its messages back until it is read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest

from staytrue.connectors.base import Hint, Http
from staytrue.flow import hearing, living, parcels
from staytrue.flow.last_looks import LastLooks
from staytrue.hotel import scope
from staytrue.hotel.codes import Status
from staytrue.inbox import wanted
from staytrue.inbox.models import Wanted
from staytrue.kit.errors import Temporary
from staytrue.kit.http import Response
from staytrue.messages import surroundings
from staytrue.messages.case import Told
from tests.flow.living import HOURS, Build, Scene, building, lived, plain, written

pytestmark = pytest.mark.django_db

NOON = HOURS[1]
NUMBER, OTHER = "7001", "7002"


@pytest.fixture
def build() -> Iterator[Build]:
    """Houses behind the line."""
    with building() as made:
        yield made


class BreaksOff:
    """A way to a PMS that fails as soon as this booking was shown."""

    def __init__(self, http: Http, number: str) -> None:
        self.http, self.number, self.is_over = http, number, False

    def request(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> Response:
        """The answer, until then."""
        if self.is_over:
            raise Temporary("Nobody answers.", "no_answer")
        answer = self.http.request(method, url, headers=headers, body=body)
        self.is_over = f'"{self.number}"'.encode() in answer.body
        return answer


def at_noon(build: Build, **change: Any) -> Scene:
    """Two bookings that were read in the morning; one changes a minute before noon."""
    steps = [(NOON - timedelta(minutes=1), change)] if change else []
    house = build("mews", written(lived(plain(NUMBER), *steps), lived(plain(OTHER))))
    house.load()
    house.group.clock.instant = NOON
    return house


def doubted(house: Scene) -> set[str]:
    """Numbers of the stays that no message may rest on."""
    with scope.everything():
        rows = {number: house.row(number) for number in (NUMBER, OTHER)}
        ids = {row.pk: number for number, row in rows.items() if row is not None}
        stays = surroundings.lock_stays(ids)
    return {ids[pk] for pk, row in stays.items() if row.stay.is_doubted}


def broken_turn(house: Scene) -> None:
    """A turn in which the PMS goes away between the booking and what belongs to it."""
    link = house.member.link
    living.turn(link, house.group.clock, BreaksOff(house.member.network, NUMBER))


def test_a_cancellation_that_was_heard_and_not_kept_puts_the_stay_in_doubt(build: Build) -> None:
    house = at_noon(build, status=Status.CANCELLED)
    broken_turn(house)
    row = house.row(NUMBER)
    assert row is not None
    assert row.status == "confirmed"
    assert doubted(house) == {NUMBER}


def test_the_doubt_ends_with_the_reading_of_the_stay(build: Build) -> None:
    house = at_noon(build, status=Status.CANCELLED)
    broken_turn(house)
    house.group.clock.instant = NOON + timedelta(minutes=10)
    living.turn(house.member.link, house.group.clock, house.member.network)
    row = house.row(NUMBER)
    assert row is not None
    assert row.status == "cancelled"
    assert not doubted(house)


def test_what_was_heard_as_it_stands_here_is_in_no_doubt(build: Build) -> None:
    house = at_noon(build)
    broken_turn(house)
    assert not doubted(house)


def test_a_look_that_breaks_off_leaves_the_doubt_too(build: Build) -> None:
    house = at_noon(build, status=Status.CANCELLED)
    stay = house.row(NUMBER)
    assert stay is not None
    way = BreaksOff(house.member.network, NUMBER)
    assert LastLooks(house.group.clock, lambda _: way).ask(stay.pk, NOON) == Told.UNREACHABLE
    assert doubted(house) == {NUMBER}


def test_the_last_that_was_said_of_a_stay_counts(build: Build) -> None:
    house = at_noon(build)
    talk = parcels.talk(house.member.link, house.group.clock, house.member.network)
    assert isinstance(talk.http, hearing.Heard)
    talk.connector.read(Hint("reservation", NUMBER), talk.http, talk.settings(NOON))
    shown = [body for body in talk.http.bodies if b'"Confirmed"' in body]
    talk.http.bodies.insert(0, shown[0].replace(b'"Confirmed"', b'"Optional"'))
    assert hearing.doubt(talk) == []
    talk.http.bodies[:] = [b"<html>", b"[]", shown[0].replace(b'"Confirmed"', b'"Optional"')]
    assert hearing.doubt(talk) == [NUMBER]
    with scope.everything():
        told = Wanted.objects.get(source_id=NUMBER)
    assert json.dumps(told.facts) == json.dumps({wanted.HEARD: NOON.isoformat()})
