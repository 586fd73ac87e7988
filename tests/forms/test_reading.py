"""What guests wrote stands beside their stay, as text, until and after somebody has read it."""

from __future__ import annotations

import pytest
from django.test import Client

from staytrue.forms.models import SurveyAnswer
from staytrue.hotel import scope
from staytrue.messages.guest_links import Opens
from tests.forms.scene import Claire, asks, visitor
from tests.staff import people
from tests.web.house import signed_in

EVIL = "<script>alert(1)</script> a loud lift"


def member(claire: Claire, role: str) -> Client:
    return signed_in(people.member(role, at=claire.house.hotel))


def stay_page(claire: Claire, client: Client) -> str:
    return client.get(f"/stays/{claire.house.stay().pk}/").content.decode()


@pytest.fixture
def unhappy(claire: Claire) -> Claire:
    visitor().post(claire.link(Opens.SURVEY), {"score": "3", "comment": EVIL, "topic": "quiet"})
    visitor().post(claire.link(Opens.ARRIVAL), {"comes": "night", "wishes": "A cot"})
    return claire


def test_the_stay_shows_what_the_guest_wrote_as_text(unhappy: Claire) -> None:
    page = stay_page(unhappy, member(unhappy, "front_desk"))
    assert "A cot" in page
    assert "3 of 10" in page
    assert "Get better at: Quiet" in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; a loud lift" in page
    assert "<script>alert" not in page


def test_what_is_read_is_asked_about_no_more_and_stays(unhappy: Claire) -> None:
    assert set(asks()) == {"low_score", "guest_wish"}
    client = member(unhappy, "guest_relations")
    assert "I have read it" in stay_page(unhappy, client)
    client.post(f"/stays/{unhappy.house.stay().pk}/read/")
    assert not asks()
    page = stay_page(unhappy, client)
    assert "I have read it" not in page
    assert "A cot" in page
    with scope.everything():
        assert SurveyAnswer.objects.get().read_by.startswith("member:")


def test_new_words_are_to_be_read_again(unhappy: Claire) -> None:
    client = member(unhappy, "guest_relations")
    client.post(f"/stays/{unhappy.house.stay().pk}/read/")
    visitor().post(unhappy.link(Opens.ARRIVAL), {"wishes": "Two cots"})
    assert set(asks()) == {"guest_wish"}


def test_the_same_words_said_again_are_read_already(unhappy: Claire) -> None:
    client = member(unhappy, "guest_relations")
    client.post(f"/stays/{unhappy.house.stay().pk}/read/")
    again = {"comes": "night", "wishes": "A cot", "phone": "+34 944 55 01 22"}
    visitor().post(unhappy.link(Opens.ARRIVAL), again)
    assert set(asks()) == {"type_into_pms"}


def test_who_reads_no_notes_reads_no_guests_words(unhappy: Claire) -> None:
    client = member(unhappy, "auditor")
    assert "A cot" not in stay_page(unhappy, client)
    assert client.post(f"/stays/{unhappy.house.stay().pk}/read/").status_code in {403, 404}
    assert set(asks()) == {"low_score", "guest_wish"}


def test_today_says_what_is_to_be_done(unhappy: Claire) -> None:
    visitor().post(unhappy.link(Opens.ARRIVAL), {"email": "claire@lyon.example", "wishes": "A cot"})
    page = member(unhappy, "front_desk").get("/today/").content.decode()
    assert "Read the wish of booking 30117" in page
    assert "Type into the PMS what a guest gave" in page
    page = member(unhappy, "guest_relations").get("/today/").content.decode()
    assert "Speak with the guest of booking 30117" in page
