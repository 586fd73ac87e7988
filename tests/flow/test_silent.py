"""What a PMS changes without a word is found by reading near stays and their guests again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from staytrue.flow import living
from staytrue.hotel import scope
from staytrue.mirror import capability
from staytrue.mirror.models import Profile
from tests.flow.test_auditing import DAY, START, Place, place

pytestmark = pytest.mark.django_db


def turns(house: Place, hours: int) -> None:
    """The line follows the PMS for so many hours."""
    for _ in range(hours):
        house.clock.instant += timedelta(hours=1)
        living.turn(house.link, house.clock, house.http)


def silent(house: Place) -> dict[str, int]:
    """Field → how often the sheet says that it changed silently."""
    with scope.everything():
        sheet = capability.sheet(house.link, house.clock().date(), {})
    return {each.field: each.silent for each in sheet if each.silent}


def test_an_email_that_the_pms_never_announces_is_caught_by_reading_again() -> None:
    house = place(rooms=8, days_back=10, days_ahead=20)
    turns(house, 2)
    assert silent(house) == {}
    first, last = START.date() + DAY, START.date() + 5 * DAY
    stay = next(
        stay
        for stay in house.pms.truth.reservations.values()
        if first <= stay.arrival_on <= last and stay.status == "confirmed"
    )
    guest = stay.guests[0].profile
    house.change("Customers", guest, Email="moved@mail.example", HasOtaEmail=False)
    turns(house, 12)
    with scope.everything():
        row = Profile.objects.get(connection=house.link, source_id=guest)
    assert [mail["address"] for mail in row.emails] == ["moved@mail.example"]
    assert silent(house) == {"emails": 1}
