"""Other hotels' stays are a number and a year, and only for whom the right allows it."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection

from staytrue.guests.elsewhere import Elsewhere, elsewhere
from staytrue.guests.models import Guest
from staytrue.hotel import scope
from staytrue.hotel.codes import Status
from tests import make
from tests.guests.test_golden import guest_of, two_hotels
from tests.make import NOON
from tests.staff import people
from tests.web import house
from tests.web.house import House

__all__ = ["two_hotels"]
pytestmark = pytest.mark.django_db


def at_both(at: House) -> Guest:
    """Claire, who stayed twice in Lyon, and once was to come."""
    house.take(at.link, make.profile(), made_at=NOON)
    house.take(at.other_link, make.profile(source_id="L1"), made_at=NOON)
    stays = [
        make.reservation(
            number=f"L{n}", property="LYO", status=status, arrival_on=date(2024 + n, 3, 1),
            guests=[house.guest(profile="L1")],
        )
        for n, status in enumerate((Status.CHECKED_OUT, Status.CHECKED_OUT, Status.CANCELLED))
    ]  # fmt: skip
    house.take(at.other_link, *stays, made_at=NOON)
    return guest_of(at.guest("G1"), at.guest("L1"))


def test_a_member_of_one_hotel_is_told_how_many_stays_and_when_last(two_hotels: House) -> None:
    guest = at_both(two_hotels)
    desk = people.access("front_desk", at=two_hotels.sirga)
    with scope.properties(desk.property_ids):
        assert elsewhere(desk, guest.pk, [two_hotels.sirga.pk]) == Elsewhere(2, 1, 2025)
        everywhere = [two_hotels.sirga.pk, two_hotels.other.pk]
        assert elsewhere(desk, guest.pk, everywhere) is None


def test_without_the_right_or_the_guest_nothing_is_told(two_hotels: House) -> None:
    guest = at_both(two_hotels)
    third = make.hotel("GET", name="Getaria Etxea")
    marketing = people.access("marketing", at=two_hotels.sirga)
    stranger = people.access("front_desk", at=third)
    with scope.properties(marketing.property_ids):
        assert elsewhere(marketing, guest.pk, [two_hotels.sirga.pk]) is None
    with scope.properties(stranger.property_ids):
        assert elsewhere(stranger, guest.pk, []) is None
        # Even asked directly, the function tells nothing of a guest out of sight.
        with connection.cursor() as cursor:
            cursor.execute("SELECT stays FROM stays_elsewhere(%s, '{}')", [guest.pk])
            assert cursor.fetchone()[0] == 0
