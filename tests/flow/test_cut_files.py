"""A cut between two lines against an invented hotel's days: hardly one passes, no whole file is held."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from itertools import pairwise
from random import Random
from typing import Any

import pytest

from staytrue.hotel.codes import Status
from staytrue.hotel.records import Reservation
from staytrue.lab import demo
from staytrue.mirror import rules

TODAY = date(2026, 5, 21)
DAYS = 40
FINAL = {Status.CHECKED_OUT, Status.CANCELLED, Status.NO_SHOW}
ORDERS: dict[str, Callable[[Reservation], Any]] = {
    "number": lambda stay: int(stay.number),
    "newest first": lambda stay: -int(stay.number),
    "arrival": lambda stay: (stay.arrival_on, int(stay.number)),
    "room": lambda stay: (stay.room_number or "", int(stay.number)),
    "guest": lambda stay: (stay.guests[0].profile, int(stay.number)),
}


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> list[list[Reservation]]:
    """What each morning's file holds."""
    folder = tmp_path_factory.mktemp("year")
    year = demo.write_year(folder, today=TODAY, rooms=12, days=DAYS)
    return [list(delivery.stays) for delivery in year.days]


def judge(before: list[Reservation], file: list[Reservation], day: date) -> tuple[int, int, bool]:
    """How many coming stays are missing, of how many, and whether that is a cut."""
    coming = {
        stay.number for stay in before if stay.status not in FINAL and stay.departure_on >= day
    }
    gone = coming - {stay.number for stay in file}
    end = [stay.number in gone for stay in before if stay.number in coming]
    return len(gone), len(coming), rules.is_cut(end, len(gone), len(coming))


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("cancelled", [True, False], ids=["all", "without cancelled"])
def test_cuts_are_held_and_whole_files_are_not(
    days: list[list[Reservation]], order: str, *, cancelled: bool
) -> None:
    rng, cuts, held = Random(1), 0, 0
    mornings = [
        sorted((s for s in day if cancelled or s.status != Status.CANCELLED), key=ORDERS[order])
        for day in days
    ]
    for back, (before, whole) in enumerate(pairwise(mornings)):
        day = TODAY - timedelta(days=len(mornings) - 2 - back)
        assert not judge(before, whole, day)[2]
        missing, of, is_cut = judge(before, whole[: len(whole) - rng.randrange(3, 24)], day)
        if rules.CUT_MIN <= missing <= rules.allowance(of):
            cuts, held = cuts + 1, held + is_cut
    assert cuts > DAYS / 2
    assert held >= 0.8 * cuts
