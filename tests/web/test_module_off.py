"""With the programme switched off no page speaks of points; check-outs go on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import unescape

import pytest

from staytrue.flow import checking_out
from staytrue.guests import links
from staytrue.guests.accounts import configuring
from staytrue.guests.accounts.runs import Days
from staytrue.guests.models import Account, CheckOutRun, Guest
from staytrue.hotel import scope
from staytrue.journeys import actions as journeys
from staytrue.loyalty import modules
from staytrue.loyalty.models import PointsEntry
from staytrue.mirror.models import Profile
from staytrue.staff import audit, guard
from staytrue.staff.actions import set_language
from staytrue.web import help_pages
from tests.loyalty import scene
from tests.loyalty.scene import MAY_1
from tests.make import NOON
from tests.staff import matrix, people
from tests.web.house import House, signed_in

SPOKEN = re.compile(r"\b(points|puntos)\b|/loyalty/", re.IGNORECASE)
# Of how much a profile lacks, on a page of its own.
OTHER_POINTS = "/guests/completeness/"
OURS = ("check_out", "guest_account", "role", "more", "help", "journey_step")
"""Where it would stand."""
PART = re.compile(r"<(\w+):(\w+)>")
WORDS = {"name": "bio-files", "code": "BIO", "kind": "pre_stay", "channel": "email"}


def things(at: House) -> dict[str, object]:
    """A member of the list who left, the run that entered him, and a journey: by how addresses begin."""
    with scope.everything():
        configuring.set_for(people.access("administrator"), at.sirga, {}, NOON)
        journeys.install_standard("tests", NOON)
    (stay,) = scene.left(at, "N1", day=MAY_1)
    days = Days(MAY_1, MAY_1, (at.sirga.pk,))
    run = checking_out.run(people.access("administrator"), days, NOON)
    with scope.everything():
        profile = Profile.objects.get(source_id="N1").pk
        guest = Guest.objects.get(pk=links.guests_of([profile])[profile]).public_id
    return {
        "stays/": stay, "guests/<int": profile, "profiles/": profile, "guests/<uuid": guest,
        "check-outs/runs/": run.pk, "journeys/": "stay", "roles/": "front_desk",
        "members/": people.member("front_desk").pk,
    }  # fmt: skip


def address(pattern: str, known: Mapping[str, object]) -> str:
    """An address of this pattern, for these things where they are such; else for what is nowhere."""

    def word(part: re.Match[str]) -> str:
        fits = [value for begin, value in known.items() if pattern.startswith(begin)]
        if fits and part.start() == pattern.index("<"):
            return str(fits[0])
        if part[1] == "uuid":
            return "01900000-0000-7000-8000-000000000001"
        is_step = pattern.startswith("journeys/") and part[2] == "name"
        return "pre_stay" if is_step else WORDS.get(part[2], "1")

    return "/" + PART.sub(word, pattern)


def pages(at: House, names: str | tuple[str, ...]) -> Iterator[str]:
    """Every page of staff whose name begins so, those that are told more, and every page of help."""
    known = things(at)
    routes = matrix.routes("staytrue.web.urls")
    # Its own last: the audit names what somebody looked for.
    for route in sorted(routes, key=lambda each: each.pattern.startswith("loyalty/")):
        if route.right not in (guard.OPEN, None) and route.name.startswith(names):
            yield address(route.pattern, known)
    yield "/check-outs/list/?outcome=added"
    yield f"/check-outs/run/?from={MAY_1}&to={MAY_1}"
    yield from (f"/help/{name}/" for name in help_pages.SCREENS)


@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("en", ""), ("fr", OURS), ("es", OURS),
        pytest.param("fr", "", marks=pytest.mark.proof),
        pytest.param("es", "", marks=pytest.mark.proof),
    ],
)  # fmt: skip
def test_no_page_mentions_a_programme_that_is_off(
    hotel_house: House, language: str, names: str | tuple[str, ...]
) -> None:
    member = people.member("administrator")
    with audit.acting("tests", NOON):
        set_language(member, language)
    client = signed_in(member)
    with scope.everything():
        assert not modules.is_on()
    spoken, read = {}, set()
    for where in pages(hotel_house, names):
        answer = client.get(where)
        told = unescape(answer.content.decode())
        if answer.status_code == 200:
            read.add(where)
            if where != OTHER_POINTS and (found := SPOKEN.search(told)):
                spoken[where] = told[max(0, found.start() - 60) : found.end() + 40]
    assert spoken == {}
    assert len(read) > (30 if names else 90)
    assert "/journeys/stay/steps/pre_stay/" in read
    with scope.everything():
        assert f"/check-outs/runs/{CheckOutRun.objects.get().pk}/" in read


def test_check_outs_still_open_accounts(hotel_house: House) -> None:
    with scope.everything():
        configuring.set_for(people.access("administrator"), hotel_house.sirga, {}, NOON)
    scene.left(hotel_house, "N1")
    with scope.everything():
        assert Account.objects.count() == 1
        assert not PointsEntry.objects.exists()
