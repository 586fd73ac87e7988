"""With the programme switched off no page speaks of points; check-outs go on."""

from __future__ import annotations

import re
from html import unescape

import pytest

from staytrue.guests.accounts import configuring
from staytrue.guests.models import Account
from staytrue.hotel import scope
from staytrue.loyalty import modules
from staytrue.loyalty.models import PointsEntry
from staytrue.staff import audit, guard
from staytrue.staff.actions import set_language
from tests.loyalty import scene
from tests.make import NOON
from tests.staff import matrix, people
from tests.web.house import House, signed_in
from tests.web.test_routes import POSTS, address

SPOKEN = re.compile(r"\b(points|puntos)\b|/loyalty/", re.IGNORECASE)
# Of how much a profile lacks, on a page of its own.
OTHER_POINTS = "/guests/completeness/"
LANGUAGES = ("en", "fr", "es")


def pages(at: House, language: str) -> list[str]:
    """Every page of staff; in further languages those where the programme would stand."""
    routes = [
        route for route in matrix.routes("staytrue.web.urls")
        if route.right not in (guard.OPEN, None) and route.name not in POSTS
    ]  # fmt: skip
    ours = ("check_out", "guest_account", "role", "more", "help")
    if language != "en":
        routes = [route for route in routes if route.name.startswith(ours)]
    found = [address(route, at) for route in routes]
    found += ["/check-outs/list/?outcome=added", "/check-outs/run/?from=2026-05-01&to=2026-05-07"]
    found += [f"/help/{name}/" for name in ("account", "check_outs", "check_out_settings")]
    return [each for each in found if each != OTHER_POINTS]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_mentions_a_programme_that_is_off(hotel_house: House, language: str) -> None:
    member = people.member("administrator")
    with audit.acting("tests", NOON):
        set_language(member, language)
    client = signed_in(member)
    with scope.everything():
        assert not modules.is_on()
    spoken = {}
    for where in pages(hotel_house, language):
        answer = client.get(where)
        told = unescape(answer.content.decode())
        if answer.status_code == 200 and (found := SPOKEN.search(told)):
            spoken[where] = told[max(0, found.start() - 60) : found.end() + 40]
    assert spoken == {}


def test_check_outs_still_open_accounts(hotel_house: House) -> None:
    with scope.everything():
        configuring.set_for(people.access("administrator"), hotel_house.sirga, {}, NOON)
    scene.left(hotel_house, "N1")
    with scope.everything():
        assert Account.objects.count() == 1
        assert not PointsEntry.objects.exists()
