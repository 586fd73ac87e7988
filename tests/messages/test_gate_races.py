"""Many at one door: each message is claimed once, each slot used once (fault 47)."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from django.db import connection

from staytrue.hotel import scope
from staytrue.messages import gate, leases, planning
from staytrue.messages.claims import Claimed
from staytrue.messages.kinds import Kind, State
from staytrue.messages.models import GateSetting
from staytrue.messages.reasons import Reason
from staytrue.staff import audit
from tests import make
from tests.make import NOON
from tests.messages import scene, ways

WORKERS, STAYS = 8, 60


@pytest.fixture(autouse=True)
def home(tmp_path: Path) -> Iterator[Path]:
    """A home of the test's own."""
    with ways.home(tmp_path / "home") as place:
        yield place


def _many_claim() -> list[Claimed]:
    start = Barrier(WORKERS)

    def work(number: int) -> list[Claimed]:
        start.wait()
        try:
            found: list[Claimed] = []
            while claimed := gate.claim(5, f"w{number}", NOON):
                found += claimed
            return found
        finally:
            connection.close()

    with ThreadPoolExecutor(WORKERS) as pool:
        return [each for found in pool.map(work, range(WORKERS)) for each in found]


@pytest.mark.django_db(transaction=True)
def test_workers_at_one_door_claim_each_message_once() -> None:
    house = scene.build()
    house.tells(*(make.reservation(number=str(n)) for n in range(STAYS)))
    for n in range(STAYS):
        house.plan(house.wanted(number=str(n)), number=str(n))
    with scope.everything(), audit.acting("tests", NOON):
        GateSetting.objects.create(property=house.hotel, cap_messages=0)
    leases.take(ways.WORKER, NOON)
    claimed = [each.message.pk for each in _many_claim()]
    assert len(claimed) == len(set(claimed)) == STAYS


@pytest.mark.django_db(transaction=True)
def test_rooms_of_one_party_at_many_doors_are_one_message() -> None:
    house = scene.build()
    house.tells(*(make.reservation(number=str(n)) for n in range(WORKERS)))
    with scope.everything():
        for n in range(WORKERS):
            wanted = house.wanted(Kind.PRE_STAY, str(n), party="booking:7")
            planning.settle({house.stay(str(n)).pk: [wanted]}, NOON)
    leases.take(ways.WORKER, NOON)
    assert len(_many_claim()) == 1
    closed = [each for each in scene.messages() if each.state == State.CLOSED]
    assert {each.reason for each in closed} <= {Reason.PARTY_ALREADY_WRITTEN}
