"""The other half of ten thousand seeded stays: storms, and faults that end."""

from __future__ import annotations

import pytest

from staytrue.lab.rigs.planner.weather import Mode
from tests.lab.rigs.planning import BOOKINGS, PLACES, SIZE, holds_its_promises, name


@pytest.mark.parametrize(("place", "mode"), PLACES[10:], ids=name)
def test_five_hundred_stays_break_no_promise(place: int, mode: Mode) -> None:
    holds_its_promises(place, mode)


def test_all_worlds_together_are_ten_thousand_stays() -> None:
    assert len(PLACES) * SIZE == BOOKINGS
    assert {mode for _, mode in PLACES} == set(Mode)
