"""SQL in whatever an address may say stays a word that nobody knows (attack test 42)."""

from __future__ import annotations

import pytest

from staytrue.hotel import scope
from staytrue.mirror.models import Reservation
from tests.web.house import House

EVIL = (
    "last_name); DROP TABLE reservation; --",
    "x' OR '1'='1",
    "1 UNION SELECT settings FROM connection",
    "%') OR true --",
)
PLACES = {
    "/guests/": ("name", "hotel", "field", "text", "lacks", "scored", "custom", "after", "sort"),
    "/stays/": ("hotel", "status", "from", "to", "after", "before", "sort", "order_by"),
    "/search/": ("q",),
    "/today/": ("list", "sort"),
    "/audit/": ("about", "before"),
    "/completeness/": ("hotel",),
}


@pytest.mark.parametrize("evil", EVIL)
@pytest.mark.parametrize("address", PLACES)
def test_sql_in_an_address_is_a_word_that_nobody_knows(
    address: str, evil: str, hotel_house: House
) -> None:
    client = hotel_house.client("administrator", "general_manager")
    with scope.everything():
        before = Reservation.objects.count()
    for name in PLACES[address]:
        # A field is only looked at together with a text.
        said = {"text": "x", name: evil} if name == "field" else {name: evil}
        assert client.get(address, said).status_code in {200, 404}, name
    with scope.everything():
        assert Reservation.objects.count() == before > 0
