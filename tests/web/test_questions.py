"""A page asks the database a fixed number of questions, however long its lists are."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import make
from tests.guests.test_golden import guest_of
from tests.web import house
from tests.web.house import House

PAGES: dict[str, Callable[[House], str]] = {
    "today": lambda _: "/today/",
    "stays": lambda _: "/stays/",
    "stay": lambda h: f"/stays/{h.stay('30117')}/",
    "guests": lambda _: "/guests/",
    "flows": lambda _: "/guests/flows/",
    "reach": lambda _: "/guests/reachability/",
    "guest": lambda h: f"/guests/{h.guest('G2')}/",
    "card": lambda h: f"/guests/{guest_of(h.guest('G2')).public_id}/",
    "profiles": lambda h: f"/guests/{guest_of(h.guest('G2')).public_id}/profiles/",
    "search": lambda _: "/search/?q=olabarria",
    "connections": lambda _: "/connections/",
    "connection": lambda _: "/connections/bio-files/",
    "members": lambda _: "/members/",
    "audit": lambda _: "/audit/",
}
# Session, member, roles and the frame take a dozen and a half; a stay with its plan and its cases
# asks most.
QUESTIONS_MAX = 56


def questions(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


@pytest.mark.parametrize("name", PAGES)
def test_longer_lists_ask_no_more(name: str, hotel_house: House) -> None:
    client = hotel_house.client("administrator", everywhere=True)
    address = PAGES[name](hotel_house)
    client.get(address)
    before = questions(client, address)
    more = [
        make.reservation(number=str(n), arrival_on=house.TODAY, guests=[house.guest(profile="G2")])
        for n in range(60_000, 60_030)
    ]
    house.take(hotel_house.link, *more)
    people = [
        make.profile(source_id=f"P{n}", first_name="Ane", last_name="Olabarria") for n in range(30)
    ]
    house.take(hotel_house.link, *people)
    assert questions(client, address) <= before
    assert before <= QUESTIONS_MAX
