"""The page of sending: armed or not, by whom and how far; its stop stands on every page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from django.utils.html import escape

from staytrue.hotel import scope
from staytrue.kit import clock
from staytrue.messages import arming, outlets
from staytrue.messages.arming import Disarmed
from staytrue.messages.domains import findings
from staytrue.messages.models import Lease, Outlet
from staytrue.web import outlet_form, sending_words
from tests import make
from tests.make import NOON
from tests.messages import ways
from tests.staff import people
from tests.web.house import signed_in

pytestmark = pytest.mark.django_db

STOP = 'action="/sending/stop/"'
MAIL = {
    "hotel": "BIO", "way": "email:smtp", "sender_address": "stay@sirga.example",
    "host": "127.0.0.1", "port": "2525", "security": "none",
}  # fmt: skip


@pytest.fixture(autouse=True)
def home(tmp_path: Path) -> Iterator[Path]:
    """A home of the test's own, at noon."""
    with ways.home(tmp_path / "home") as place, clock.use(lambda: NOON):
        yield place


@pytest.fixture
def manager() -> Client:
    """The general manager of Hotel Sirga."""
    return signed_in(people.member("general_manager", at=make.hotel()))


def outlet() -> Outlet:
    """The hotel's one way out."""
    with scope.everything():
        return Outlet.objects.get()


def read(client: Client, path: str = "/sending/") -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_fresh_house_says_that_nothing_leaves(manager: Client) -> None:
    told = read(manager)
    assert "Nobody has armed this machine yet" in told
    assert STOP not in told


def test_set_up_armed_and_stopped_from_any_page(manager: Client) -> None:
    assert manager.post("/sending/new/", MAIL).status_code == 302
    where = f"/sending/{outlet().pk}/"
    assert "Not armed" in read(manager)
    manager.post(where, {"act": "arm", "limit": "20", "allowed": "claire@fontanel.example"})
    told = read(manager)
    assert "20 of 20 may still leave" in told
    assert "claire@fontanel.example" in told
    assert outlet().first_day_limit == 20
    assert STOP in read(manager, "/me/")
    manager.post("/sending/stop/")
    assert outlet().armed_at is None
    assert STOP not in read(manager, "/me/")


def test_who_answers_for_all_hotels_stops_the_machine() -> None:
    house = make.hotel()
    ways.armed(house)
    chief = signed_in(people.member("administrator"))
    chief.post("/sending/stop/")
    assert Lease.objects.get().stopped_at == NOON
    with scope.everything():
        assert arming.state(NOON) == Disarmed("stopped")


def test_who_answers_for_one_hotel_stops_that_one(manager: Client) -> None:
    ways.armed(make.hotel("MAD"))
    manager.post("/sending/stop/")
    assert outlet().armed_at == NOON


def test_the_desk_has_neither_page_nor_button() -> None:
    house = make.hotel()
    ways.armed(house)
    desk = signed_in(people.member("front_desk", at=house))
    assert desk.get("/sending/").status_code == 403
    assert desk.post("/sending/stop/").status_code == 403
    assert STOP not in read(desk, "/me/")


def test_another_hotels_outlet_does_not_exist(manager: Client) -> None:
    ways.outlet(make.hotel("MAD"))
    assert manager.post(f"/sending/{outlet().pk}/", {"act": "arm", "limit": "5"}).status_code == 404
    assert "MAD" not in read(manager)
    assert manager.post("/sending/new/", MAIL | {"hotel": "MAD"}).status_code == 404
    assert outlet().settings["port"] == 25


def test_what_cannot_be_armed_says_why(manager: Client) -> None:
    manager.post("/sending/new/", MAIL)
    answer = manager.post(
        f"/sending/{outlet().pk}/", {"act": "arm", "limit": "5", "allowed": "nobody"}, follow=True
    )
    assert "neither an address" in answer.content.decode()
    assert outlet().armed_at is None


def test_a_password_is_never_shown(manager: Client) -> None:
    manager.post("/sending/new/", MAIL | {"password": "streng-geheim"})
    assert "streng-geheim" not in read(manager)
    assert "password" in outlet().sealed


def test_every_finding_has_its_advice_and_every_refusal_its_sentence() -> None:
    codes = {
        "spf_good", "spf_missing", "spf_several", "spf_everybody", "spf_too_many", "spf_open_end",
        "dkim_good", "dkim_missing", "dkim_not_found", "dkim_revoked", "dmarc_good",
        "dmarc_watching", "dmarc_missing", "dmarc_several", "dmarc_broken",
    }  # fmt: skip
    assert set(sending_words.ADVICE) == codes
    assert {each.code for each in findings("sirga.example", lambda _: [])} <= codes
    assert {"no_outlet", "journal_missing"} <= set(sending_words.REFUSALS)
    assert outlets.RESTORED == "restored"


def test_the_domain_is_looked_at_on_request(
    manager: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    manager.post("/sending/new/", MAIL)
    monkeypatch.setattr("staytrue.kit.name_records.texts", lambda _: [])
    told = manager.post(f"/sending/{outlet().pk}/", {"act": "domain"}).content.decode()
    assert "sirga.example" in told
    assert "There is no DMARC record" in told


@pytest.mark.parametrize("way", [way for way, _name in outlet_form.ways()])
def test_each_way_asks_for_its_own_fields_and_no_other(manager: Client, way: str) -> None:
    told = read(manager, f"/sending/new/?hotel=BIO&way={way}")
    form = told[told.index('action="/sending/new/"') :].partition("</form>")[0]
    asked = set(re.findall(r'name="(\w+)"', form))

    assert asked - {"csrfmiddlewaretoken", "hotel", "way"} == {
        *outlet_form.fields_of(*way.split(":"))
    }
    _channel, _colon, carrier = way.partition(":")
    assert escape(sending_words.set_up(carrier)) in told


def test_a_provider_is_set_up_with_its_key_which_nobody_sees_again(manager: Client) -> None:
    given = {"hotel": "BIO", "way": "email:postmark", "sender_address": "stay@sirga.example",
             "server_token": "key-of-the-server"}  # fmt: skip
    assert manager.post("/sending/new/", given).status_code == 302

    assert (outlet().carrier, list(outlet().sealed)) == ("postmark", ["server_token"])
    assert "key-of-the-server" not in read(manager)


def test_what_a_way_needs_is_asked_for_beside_its_field(manager: Client) -> None:
    answer = manager.post("/sending/new/", {"hotel": "BIO", "way": "sms:gateway"})

    assert answer.status_code == 200
    assert 'id="id_address_error"' in answer.content.decode()
    with scope.everything():
        assert not Outlet.objects.exists()


def test_an_armed_way_out_warns_that_setting_up_disarms_it(manager: Client) -> None:
    manager.post("/sending/new/", MAIL)
    outlets.arm(outlet().property, "email", by="tests", now=NOON, limit=5)

    assert "Setting it up anew disarms it." in read(
        manager, "/sending/new/?hotel=BIO&way=email:smtp"
    )


def test_a_way_that_does_not_exist_does_not_exist(manager: Client) -> None:
    assert manager.get("/sending/new/?hotel=BIO&way=fax:smtp").status_code == 404
    assert manager.get("/sending/new/?hotel=MAD&way=email:smtp").status_code == 404
