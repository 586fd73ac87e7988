"""The group of four as fixture: the three that live, in virtual time, on the real line."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from staytrue.hotel import scope
from staytrue.inbox.models import ParkedPart
from staytrue.lab import group
from staytrue.lab.house import rooms_of
from staytrue.lab.pms.sql_views.housing import Housing
from staytrue.lab.rigs.group import Group
from staytrue.lab.rigs.houses import Clock
from tests import make
from tests.databases import COPY

TODAY = date(2026, 5, 21)
START = datetime(2026, 5, 21, 9, tzinfo=UTC)
FEW = tuple(replace(one, house=replace(one.house, rooms=rooms_of(6))) for one in group.LIVING)


def facts(hotel: group.Hotel) -> dict[str, Any]:
    house = hotel.house
    return {"name": house.name, "timezone": house.zone.key, "country": house.country,
            "currency": house.currency, "city": hotel.city}  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_four_hours_of_each_hotel_end_in_its_truth() -> None:
    clock = Clock(START)
    rig = Group(clock)
    housing = Housing(f"{COPY}_pension", f"pension_{os.getpid()}", "invented")
    with group.standing(clock, TODAY, housing, FEW) as standing:
        members = [
            rig.add(one.pms, make.hotel(one.hotel.house.code, **facts(one.hotel)))
            for one in standing
        ]
        for _ in rig.run(timedelta(hours=4), timedelta(minutes=20)):
            pass
        rig.be_still()
        assert not [line for member in members for line in rig.differences(member)]
    with scope.everything():
        assert not ParkedPart.objects.exists()


def test_a_group_called_again_days_later_has_the_same_past() -> None:
    hotel, later = FEW[0], START + timedelta(days=3)
    first, again = (group.world_of(hotel, TODAY, now) for now in (START, later))
    assert list(first.bookings_at(later)) == list(again.bookings_at(later))


def test_every_quarter_of_an_hour_something_is_written_down() -> None:
    for hotel in FEW:
        world = group.world_of(hotel, TODAY, START)
        changes = {at for life in world.bookings.values() for at, _, _ in life.versions}
        for quarter in range(4 * 24):
            begin = START + quarter * timedelta(minutes=15)
            assert any(begin <= at < begin + timedelta(minutes=15) for at in changes)


def test_only_travellers_are_guests_of_several_hotels() -> None:
    pool = {person.id for household in group.travellers(TODAY) for person in household}
    worlds = [group.world_of(hotel, TODAY, START) for hotel in FEW]
    seen = [set(world.people) for world in worlds]
    shared = (seen[0] & seen[1]) | (seen[0] & seen[2]) | (seen[1] & seen[2])
    assert shared
    assert shared <= pool
    # Nobody else has an address or number of somebody at another hotel.
    contacts = [
        {contact for one in world.people.values() if one.id not in pool
         for contact in (one.email, one.mobile, one.landline) if contact}
        for world in worlds
    ]  # fmt: skip
    assert not (contacts[0] & contacts[1]) | (contacts[0] & contacts[2])
    assert not contacts[1] & contacts[2]
