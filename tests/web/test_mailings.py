"""Mailings on screen: written, listed, approved, sent, paused and recalled, and on which ground."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from staytrue.hotel import scope
from staytrue.kit import clock
from staytrue.messages.kinds import Kind
from staytrue.messages.mailings.queries import HEAPS
from staytrue.messages.models import Mailing, MailingRecipient, Message, TemplateVersion
from staytrue.messages.reasons import Reason
from staytrue.staff import audit
from staytrue.web import mailing_words, message_words
from tests import make
from tests.make import NOON
from tests.messages import ways
from tests.messages.mailings import scene
from tests.messages.mailings.scene import House
from tests.messages.scene import MINUTE
from tests.staff import people
from tests.web.house import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def home(tmp_path: Path) -> Iterator[Path]:
    """A home of the test's own, at noon."""
    with ways.home(tmp_path / "home") as place, clock.use(lambda: NOON):
        yield place


@pytest.fixture
def house() -> House:
    """Four guests who agreed."""
    return scene.build(4)


def client(house: House, role: str = "general_manager") -> Client:
    """A member of the hotel, signed in."""
    return signed_in(people.member(role, at=house.of.hotel))


def path(mailing: Mailing, *more: str) -> str:
    """The address of its page."""
    return "/".join(["/mailings", str(mailing.public_id), *more, ""])


def read(who: Client, address: str) -> str:
    """A page."""
    answer = who.get(address)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


def act(who: Client, mailing: Mailing, name: str) -> None:
    """Press a button of its page."""
    assert who.post(path(mailing, "act"), {"act": name}).status_code == 302


def only() -> Mailing:
    """The one mailing there is."""
    with scope.everything():
        return Mailing.objects.get()


def listed(mailing: Mailing) -> int:
    """How many stand on its list."""
    with scope.everything():
        return MailingRecipient.objects.filter(mailing=mailing).count()


def test_every_code_has_its_words() -> None:
    assert set(mailing_words.STATE) == set(Mailing.State.values)
    assert set(mailing_words.SOURCE) == set(Mailing.Source.values)
    assert set(mailing_words.HEAP) == set(HEAPS)
    assert set(mailing_words.REASON) <= {each.value for each in Reason} | {"bounced", "complained"}


def test_a_mailing_goes_on_screen_from_its_draft_to_its_last_message(house: House) -> None:
    author, chief = client(house, "marketing"), client(house)
    assert "No mailing yet" in read(author, "/mailings/")
    with scope.everything():
        text = TemplateVersion.objects.get(template__kind=Kind.MAILING)
    form = {"name": "May news", "text": text.pk, "source": "hand", "per_minute": "100"}
    assert author.post("/mailings/new/?hotel=BIO", form).status_code == 302
    mailing = only()
    assert 'type="checkbox" name="profile"' in read(author, path(mailing) + "?q=Etxeberria")
    author.post(path(mailing, "list"), {"profile": house.guests(0, 4)})
    assert listed(mailing) == 4
    act(author, mailing, "hand_in")
    page = read(chief, path(mailing))
    assert "You approve this text for exactly this list" in page
    act(chief, mailing, "approve")
    assert "Send to 4 guests" in read(author, path(mailing))
    act(author, mailing, "send")
    scene.round_()
    scene.planned(NOON + MINUTE)
    page = read(author, path(mailing))
    assert "4 of 4 are decided for good" in page
    assert "Done" in page


def test_the_screen_of_sending_shows_basis_country_split_and_version_of_the_rule(
    house: House,
) -> None:
    mailing = house.handed_in(house.guests(0, 4))
    page = read(client(house), path(mailing))
    with scope.everything():
        ground = MailingRecipient.objects.filter(mailing=mailing)[0]
    assert "Spain" in page
    assert "agreed" in page
    assert ground.rule
    assert f">{ground.rule}</td>" in page
    assert "no legal advice" in page
    assert "LSSI art. 21" in page


@pytest.mark.parametrize(
    ("language", "said"), [("fr", "accord préalable"), ("es", "consentimiento previo")]
)
def test_the_help_on_a_rule_is_in_the_readers_language(
    house: House, language: str, said: str
) -> None:
    mailing = house.handed_in(house.guests(0, 1))
    who = client(house)
    who.post("/language/", {"language": language, "next": "/mailings/"})
    assert said in read(who, path(mailing))


def test_pause_go_on_and_recall_are_told_with_their_figures(house: House) -> None:
    mailing, chief = house.sending(house.guests(0, 4), per_minute=2), client(house)
    scene.round_()
    act(chief, mailing, "pause")
    assert "Nothing of it leaves until it is resumed or recalled" in read(chief, path(mailing))
    act(chief, mailing, "resume")
    act(chief, mailing, "recall")
    page = read(chief, path(mailing))
    assert "Recalled" in page
    assert "2: The mailing was recalled." in page


def test_each_guest_stands_with_his_message_and_its_why(house: House) -> None:
    mailing = house.sending(house.guests(0, 4))
    scene.refuse(house.guest(1), at=NOON)
    scene.round_()
    page = read(client(house), path(mailing))
    with scope.everything():
        ids = [str(each.public_id) for each in Message.objects.all()]
    assert len(ids) == 4
    assert all(f"/messages/{id_}/" in page for id_ in ids)
    assert str(message_words.REASON["opted_out"]) in page
    with scope.everything():
        left = Message.objects.filter(state="accepted")[0].public_id
    opened = read(client(house), f"/messages/{left}/")
    assert "the guest agreed, rules of 20" in opened


def test_a_file_is_taken_with_a_report_of_who_is_no_guest_here(house: House) -> None:
    mailing, who = house.draft("file"), client(house, "marketing")
    lines = b"email\nane0@fontanel.example\n<script>alert(1)</script>\n=1+1\n"
    file = SimpleUploadedFile("list.csv", lines)
    who.post(path(mailing, "list"), {"take": "1", "file": file})
    page = read(who, path(mailing))
    assert listed(mailing) == 1
    assert "&lt;script&gt;" in page
    assert "<script>alert" not in page
    assert "=1+1" in page


def test_a_file_of_a_million_lines_is_refused_in_a_sentence(house: House) -> None:
    mailing, who = house.draft("file"), client(house, "marketing")
    file = SimpleUploadedFile("list.csv", b"a\n" * 1_000_000)
    who.post(path(mailing, "list"), {"take": "1", "file": file})
    assert "Split it" in read(who, path(mailing))
    assert listed(mailing) == 0


def test_no_file_at_all_is_said_so(house: House) -> None:
    mailing, who = house.draft("file"), client(house, "marketing")
    who.post(path(mailing, "list"), {"take": "1"})
    assert "Choose a file" in read(who, path(mailing))


def test_a_guest_is_taken_off_a_draft(house: House) -> None:
    mailing, who = house.draft(), client(house, "marketing")
    who.post(path(mailing, "list"), {"profile": house.guests(0, 2)})
    who.post(path(mailing, "list"), {"off": house.guest(0)})
    assert listed(mailing) == 1


def test_reading_changes_nothing(house: House) -> None:
    mailing, who = house.handed_in(house.guests(0, 4)), client(house)
    for name in ("act", "list"):
        assert who.get(path(mailing, name), {"act": "recall"}).status_code == 405
        assert who.head(path(mailing, name)).status_code == 405
    read(who, path(mailing) + "?act=recall&off=1&profile=1")
    assert scene.stands(mailing) == "waiting"
    assert listed(mailing) == 4


def test_a_member_of_another_hotel_finds_no_mailing(house: House) -> None:
    mailing = house.handed_in(house.guests(0, 4))
    other = make.hotel("LYO", name="Hôtel Traboule", country="FR")
    stranger = signed_in(people.member("general_manager", at=other))
    assert stranger.get(path(mailing)).status_code == 404
    for name in ("approve", "recall", "send"):
        assert stranger.post(path(mailing, "act"), {"act": name}).status_code == 404
    assert stranger.post(path(mailing, "list"), {"off": house.guest(0)}).status_code == 404
    assert stranger.get("/mailings/new/?hotel=BIO").status_code == 404
    assert "May news" not in read(stranger, "/mailings/")
    assert scene.stands(mailing) == "waiting"
    assert listed(mailing) == 4


def test_the_desk_has_no_mailings(house: House) -> None:
    mailing, desk = house.draft(), client(house, "front_desk")
    assert desk.get("/mailings/").status_code in (403, 404)
    assert desk.get(path(mailing)).status_code in (403, 404)
    assert "/mailings/" not in desk.get("/today/").content.decode()


def test_a_hotel_without_a_text_is_led_to_it(house: House) -> None:
    with scope.everything(), audit.acting("tests", NOON):
        TemplateVersion.objects.update(state="waiting")
    assert "Write the text first" in read(client(house), "/mailings/new/")
