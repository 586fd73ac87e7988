"""The report of reachability adds up, and is of one's own hotels (H04)."""

from __future__ import annotations

import re

from staytrue.consent import actions as consent
from staytrue.hotel import scope
from staytrue.mirror.models import Profile
from tests import make
from tests.web.house import House


def lines(hotel_house: House, *roles: str, query: str = "", everywhere: bool = False) -> list[int]:
    """The numbers of the lines, and what they come to."""
    with scope.everything():
        ids = list(Profile.objects.values_list("pk", flat=True))
        consent.learn_roles(consent.keep_contacts(ids, make.NOON), make.NOON)
    client = hotel_house.client(*roles, everywhere=everywhere)
    answer = client.get(f"/guests/reachability/{query}")
    assert answer.status_code == 200
    page = " ".join(answer.content.decode().split())
    counts = [int(text) for text in re.findall(r'class="num ce"[^>]*>(\d+)<', page)]
    (together,) = re.findall(r"Together (\d+) guests", page)
    return [*counts, int(together)]


def test_the_lines_add_up_to_the_guests_of_the_list(hotel_house: House) -> None:
    # Reachable, only a relay, no e-mail.
    assert lines(hotel_house, "marketing", everywhere=True) == [2, 1, 2, 5]


def test_a_hotel_is_counted_alone(hotel_house: House) -> None:
    assert lines(hotel_house, "marketing", everywhere=True, query="?hotel=LYO") == [1, 1]
    assert lines(hotel_house, "general_manager") == [1, 1, 2, 4]


def test_another_hotel_and_a_role_without_contacts_get_no_report(hotel_house: House) -> None:
    client = hotel_house.client("general_manager")
    assert client.get("/guests/reachability/?hotel=LYO").status_code == 404
    assert hotel_house.client("department").get("/guests/reachability/").status_code in {403, 404}
