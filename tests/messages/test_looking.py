"""The last look is seconds old when a message leaves, however many stays are to be looked at."""

from __future__ import annotations

import pytest

from staytrue.kit import clock
from staytrue.messages.case import Told
from tests import make
from tests.make import NOON
from tests.messages import scene
from tests.messages.scene import Asked

pytestmark = pytest.mark.django_db


def test_who_was_looked_at_first_does_not_wait_for_a_slow_pms_to_show_all_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    house = scene.build()
    numbers = ["30117", "30118", "30119"]
    for number in numbers:
        house.tells(make.reservation(number=number))
        house.plan(house.wanted(number=number), number=number)
    seconds = 0.0

    def slowly() -> Told:
        nonlocal seconds
        seconds += 1.5
        return Told.SAME

    monkeypatch.setattr(clock, "monotonic", lambda: seconds)
    pms = Asked(house.hotel, slowly)
    first = house.claim(lookup=pms)
    assert len(first) == len(pms.calls) == 2
    # The others are next, at once.
    second = house.claim(lookup=pms)
    assert {each.message.reservation_id for each in [*first, *second]} == {
        house.stay(number).pk for number in numbers
    }
    assert second[0].message.claimed_at == NOON
