"""The pages of texts: from the list to live, what is wrong by name, how it reads on a real stay."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from staytrue.hotel import scope
from staytrue.messages.kinds import Kind
from staytrue.messages.models import TemplateVersion
from staytrue.messages.writing import letterheads, live
from staytrue.messages.writing.live import Wish
from staytrue.staff.access import house_access
from tests.web import house as houses
from tests.web.house import House

pytestmark = pytest.mark.django_db
URL = "/texts/pre_stay/email/?hotel=BIO&in=en"
HEAD = {"legal_line": "Hotel Sirga SL, Bilbao", "domains": ["sirga.example"], "colour": "#162a22"}
WORDS = {"subject": "See you {{ stay.arrival }}", "preview": "", "body": "{{ guest.greeting }}!"}


@pytest.fixture
def house() -> House:
    made = houses.build()
    with scope.everything():
        for hotel in (made.sirga, made.other):
            letterheads.set_letterhead(house_access("tests"), hotel, HEAD, houses.NOW)
    return made


def _body(client: Client, url: str, **data: str) -> str:
    answer = client.post(url, data) if data else client.get(url)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def test_the_list_tells_which_texts_are_live(house: House) -> None:
    client = house.client("general_manager", everywhere=True)
    assert "not approved" in _body(client, "/texts/")
    assert client.post("/texts/standard/").status_code == 302
    told = _body(client, "/texts/")
    assert "not approved" not in told
    assert "Live, version 1" in told


def test_a_text_goes_live_on_its_pages(house: House) -> None:
    writer, chief = house.client("marketing"), house.client("general_manager")
    for language in ("en", "fr", "es"):
        url = URL.replace("in=en", f"in={language}")
        assert writer.post(url, WORDS).status_code == 302
    with scope.everything():
        row = TemplateVersion.objects.get()
    writer.post(f"/texts/versions/{row.pk}/", {"act": "ask"})
    writer.post(f"/texts/versions/{row.pk}/", {"act": "approve"})
    with scope.everything():
        row.refresh_from_db()
    assert row.state == "waiting"
    chief.post(f"/texts/versions/{row.pk}/", {"act": "approve"})
    wish = Wish(house.sirga.pk, Kind.PRE_STAY)
    with scope.everything():
        assert live.live([wish])[wish].texts["fr"].body == WORDS["body"]
    assert "Live" in _body(writer, URL)


def test_what_is_wrong_is_named_beside_the_words(house: House) -> None:
    client = house.client("marketing")
    wrong = WORDS | {"body": "Dear {{ guest.password }}"}
    assert "There is no field guest.password." in _body(client, URL, **wrong)
    check = URL.replace("/email/", "/email/check/")
    told = _body(client, check, **WORDS | {"body": "{{ guest.title }} https://evil.example"})
    assert "guest.title may be empty" in told
    assert "https://evil.example" in told
    with scope.everything():
        assert not TemplateVersion.objects.exists()


def test_it_is_seen_on_a_real_stay_as_it_is_typed(house: House) -> None:
    client = house.client("general_manager")
    stay = str(house.stay("30117"))
    body = "Parking: {{ stay.custom.parking | default: 'on request' }}"
    told = _body(client, URL.replace("/email/", "/email/check/"),
                 **WORDS | {"body": body, "stay": stay})  # fmt: skip
    assert "See you Saturday 23 May" in told
    assert "stay.custom.parking" in told
    frame = re.search(r'iframe src="([^"]+)"', told)
    assert frame
    mail = client.get(frame[1].replace("&amp;", "&"))
    assert "Parking: on request" in mail.content.decode()
    assert "sandbox" in mail["Content-Security-Policy"]
    assert mail["X-Frame-Options"] == "SAMEORIGIN"


def test_a_frame_that_was_forged_or_is_of_another_hotel_is_not_there(house: House) -> None:
    client = house.client("general_manager")
    assert client.get("/texts/mail/?t=forged").status_code == 404
    other = str(house.stay("77001"))
    told = _body(client, URL.replace("/email/", "/email/check/"), **WORDS | {"stay": other})
    assert "iframe" not in told
    assert client.get("/texts/pre_stay/email/?hotel=LYO").status_code == 404
    assert client.get("/texts/pre_stay/post/").status_code == 404


def test_marketing_sees_no_amounts_in_a_preview(house: House) -> None:
    body = "{{ stay.amount | default: 'hidden from you' }}"
    given = WORDS | {"body": body, "stay": str(house.stay("30117"))}
    check = URL.replace("/email/", "/email/check/")
    seen = {}
    for role in ("marketing", "general_manager"):
        told = _body(house.client(role), check, **given)
        seen[role] = "stay.amount" in told
    assert seen == {"marketing": True, "general_manager": False}


def test_who_writes_no_texts_finds_no_page(house: House) -> None:
    client = house.client("front_desk")
    for url in ("/texts/", URL, "/texts/letterhead/BIO/"):
        assert client.get(url).status_code in {403, 404}


def test_the_letterhead_is_kept_and_greets_as_chosen(house: House) -> None:
    client = house.client("general_manager")
    given = {"legal_line": "Sirga SL", "colour": "#204060", "domains": "sirga.example",
             "check_in_from": "15:00"}  # fmt: skip
    for language in ("en", "fr", "es"):
        given |= {f"by-{language}": "title", f"surnames-{language}": "first"}
    assert client.post("/texts/letterhead/BIO/", given).status_code == 302
    told = _body(client, "/texts/letterhead/BIO/")
    assert "Estimado Sr. García<" in told
    assert 'value="15:00"' in told
    client.post("/texts/letterhead/BIO/", given | {"colour": "#eeeeee"})
    assert "Choose a darker one" in _body(client, "/texts/letterhead/BIO/")


@pytest.mark.parametrize("language", ["fr", "es"])
def test_the_pages_speak_the_readers_language(house: House, language: str) -> None:
    client = house.client("general_manager", everywhere=True)
    client.post("/language/", {"language": language, "next": "/texts/"})
    for url in ("/texts/", URL, "/texts/letterhead/BIO/"):
        assert f'<html lang="{language}"' in _body(client, url)


def test_the_words_of_a_language_stand_under_its_name(house: House) -> None:
    told = _body(house.client("marketing"), URL.replace("in=en", "in=fr"))
    assert re.search(r'in=fr" aria-current="page"', told)
    assert (
        '<textarea class="in" id="body" name="body" rows="26" maxlength="20000" lang="fr"' in told
    )
    assert "Votre séjour chez" in told


def test_what_sells_tells_on_which_basis_it_may_be_written(house: House) -> None:
    client = house.client("marketing")
    assert "LSSI" in _body(client, URL.replace("pre_stay", "win_back"))
    assert "LSSI" not in _body(client, URL)
