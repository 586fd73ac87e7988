"""The form on a hotel's website: here first, matched or waiting, and nothing for robots."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from staytrue.changes.kinds import Kind
from staytrue.consent.models import ConsentAct
from staytrue.consent.purposes import Purpose
from staytrue.flow import reactions
from staytrue.forms import website
from staytrue.forms.models import WebsiteEntry
from staytrue.hotel import scope
from staytrue.hotel.models import Property
from staytrue.hotel.records import Email, Phone
from staytrue.kit import clock
from staytrue.mirror.models import Profile
from staytrue.web import website_form
from tests import make
from tests.forms.scene import MAIL, Claire, asks, visitor
from tests.make import NOON
from tests.staff import people
from tests.web.house import signed_in

SECOND = timedelta(seconds=1)
WRITES = {
    "first_name": "Claire", "last_name": "Fontanel", "email": MAIL, "phone": "", "words": "",
}  # fmt: skip


@pytest.fixture
def site(claire: Claire) -> Claire:
    """Hotel Sirga's form is open."""
    chief = people.access("general_manager", at=claire.house.hotel)
    with scope.everything():
        website.set_open(chief, claire.house.hotel, NOON, is_wanted=True)
    return claire


def shown(client: Client, path: str = "/w/BIO/") -> dict[str, str]:
    """The hidden fields of the form as a browser has them."""
    page = client.get(path).content.decode()
    found = re.search(r'name="stamp" value="([^"]+)"', page)
    assert found, page
    return {"stamp": found[1], website_form.TRAP: ""}


def send(client: Client | None = None, *, wait: timedelta = 10 * SECOND, **facts: str) -> Any:
    """Somebody opens the form, writes, and sends it after a while."""
    client = client or visitor()
    hidden = shown(client)
    with clock.use(lambda: NOON + wait):
        return client.post("/w/BIO/", WRITES | hidden | facts)


def follows(profile_id: int, at: datetime) -> None:
    """What a change of this profile wakes."""
    assert Kind.PROFILE_CREATED in reactions.REACTIONS[reactions.follow_guest_pages]
    with scope.everything():
        reactions.follow_guest_pages([profile_id], at)


def entries() -> list[WebsiteEntry]:
    with scope.everything():
        return list(WebsiteEntry.objects.order_by("pk"))


def test_a_closed_form_is_a_page_that_opens_nothing(claire: Claire) -> None:
    assert visitor().get("/w/BIO/").status_code == 404
    assert visitor().post("/w/BIO/", WRITES).status_code == 404
    assert visitor().get("/w/NONE/").status_code == 404


def test_a_known_guest_is_brought_up_to_date_and_gets_no_double(site: Claire) -> None:
    with scope.everything():
        profiles = Profile.objects.count()
    answer = send(phone="+34 600 123 456", words="Is the pool heated?")
    assert (answer.status_code, answer["Location"]) == (303, "/w/BIO/?sent=yes")
    (entry,) = entries()
    assert entry.profile_id == site.profile
    with scope.everything():
        assert Profile.objects.count() == profiles
    assert asks()["type_into_pms"] == {"fields": ["phones"]}
    assert "guest_form" in asks()


def test_what_the_desk_typed_closes_the_ask_once_the_mirror_shows_it(site: Claire) -> None:
    send(phone="+34 600 123 456")
    assert "type_into_pms" in asks()
    phone = Phone("+34 600 123 456", "+34600123456", "mobile", "mobile")
    site.house.tells(
        make.profile(language="en", emails=[Email(MAIL)], phones=[phone], version=2),
        at=NOON + timedelta(minutes=5),
    )
    follows(site.profile, NOON + timedelta(minutes=6))
    assert "type_into_pms" not in asks()


def test_nothing_known_is_replaced_by_somebody_who_may_be_anybody(site: Claire) -> None:
    send(phone="+34 600 123 456")
    send(phone="+34 699 999 999")
    first, second = entries()
    assert (first.differs, second.differs) == ("", "phones")
    assert second.profile_id == site.profile
    assert "guest_form" in asks()


def test_a_stranger_waits_without_a_profile_until_he_is_known(site: Claire) -> None:
    send(first_name="Noa", last_name="Bergeron", email="noa@bergeron.example", news="on")
    (entry,) = entries()
    assert entry.profile_id is None
    assert "type_into_pms" not in asks()
    assert asks()["guest_form"] == {"known": False}
    with scope.everything():
        assert not ConsentAct.objects.exists()
    noa = make.profile(source_id="G9", first_name="Noa", last_name="Bergeron",
                       emails=[Email("noa@bergeron.example")])  # fmt: skip
    site.house.tells(noa, at=NOON + timedelta(hours=1))
    follows(site.house.person("G9"), NOON + timedelta(hours=1))
    (entry,) = entries()
    assert entry.profile_id == site.house.person("G9")
    assert "guest_form" not in asks()
    with scope.everything():
        act = ConsentAct.objects.get()
    assert (act.act, act.purpose, act.origin) == ("opt_in", "marketing", "form")
    assert act.wording.startswith("News and offers")
    assert act.wording_version
    assert act.said_at == NOON + 10 * SECOND


def test_the_same_address_with_another_name_is_nobody_we_know(site: Claire) -> None:
    send(first_name="Paul", last_name="Girard", phone="+34 600 123 456")
    (entry,) = entries()
    assert entry.profile_id is None


def test_a_tick_for_news_lifts_no_opt_out(site: Claire) -> None:
    site.house.refuses(Purpose.MARKETING)
    send(news="on")
    (entry,) = entries()
    assert entry.wants_news
    assert not entry.is_agreed
    assert not site.may(Purpose.MARKETING, now=NOON + timedelta(days=1))


def test_a_robot_that_fills_what_nobody_sees_is_thanked_and_kept_nowhere(site: Claire) -> None:
    assert send(**{website_form.TRAP: "http://pills.example"}).status_code == 303
    assert entries() == []


@pytest.mark.parametrize("wait", [SECOND, timedelta(hours=13)])
def test_who_sends_at_once_or_after_a_day_is_asked_to_look_again(
    site: Claire, wait: timedelta
) -> None:
    answer = send(wait=wait)
    assert answer.status_code == 200
    assert "Is this what you want to send?" in answer.content.decode()
    assert entries() == []


@pytest.mark.parametrize("stamp", ["", "x", "1.2.3", "1779364800.a.b", "9" * 12 + ".a.b", "ñ.ñ.ñ"])
def test_a_stamp_that_is_not_ours_counts_for_nothing(site: Claire, stamp: str) -> None:
    assert visitor().post("/w/BIO/", WRITES | {"stamp": stamp}).status_code == 200
    assert entries() == []


def test_plain_html_of_another_page_is_shown_again_and_then_sent(site: Claire) -> None:
    client = visitor()
    page = client.post("/w/BIO/", WRITES | {"words": "<b>Hello</b>", "news": "on"})
    body = page.content.decode()
    assert "Is this what you want to send?" in body
    assert "&lt;b&gt;Hello&lt;/b&gt;" in body
    assert re.search(r'name="news" checked', body)
    found = re.search(r'name="stamp" value="([^"]+)"', body)
    assert found
    with clock.use(lambda: NOON + 10 * SECOND):
        client.post("/w/BIO/", WRITES | {"stamp": found[1]})
    assert len(entries()) == 1


def test_one_form_counts_once(site: Claire) -> None:
    client = visitor()
    told = WRITES | shown(client)
    with clock.use(lambda: NOON + 10 * SECOND):
        for _ in range(2):
            assert client.post("/w/BIO/", told).status_code == 303
    assert len(entries()) == 1


def test_many_at_once_from_one_address_are_refused(site: Claire) -> None:
    for n in range(website_form.FROM_ONE):
        assert send(words=f"{n}").status_code == 303
    assert send().status_code == 429
    assert len(entries()) == website_form.FROM_ONE


def test_a_large_body_is_refused_before_it_is_read(site: Claire) -> None:
    hidden = shown(visitor())
    answer = visitor().post("/w/BIO/", WRITES | hidden | {"words": "x" * 20_000})
    assert answer.status_code == 413


@pytest.mark.parametrize(
    "address", ["a@b, c@d", "a@b(c@d)", '"a@b"@c', "a" * 330 + "@x.example", "nobody", "a@b.example."]
)  # fmt: skip
def test_what_is_no_plain_address_is_said_beside_it(site: Claire, address: str) -> None:
    answer = send(email=address)
    assert answer.status_code == 200
    assert entries() == []
    assert 'aria-invalid="true"' in answer.content.decode()


def test_card_numbers_and_tricks_of_letters_are_taken_out(site: Claire) -> None:
    send(words="4111 1111 1111 1111 \u202egnp.exe\x00")
    (entry,) = entries()
    assert "4111" not in entry.words
    assert "\u202e" not in entry.words
    assert "\x00" not in entry.words


@pytest.mark.parametrize("lang", ["en", "fr", "es"])
def test_it_speaks_three_languages_and_keeps_the_wording_of_each(site: Claire, lang: str) -> None:
    client = visitor()
    hidden = shown(client, f"/w/BIO/?lang={lang}")
    with clock.use(lambda: NOON + 10 * SECOND):
        client.post(f"/w/BIO/?lang={lang}", WRITES | hidden | {"news": "on"})
    (entry,) = entries()
    assert entry.language == lang
    with scope.everything():
        act = ConsentAct.objects.get()
    assert (act.language, act.wording) == (lang, entry.wording)


def test_getting_the_page_changes_nothing(site: Claire) -> None:
    client = visitor()
    for method in (client.get, client.head):
        assert method("/w/BIO/?sent=yes&email=x@y.example&last_name=x").status_code == 200
    assert entries() == []


def test_staff_reads_it_as_text_and_only_where_it_belongs(site: Claire) -> None:
    send(words="<script>alert(1)</script>", email="noa@x.example", last_name="Bergeron")
    desk = signed_in(people.member("front_desk", at=site.house.hotel))
    page = desk.get("/guests/forms/").content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "nobody we know" in page
    other = signed_in(people.member("front_desk", at=site.other))
    assert "Bergeron" not in other.get("/guests/forms/").content.decode()
    (entry,) = entries()
    assert other.post(f"/guests/forms/{entry.pk}/", {"act": "discard"}).status_code == 404
    desk.post(f"/guests/forms/{entry.pk}/", {"act": "read"})
    assert "guest_form" not in asks()
    assert entries()[0].read_at == NOON
    desk.post(f"/guests/forms/{entry.pk}/", {"act": "discard"})
    assert entries() == []


def test_the_form_is_opened_by_who_writes_texts_and_its_plain_html_works(claire: Claire) -> None:
    desk = signed_in(people.member("front_desk", at=claire.house.hotel))
    chief = signed_in(people.member("general_manager", at=claire.house.hotel))
    assert desk.post("/guests/forms/of/BIO/", {"act": "open"}).status_code == 403
    chief.post("/guests/forms/of/BIO/", {"act": "open"})
    page = chief.get("/guests/forms/").content.decode()
    assert "&lt;form method=&quot;post&quot; action=&quot;" in page
    assert visitor().get("/w/BIO/").status_code == 200
    chief.post("/guests/forms/of/BIO/", {"act": "close"})
    assert visitor().get("/w/BIO/").status_code == 404


def test_who_was_erased_is_forgotten_and_strangers_after_a_year(site: Claire) -> None:
    send(words="Hello")
    send(email="noa@x.example", last_name="Bergeron")
    with scope.everything():
        website.forget(NOON + timedelta(days=366))
        assert [each.last_name for each in WebsiteEntry.objects.all()] == ["Fontanel"]
        Profile.objects.filter(pk=site.profile).update(anonymised=True)
        website.follow([site.profile], NOON)
        assert not WebsiteEntry.objects.exists()


@given(st.text(max_size=80))
def test_no_text_is_a_stamp_of_ours(said: str) -> None:
    assert website_form._came(Property(code="BIO"), said) is None
