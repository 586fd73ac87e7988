"""What a delivery is concluded from is read anew: nothing is remembered between two of them."""

from __future__ import annotations

import pytest

from staytrue.flow import conclude
from staytrue.hotel import scope
from staytrue.mirror import canonical
from staytrue.staff import audit
from tests import make

pytestmark = pytest.mark.django_db


def test_a_hotel_s_corrected_time_zone_counts_from_the_next_look() -> None:
    house = make.hotel("LON", timezone="Europe/Paris")
    with scope.everything():
        assert conclude.house_of(house.id) == canonical.House("LON", "Europe/Paris")
        with audit.acting("tests", make.NOON, "a test"):
            house.timezone = "Europe/London"
            house.save()
        assert conclude.house_of(house.id) == canonical.House("LON", "Europe/London")
