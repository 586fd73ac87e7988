"""After the stay: an answer is kept as text, and who was not happy is spoken with."""

from __future__ import annotations

import pytest

from staytrue.forms.models import SurveyAnswer
from staytrue.hotel import scope
from staytrue.messages.guest_links import Opens
from staytrue.messages.kinds import Kind, State
from staytrue.messages.models import Silence
from staytrue.messages.reasons import Reason
from tests.forms.scene import Claire, asks, visitor
from tests.make import NOON
from tests.messages.scene import MINUTE, messages
from tests.staff import people
from tests.web.house import signed_in


def answers(claire: Claire, **typed: object) -> str:
    answer = visitor().post(claire.link(Opens.SURVEY), typed, follow=True)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def kept() -> SurveyAnswer:
    with scope.everything():
        return SurveyAnswer.objects.get()


def test_one_question_is_enough(claire: Claire) -> None:
    assert "Thank you, the hotel has it." in answers(claire, score="9")
    answer = kept()
    assert (answer.score, answer.topics, answer.comment) == (9, [], "")
    assert not asks()


@pytest.mark.parametrize(("score", "asked"), [("0", True), ("6", True), ("7", False)])
def test_a_low_score_asks_guest_relations(claire: Claire, score: str, asked: bool) -> None:  # noqa: FBT001 - a table
    answers(claire, score=score)
    assert ("low_score" in asks()) is asked


def test_who_wants_a_call_is_called_whatever_the_score(claire: Claire) -> None:
    answers(claire, score="10", call="on")
    assert asks() == {"guest_call": {"number": "30117", "score": 10}}


def test_a_second_answer_replaces_the_first_and_its_ask(claire: Claire) -> None:
    answers(claire, score="2")
    answers(claire, score="8", topic=["quiet", "nonsense"])
    assert kept().topics == ["quiet"]
    assert not asks()


@pytest.mark.parametrize("score", ["", "11", "-1", "9.5", "ten", "٣"])
def test_what_is_no_score_is_said_and_not_kept(claire: Claire, score: str) -> None:
    assert "Choose a number from 0 to 10." in answers(claire, score=score, comment="Lovely")
    with scope.everything():
        assert not SurveyAnswer.objects.exists()


def test_html_and_markdown_in_an_answer_are_text(claire: Claire) -> None:
    evil = '<script>alert(1)</script> [x](javascript:alert(1)) <img src=x onerror="a()">'
    page = answers(claire, score="9", comment=evil)
    assert kept().comment == evil
    assert "<script>" not in page
    assert "<img" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert 'href="javascript' not in page


def test_a_number_tapped_in_the_mail_is_shown_and_not_kept(claire: Claire) -> None:
    page = visitor().get(f"{claire.link(Opens.SURVEY)}?score=8").content.decode()
    assert 'value="8" required checked' in page
    with scope.everything():
        assert not SurveyAnswer.objects.exists()


def test_who_was_not_happy_gets_only_what_his_stay_needs_until_somebody_spoke_with_him(
    claire: Claire,
) -> None:
    answers(claire, score="3")
    house = claire.house
    house.plan(house.wanted(Kind.PRE_STAY), house.wanted(Kind.CHANGE))
    (left,) = house.claim()
    assert left.message.kind == Kind.CHANGE
    held = next(each for each in messages() if each.kind == Kind.PRE_STAY)
    assert (held.state, held.reason) == (State.HELD, Reason.SILENCE)
    relations = signed_in(people.member("guest_relations", at=house.hotel))
    stay = house.stay().pk
    assert (
        "only what his stay needs is written" in relations.get(f"/stays/{stay}/").content.decode()
    )
    other = signed_in(people.member("guest_relations", at=claire.other))
    assert other.post(f"/stays/{stay}/spoken/").status_code == 404
    assert house.claim(NOON + MINUTE) == []
    relations.post(f"/stays/{stay}/spoken/")
    assert len(house.claim(NOON + MINUTE)) == 1


def test_reading_his_words_alone_ends_no_silence_and_a_better_answer_does(claire: Claire) -> None:
    answers(claire, score="3")
    desk = signed_in(people.member("front_desk", at=claire.house.hotel))
    desk.post(f"/stays/{claire.house.stay().pk}/read/")
    with scope.everything():
        assert Silence.objects.filter(until_at=None).count() == 1
    answers(claire, score="9")
    with scope.everything():
        assert not Silence.objects.filter(until_at=None).exists()
