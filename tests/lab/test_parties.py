"""Generated families and crews travel as people do: together, apart, and never in two places."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta

import pytest

from staytrue.guests.matching.presence import Stay
from staytrue.hotel.codes import GuestRole, Status
from staytrue.lab.doubles import TRUTH, Row
from staytrue.lab.parties import Habits, Parties

Made = tuple[list[Row], list[Stay]]


@pytest.fixture(scope="module")
def made() -> Made:
    return Parties(5).made(3000)


def test_one_seed_makes_one_crowd(made: Made) -> None:
    assert Parties(5).made(3000) == made
    assert Parties(6).made(3000) != made


def test_every_profile_was_made_for_a_booking(made: Made) -> None:
    rows, stays = made
    assert {row["id"] for row in rows} == {stay.profile for stay in stays}
    assert 3000 <= len(rows) < 3100


def test_guests_of_a_booking_are_different_people_but_for_the_desks_mistakes(made: Made) -> None:
    rows, stays = made
    person_of = {row["id"]: row[TRUTH] for row in rows}
    guests = defaultdict(list)
    for stay in stays:
        if stay.role != GuestRole.BOOKER:
            guests[stay.reservation].append(person_of[stay.profile])
    twice = [party for party in guests.values() if len(set(party)) < len(party)]
    several = [party for party in guests.values() if len(party) > 1]
    assert 0 < len(twice) < 0.03 * len(several)


def test_nobody_is_in_two_cities_on_one_night_but_for_bookings_that_were_not_shortened() -> None:
    rows, stays = Parties(5, habits=Habits(left_early=0)).made(2000)
    person_of = {row["id"]: row[TRUTH] for row in rows}
    nights: dict[tuple[str, date], set[str]] = defaultdict(set)
    for stay in stays:
        if stay.status in (Status.IN_HOUSE, Status.CHECKED_OUT) and stay.role != GuestRole.BOOKER:
            for day in range((stay.departure_on - stay.arrival_on).days):
                night = person_of[stay.profile], stay.arrival_on + timedelta(days=day)
                nights[night].add(stay.city)
    assert all(len(cities) == 1 for cities in nights.values())
