"""The ledger of wrong messages on its pages and on the home page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client

from staytrue.hotel import scope
from staytrue.hotel.codes import Status
from staytrue.kit import clock
from staytrue.messages.kinds import Kind
from staytrue.messages.models import Letterhead, Message
from staytrue.messages.wrongness import Cause, Known
from staytrue.staff import audit
from staytrue.web import message_words, wrong_words
from tests import make
from tests.make import NOON
from tests.messages import scene, ways
from tests.messages.scene import HOUR, Scene
from tests.messages.test_wrong_sends import BEFORE, LATER, at_pms, finds, sends
from tests.staff import people
from tests.web.house import signed_in
from tests.web.test_outbox import desk, read

pytestmark = pytest.mark.django_db


@pytest.fixture
def wrong(tmp_path: Path) -> Iterator[Scene]:
    """A message about a stay that the PMS says was cancelled before it left."""
    with ways.home(tmp_path / "home"), clock.use(lambda: LATER + HOUR):
        house = scene.build()
        with scope.everything(), audit.acting("tests", NOON):
            Letterhead.objects.create(property=house.hotel, legal_line="Hotel Sirga SL")
        sends(house, Kind.PRE_STAY, "30117")
        house.tells(at_pms(BEFORE, status=Status.CANCELLED), at=LATER)
        assert finds()
        yield house


def relations(of: Scene) -> Client:
    return signed_in(people.member("guest_relations", at=of.hotel))


def test_every_cause_has_its_words() -> None:
    causes, known = {str(each) for each in Cause}, {str(each) for each in Known}
    assert set(wrong_words.CAUSE) == set(wrong_words.BRIEF) == causes
    assert set(wrong_words.KNOWN) == set(wrong_words.KNOWN_BRIEF) == known


def test_it_stands_on_the_home_page_and_in_the_ledger_with_cause_and_owner(wrong: Scene) -> None:
    client = relations(wrong)
    home = read(client, "/today/")
    assert "Put a wrong message right: Before the stay" in home
    assert "Wrong messages of 10,000" in home
    assert "10,000.0" in home
    page = read(client, "/sending/wrong/")
    assert "cancelled before" in page
    assert "Guest relations" in page


def test_facts_then_and_now_stand_beside_each_other_with_the_draft(wrong: Scene) -> None:
    client = relations(wrong)
    with scope.everything():
        version = Message.objects.get().stay_version or 0
    page = read(client, _path(client))
    assert "State of the stay: Confirmed" in page
    assert "State of the stay: Cancelled" in page
    assert message_words.short(version) in page
    assert "Send this correction" in page


def test_a_person_takes_it_and_sends_the_correction(wrong: Scene) -> None:
    client = relations(wrong)
    path = _path(client)
    client.post(f"{path}act/", {"act": "take"})
    client.post(f"{path}act/", {"act": "correct"})
    page = read(client, path)
    assert "Correction handed to the gate" in page
    assert "Send this correction" not in page
    with scope.everything():
        assert Message.objects.filter(kind=Kind.CORRECTION, state="planned").count() == 1
    # A second click, or a colleague's, changes nothing.
    client.post(f"{path}act/", {"act": "correct"})
    with scope.everything():
        assert Message.objects.filter(kind=Kind.CORRECTION).count() == 1


def test_who_may_not_answer_for_messages_sees_it_and_does_nothing(wrong: Scene) -> None:
    client = desk(wrong, "marketing")
    path = _path(client)
    assert "Leave it so" not in read(client, path)
    assert client.post(f"{path}act/", {"act": "leave"}).status_code == 403


def test_another_hotel_s_is_not_there(wrong: Scene) -> None:
    other = signed_in(people.member("guest_relations", at=make.hotel("LIS")))
    assert other.get(_path(relations(wrong))).status_code == 404
    assert "No message that left" in read(other, "/sending/wrong/")


def _path(client: Client) -> str:
    page = read(client, "/sending/wrong/")
    start = page.index('href="/sending/wrong/') + len('href="')
    return page[start : page.index('"', start)]
