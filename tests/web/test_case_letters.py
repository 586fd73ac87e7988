"""Letters on screen and over the API: what breaks a house rule is listed, and nothing has left."""

from __future__ import annotations

import re
from contextlib import AbstractContextManager

import pytest
from django.test import Client

from staytrue.desk import configuring
from staytrue.desk.models import Case
from staytrue.hotel import scope
from staytrue.kit import clock
from staytrue.messages.kinds import Kind
from staytrue.messages.models import Message
from staytrue.staff import audit
from staytrue.staff.access import Access
from staytrue.staff.models import Member
from tests.api.test_app import by_key
from tests.desk import scene
from tests.desk.scene import Desk
from tests.make import NOON
from tests.messages.scene import words
from tests.staff import people
from tests.web.house import signed_in

pytestmark = pytest.mark.django_db
RULE = "Early check-in is possible from 12:00."
NINE = {"subject": "Your arrival", "words": "Of course: you can check in at 09:00.", "language": ""}


@pytest.fixture(autouse=True)
def _at_noon() -> object:
    with clock.use(lambda: NOON):
        yield


@pytest.fixture
def desk() -> Desk:
    made = scene.build()
    words(Kind.LETTER)
    with scope.everything(), scope_as(made.hugo):
        configuring.set_rule(made.hugo, made.hotel.pk, "time", "early_check_in", RULE,
                             {"not_before": "12:00"}, NOON)  # fmt: skip
    return made


def scope_as(by: Access) -> AbstractContextManager[None]:
    return audit.acting(by.actor, NOON, "the rooms are cleaned until then")


def client(by: Access) -> Client:
    with scope.everything():
        return signed_in(Member.objects.get(pk=by.member_id))


def write(by: Access, case: Case, **fields: str) -> str:
    answer = client(by).post(f"/desk/{case.pk}/letter/", NINE | fields, follow=True)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


def letters() -> int:
    with scope.everything():
        return Message.objects.filter(kind=Kind.LETTER).count()


def test_nine_o_clock_is_refused_on_screen_with_the_rules_words_and_what_was_typed_stays(
    desk: Desk,
) -> None:
    case = desk.opens()
    shown = write(desk.lea, case)
    assert RULE in shown
    assert "Nothing has left" in shown
    assert NINE["words"] in shown
    assert "Send it all the same" not in shown
    assert letters() == 0


def test_nine_o_clock_is_refused_over_the_api_with_the_rules_words(desk: Desk) -> None:
    case = desk.opens()
    with scope.everything():
        key = by_key(people.member("general_manager", at=desk.hotel))
    answer = key.post(f"/api/cases/{case.pk}/letters", NINE, content_type="application/json")
    assert answer.status_code == 400
    assert RULE in answer.json()["detail"]
    assert letters() == 0
    noon = NINE | {"words": "You can check in from noon."}
    answer = key.post(f"/api/cases/{case.pk}/letters", noon, content_type="application/json")
    assert answer.status_code == 200
    assert answer.json()["history"][-1]["kind"] == "wrote"
    assert letters() == 1


def test_a_supervisor_sends_it_all_the_same_with_a_note(desk: Desk) -> None:
    case = desk.opens()
    assert "Send it all the same" in write(desk.hugo, case)
    shown = write(desk.hugo, case, unusual="A wedding at noon", impact="She flies all night")
    assert "Handed to the gate" in shown
    assert letters() == 1


def test_the_case_shows_the_letter_and_where_it_stands(desk: Desk) -> None:
    case = desk.opens()
    shown = write(desk.lea, case, words="We are sorry. The fan is off.")
    assert "With the guest" in shown
    assert "We are sorry. The fan is off." in shown
    assert "Planned" in shown


def test_who_may_not_write_is_not_asked_to_and_cannot(desk: Desk) -> None:
    case = desk.opens(desk.hugo, kind="request")
    with scope.everything():
        auditor = people.access("department", at=desk.hotel)
    assert client(auditor).get(f"/desk/{case.pk}/letter/").status_code == 403


def test_a_controlled_letter_waits_on_the_case_until_a_supervisor_lets_it_leave(desk: Desk) -> None:
    case = desk.opens(kind="promise")
    shown = write(desk.iker, case, words="You can check in from noon.")
    assert "It leaves when a second person has read it" in shown
    assert "Let it leave" not in shown
    assert letters() == 0
    his = client(desk.hugo)
    assert "Let it leave" in his.get(f"/desk/{case.pk}/").content.decode()
    his.post(f"/desk/{case.pk}/act/", {"act": "letter_approve"})
    assert letters() == 1
