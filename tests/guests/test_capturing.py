"""Arrivals that nobody can write to are marked and asked for; the rate is won of eligible."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from staytrue.consent import acts
from staytrue.consent.acts import About, Spoken
from staytrue.consent.models import ContactUse
from staytrue.consent.purposes import Channel, Origin
from staytrue.consent.ratchet import Cause
from staytrue.flow import jobs
from staytrue.forms import arriving
from staytrue.forms.arriving import Told
from staytrue.guests import capturing, correcting
from staytrue.hotel import scope
from staytrue.hotel.models import Property
from staytrue.hotel.records import Email
from staytrue.kit import clock
from staytrue.messages import guest_links
from staytrue.messages.guest_links import Opens
from staytrue.staff import audit
from staytrue.staff.models import Ask
from tests import make
from tests.forms import scene
from tests.forms.scene import Claire
from tests.make import NOON
from tests.messages import ways
from tests.messages.scene import ARRIVAL, MINUTE
from tests.staff import people
from tests.web.house import signed_in

pytestmark = pytest.mark.django_db
RELAY = "mj8841@guest.booking.com"
LATER = NOON + timedelta(hours=3)


@pytest.fixture(autouse=True)
def home(tmp_path: Path) -> Iterator[Path]:
    """A home of the test's own."""
    with ways.home(tmp_path / "home") as place:
        yield place


def rate(claire: Claire) -> tuple[int, int, int, int]:
    """Arrivals, eligible, won by the guest and by the house."""
    desk = people.access("front_desk", at=claire.house.hotel)
    with scope.everything():
        (found,) = capturing.rates(desk, ARRIVAL, ARRIVAL)
    return found.arrivals, found.eligible, found.by_guest, found.by_house


def unreached(claire: Claire) -> bool:
    with scope.everything():
        return bool(capturing.unreached([claire.house.stay().pk]))


def types(claire: Claire, address: str) -> None:
    """On her own page, hours after the booking."""
    path = claire.link(Opens.ARRIVAL)
    with scope.everything():
        link = guest_links.resolve(path.split("/")[2], Opens.ARRIVAL, LATER)
        assert link
        arriving.tell(link, Told(email=address), LATER)


def test_who_came_with_an_address_is_neither_marked_nor_eligible() -> None:
    claire = scene.build()
    assert not unreached(claire)
    assert rate(claire) == (1, 0, 0, 0)


def test_a_relay_is_none_and_her_own_page_wins_one() -> None:
    claire = scene.build(Email(RELAY, masked=True))
    first_of_all_relay(claire)
    assert unreached(claire)
    assert rate(claire) == (1, 1, 0, 0)
    types(claire, "claire@home.example")
    assert not unreached(claire)
    assert rate(claire) == (1, 1, 1, 0)


def first_of_all_relay(claire: Claire) -> None:
    """Her booking never had another address than the portal's."""
    with scope.everything():
        ContactUse.objects.filter(until_at__isnull=False).delete()


def test_a_link_in_a_text_message_wins_one_too() -> None:
    claire = scene.build(Email(RELAY, masked=True))
    first_of_all_relay(claire)
    with clock.use(lambda: LATER):
        path = claire.link(Opens.ARRIVAL, point=False, channel="sms")
        answer = scene.visitor().post(path, {"email": "claire@home.example"})
    assert answer.status_code == 303
    assert rate(claire) == (1, 1, 1, 0)


def test_what_the_desk_writes_on_the_card_wins_one() -> None:
    claire = scene.build(Email(RELAY, masked=True))
    first_of_all_relay(claire)
    desk = people.access("guest_relations", at=claire.house.hotel)
    with scope.everything():
        correcting.correct(desk, claire.profile, "emails", {"value": "claire@home.example"},
                           "told at the desk", LATER)  # fmt: skip
    assert rate(claire) == (1, 1, 0, 1)
    with scope.everything():
        correcting.lift(desk, claire.profile, "emails", "it was another guest's", LATER + MINUTE)
    assert rate(claire) == (1, 1, 0, 0)


def test_the_house_wins_one_in_the_pms() -> None:
    claire = scene.build(Email(RELAY, masked=True))
    first_of_all_relay(claire)
    claire.house.tells(make.profile(language="en", emails=[Email("claire@home.example")]), at=LATER)
    assert rate(claire) == (1, 1, 0, 1)


def test_a_dead_address_is_none() -> None:
    claire = scene.build()
    with scope.everything(), audit.acting("tests", NOON):
        acts.suppress([About(None, claire.point)], Channel.EMAIL, Cause.BOUNCE,
                      Spoken(Origin.CARRIER, "carrier"), NOON)  # fmt: skip
    assert unreached(claire)


def test_at_the_arrival_one_ask_stands_until_everybody_has_an_address() -> None:
    claire = scene.build(Email(RELAY, masked=True))
    with scope.everything(), audit.acting("tests", NOON):
        Property.objects.filter(pk=claire.house.hotel.pk).update(business_date=ARRIVAL)
    jobs.ask_for_addresses(LATER)
    with scope.everything():
        asked = Ask.objects.get(kind="missing_contact")
        assert (asked.facts, asked.closed_at) == ({"count": 1}, None)
    with clock.use(lambda: LATER):
        desk = signed_in(people.member("front_desk", at=claire.house.hotel))
        page = desk.get("/today/BIO/").content.decode()
        assert "Ask 1 guest for an e-mail address at his arrival" in page
        assert "No usable e-mail" in page
        types(claire, "claire@home.example")
        jobs.ask_for_addresses(LATER + MINUTE)
        page = desk.get("/today/BIO/").content.decode()
    assert "No usable e-mail" not in page
    with scope.everything():
        assert Ask.objects.get(kind="missing_contact").closed_why == "everybody_has_one"


def test_the_page_says_the_rate_and_what_it_is_made_of() -> None:
    claire = scene.build(Email(RELAY, masked=True))
    first_of_all_relay(claire)
    types(claire, "claire@home.example")
    with clock.use(lambda: LATER):
        desk = signed_in(people.member("front_desk", at=claire.house.hotel))
        page = desk.get(f"/guests/capture/?from={ARRIVAL}&to={ARRIVAL}").content.decode()
    assert "100" in page
    assert "1 of 1 guests who came without an address can be written to now." in page
