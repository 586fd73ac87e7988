"""Shared machines: a PIN counts there only, after a whole sign-in, and each act has its member."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from staytrue.hotel import scope
from staytrue.hotel.models import Property
from staytrue.kit import clock
from staytrue.kit.errors import Forbidden, Refused
from staytrue.staff import audit, sharing
from staytrue.staff.access import access_of, house_access
from staytrue.staff.models import AuditEntry, Member
from tests.staff import people
from tests.web import house

pytestmark = pytest.mark.django_db
PIN = "402917"


@pytest.fixture(autouse=True)
def _at_a_fixed_instant(settings: Any) -> Iterator[None]:
    # What is kept of passwords and PINs is slow to compute on purpose.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    cache.clear()
    with clock.use(lambda: house.NOW):
        yield
    cache.clear()


@pytest.fixture
def hotel() -> Property:
    return people.property_("HERE")


@pytest.fixture
def desk(hotel: Property) -> Client:
    """A computer at the desk that several members use."""
    with scope.everything(), audit.acting("tests", house.NOW):
        _machine, token = sharing.share(house_access("tests"), hotel, "Desk, left", house.NOW)
    return computer(token)


def computer(token: str) -> Client:
    client = Client()
    client.cookies[sharing.COOKIE] = token
    return client


def person(hotel: Property, pin: str = PIN) -> Member:
    made = people.member("front_desk", at=hotel, password=people.PASSWORD)
    with audit.acting("tests", house.NOW):
        sharing.set_pin(made, pin)
    return made


def sign_in(client: Client, member: Member) -> None:
    client.post("/accounts/login/", {"login": member.email, "password": people.PASSWORD})
    client.get("/me/")


def come_back(client: Client, member: Member, pin: str = PIN) -> bool:
    client.post("/lock/", {"member": member.pk, "pin": pin})
    return is_in(client, member)


def is_in(client: Client, member: Member) -> bool:
    answer = client.get("/me/")
    return answer.status_code == 200 and member.email in answer.content.decode()


def test_whoever_signed_in_whole_comes_back_by_his_pin(desk: Client, hotel: Property) -> None:
    iker = person(hotel)
    sign_in(desk, iker)
    assert desk.post("/lock/now/")["Location"] == "/lock/"
    assert not is_in(desk, iker)
    assert iker.name in desk.get("/lock/").content.decode()
    assert come_back(desk, iker)


def test_a_pin_opens_nothing_on_another_computer_or_before_the_whole_sign_in(
    desk: Client, hotel: Property
) -> None:
    iker, nekane = person(hotel), person(hotel)
    sign_in(desk, iker)
    assert not come_back(Client(), iker)
    assert not come_back(computer("guessed"), iker)
    desk.post("/lock/now/")
    assert not come_back(desk, nekane)


def test_each_act_has_the_member_who_did_it(desk: Client, hotel: Property) -> None:
    iker, nekane = person(hotel), person(hotel)
    for member in (iker, nekane):
        sign_in(desk, member)
        desk.post("/lock/now/")
    before = desk.cookies["sessionid"].value
    assert come_back(desk, iker)
    desk.post("/me/sessions/")
    assert desk.cookies["sessionid"].value != before
    assert come_back(desk, nekane)
    desk.post("/me/sessions/")
    with scope.everything():
        acts = AuditEntry.objects.filter(action="sessions_ended").order_by("pk")
        assert [act.actor for act in acts] == [f"member:{iker.pk}", f"member:{nekane.pk}"]


def test_five_wrong_pins_end_it_and_then_the_right_one_too(desk: Client, hotel: Property) -> None:
    iker = person(hotel)
    sign_in(desk, iker)
    desk.post("/lock/now/")
    for _ in range(sharing.WRONG_MAX):
        assert not come_back(desk, iker, "111222")
    assert not come_back(desk, iker)
    sign_in(desk, iker)
    desk.post("/lock/now/")
    assert come_back(desk, iker)


def test_it_locks_by_itself_soon_and_leads_to_the_lock(desk: Client, hotel: Property) -> None:
    iker = person(hotel)
    sign_in(desk, iker)
    with clock.use(lambda: house.NOW + timedelta(minutes=3)):
        assert is_in(desk, iker)
    with clock.use(lambda: house.NOW + timedelta(minutes=6, seconds=1)):
        assert desk.get("/me/")["Location"] == "/lock/?next=/me/"


def test_the_day_is_over_after_twelve_hours(desk: Client, hotel: Property) -> None:
    iker = person(hotel)
    sign_in(desk, iker)
    desk.post("/lock/now/")
    with clock.use(lambda: house.NOW + timedelta(hours=12, seconds=1)):
        assert not come_back(desk, iker)


def test_a_pin_is_no_proof_for_an_act_of_weight(desk: Client, hotel: Property) -> None:
    iker = person(hotel)
    sign_in(desk, iker)
    desk.post("/lock/now/")
    come_back(desk, iker)
    answer = desk.post("/me/pin/", {"pin": "550817"})
    assert answer["Location"].startswith("/accounts/reauthenticate/")
    desk.post(answer["Location"], {"password": people.PASSWORD})
    assert desk.post("/me/pin/", {"pin": "550817"})["Location"] == "/me/"


def test_a_computer_that_is_no_longer_shared_opens_by_no_pin(desk: Client, hotel: Property) -> None:
    iker = person(hotel)
    sign_in(desk, iker)
    desk.post("/lock/now/")
    with scope.everything(), audit.acting("tests", house.NOW):
        machine = sharing.machine_at_token(desk.cookies[sharing.COOKIE].value)
        assert machine is not None
        sharing.stop_sharing(house_access("tests"), machine.pk, house.NOW)
    assert not come_back(desk, iker)


def test_signing_out_elsewhere_ends_every_other_session_and_pin(
    desk: Client, hotel: Property
) -> None:
    iker, here = person(hotel), Client(headers={"User-Agent": "Mozilla Firefox/142.0 Windows"})
    sign_in(desk, iker)
    sign_in(here, iker)
    page = here.get("/me/").content.decode()
    assert "Firefox, Windows" in page
    assert "Desk, left" in page
    here.post("/me/sessions/")
    assert (is_in(here, iker), is_in(desk, iker)) == (True, False)
    assert not come_back(desk, iker)


@pytest.mark.parametrize(
    "pin", ["12345", "abcdef", "١٢٣٤٥٦", "111111", "123456", "246246", "121212"]
)
def test_a_pin_that_is_short_or_guessed_first_is_refused(pin: str, hotel: Property) -> None:
    with pytest.raises(Refused):
        person(hotel, pin)


def test_only_whoever_manages_staff_there_shares_a_computer(hotel: Property) -> None:
    member = people.member("general_manager", at=hotel)
    with pytest.raises(Forbidden):
        sharing.share(access_of(member), hotel, "Desk", house.NOW)
