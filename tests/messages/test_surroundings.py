"""What the gate asks of the house, on the real database: who comes again, in particular."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from staytrue.hotel import scope
from staytrue.hotel.codes import Status
from staytrue.messages import planning
from staytrue.messages.kinds import Kind
from tests.make import NOON
from tests.messages import scene, ways
from tests.messages.scene import Scene

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def home(tmp_path: Path) -> Iterator[Path]:
    """A home of the test's own."""
    with ways.home(tmp_path / "home") as place:
        yield place


def win_back(of: Scene) -> None:
    """Claire, who agreed to news, is asked to come again."""
    of.agrees()
    with scope.everything():
        planning.add([of.wanted(Kind.WIN_BACK, party="claire")], NOON)


def test_a_guest_with_a_future_booking_gets_no_win_back() -> None:
    hotel = scene.build(Status.CONFIRMED)
    win_back(hotel)
    assert hotel.claim() == []
    assert scene.only().reason == "future_stay"


def test_a_guest_whose_booking_was_cancelled_may_get_one() -> None:
    hotel = scene.build(Status.CANCELLED)
    win_back(hotel)
    assert [each.message.kind for each in hotel.claim()] == ["win_back"]
