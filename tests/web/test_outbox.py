"""The outbox of a day and the page of a message: why it left, waits or never left."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client

from staytrue.hotel import scope
from staytrue.hotel.codes import Status
from staytrue.kit import clock
from staytrue.messages import gate, outlets
from staytrue.messages.carriers.base import Outcome, Result
from staytrue.messages.claims import settled
from staytrue.messages.kinds import Kind
from staytrue.messages.models import MessageText
from staytrue.messages.reasons import Reason
from staytrue.staff.models import Ask, AuditEntry
from staytrue.web import message_words
from tests import make
from tests.make import NOON
from tests.messages import scene, ways
from tests.messages.scene import HOUR, MINUTE, Scene
from tests.staff import people
from tests.web.house import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def home(tmp_path: Path) -> Iterator[Path]:
    """A home of the test's own, four hours after noon."""
    with ways.home(tmp_path / "home") as place, clock.use(lambda: NOON + 4 * HOUR):
        yield place


@pytest.fixture
def hotel() -> Scene:
    """Hotel Sirga, armed, with one coming stay."""
    return scene.build()


def desk(of: Scene, *roles: str) -> Client:
    return signed_in(people.member(*(roles or ("front_desk",)), at=of.hotel))


def read(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def page_of(client: Client) -> str:
    return read(client, f"/messages/{scene.only().public_id}/")


def test_every_reason_has_its_sentence() -> None:
    assert set(message_words.REASON) == {reason.value for reason in Reason}
    assert set(message_words.KIND) == {kind.value for kind in Kind}


def test_what_is_due_stands_with_its_guest_and_hour(hotel: Scene) -> None:
    hotel.plan(hotel.wanted())
    page = read(desk(hotel), "/messages/")
    assert "Pre-check-in" in page
    assert "Claire Fontanel" in page
    assert "14:00" in page


def test_what_waits_says_why_and_until_when(hotel: Scene) -> None:
    hotel.plan(hotel.wanted())
    hotel.claim(NOON + 3 * HOUR)
    page = read(desk(hotel), "/messages/?heap=held")
    assert "look into the PMS" in page
    assert "It is looked at again" in page


def test_what_left_stands_under_sent_with_the_version_of_its_stay(hotel: Scene) -> None:
    hotel.plan(hotel.wanted())
    (claimed,) = hotel.claim()
    gate.last_looks([claimed], NOON)
    settled([(claimed, Outcome(Result.ACCEPTED, "250"))], NOON)
    assert "Pre-check-in" in read(desk(hotel), "/messages/?heap=sent")
    page = page_of(desk(hotel))
    assert "Everything spoke for it" in page
    assert f"{hotel.stay().content_hash & 0xFFFFFFFF:08x}" in page
    assert "the stay itself" in page


def test_an_unknown_is_shown_as_one(hotel: Scene) -> None:
    hotel.plan(hotel.wanted())
    (claimed,) = hotel.claim()
    gate.last_looks([claimed], NOON)
    settled([(claimed, Outcome(Result.UNKNOWN))], NOON)
    assert "Pre-check-in" in read(desk(hotel), "/messages/?heap=unknown")
    assert "never sent again by itself" in page_of(desk(hotel))


@pytest.mark.parametrize(
    ("status", "said"),
    [(Status.CANCELLED, "The booking is cancelled"), (Status.NO_SHOW, "The guest did not come")],
)
def test_what_was_closed_names_its_cause(hotel: Scene, status: Status, said: str) -> None:
    hotel.plan(hotel.wanted())
    hotel.tells(scene.later(status=status), at=NOON + MINUTE)
    hotel.claim(NOON + 2 * MINUTE)
    assert said in page_of(desk(hotel))
    assert said in read(desk(hotel), "/messages/?heap=closed")


def test_the_desk_confirms_what_it_saw_in_the_pms(hotel: Scene) -> None:
    hotel.plan(hotel.wanted())
    hotel.claim(NOON + 3 * HOUR)
    client = desk(hotel)
    assert "Confirm or drop: Pre-check-in" in read(client, "/today/")
    path = f"/messages/{scene.only().public_id}/answer/"
    assert client.post(path, {"confirm": ""}).status_code == 302
    with scope.everything():
        assert not Ask.objects.filter(closed_at=None, kind="confirm_message").exists()
        assert AuditEntry.objects.filter(action="message_confirmed").exists()
    assert len(hotel.claim(NOON + 4 * HOUR)) == 1


def test_the_desk_drops_what_the_pms_no_longer_has(hotel: Scene) -> None:
    hotel.plan(hotel.wanted())
    client = desk(hotel)
    client.post(f"/messages/{scene.only().public_id}/answer/", {"drop": ""})
    assert scene.only().reason == Reason.DROPPED_BY_STAFF
    assert "Somebody here dropped it" in page_of(client)


def test_who_may_not_answer_sees_no_button_and_is_refused(hotel: Scene) -> None:
    hotel.plan(hotel.wanted())
    client = desk(hotel, "department")
    assert "Do not send it" not in page_of(client)
    path = f"/messages/{scene.only().public_id}/answer/"
    assert client.post(path, {"drop": ""}).status_code == 403


def test_names_and_words_are_hidden_from_who_may_not_read_them(hotel: Scene) -> None:
    hotel.plan(hotel.wanted())
    (claimed,) = hotel.claim()
    with scope.everything():
        MessageText.objects.create(
            message=claimed.message, property_id=hotel.hotel.pk, text="Dear Claire"
        )
    page = page_of(desk(hotel, "department"))
    assert "Fontanel" not in page
    assert "Dear Claire" not in page
    assert "claire@" not in page
    assert "Dear Claire" in page_of(desk(hotel))


def test_another_hotels_message_is_not_found(hotel: Scene) -> None:
    hotel.plan(hotel.wanted())
    other = signed_in(people.member("front_desk", at=make.hotel("LYO")))
    assert other.get(f"/messages/{scene.only().public_id}/").status_code == 404
    assert "Claire" not in read(other, "/messages/")


@pytest.mark.parametrize("query", ["?heap=no", "?day=1", "?hotel=NOT"])
def test_nonsense_in_the_address_is_not_found(hotel: Scene, query: str) -> None:
    assert desk(hotel).get(f"/messages/{query}").status_code == 404


def test_a_disarmed_house_says_so(hotel: Scene) -> None:
    outlets.stop("tests", NOON)
    hotel.plan(hotel.wanted())
    hotel.claim()
    assert "Sending is not armed" in read(desk(hotel), "/messages/?heap=held")
