"""After the stay: an answer is kept as text, and who was not happy is spoken with."""

from __future__ import annotations

import pytest

from staytrue.forms.models import SurveyAnswer
from staytrue.hotel import scope
from staytrue.messages.guest_links import Opens
from tests.forms.scene import Claire, asks, visitor


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
