"""How far a name is from what was typed: order and accents cost nothing, a slip costs one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from staytrue.mirror.names import FAR, name_cost, word_cost

LETTERS = st.text("abcdefgh", min_size=3, max_size=12)


@pytest.mark.parametrize(
    ("typed", "word"),
    [("jhon", "john"), ("smth", "smith"), ("fontannel", "fontanel"), ("olavarria", "olabarria")],
)
def test_a_slip_in_a_word_costs_one(typed: str, word: str) -> None:
    assert word_cost(typed, word) == FAR


def test_a_long_word_may_hold_two_slips_and_a_short_one_one() -> None:
    assert word_cost("olavaria", "olabarria") == 2 * FAR
    assert word_cost("jhn", "joan") is None
    assert word_cost("li", "lu") is None


def test_a_word_on_its_way_is_a_beginning() -> None:
    assert (word_cost("fon", "fontanel", may_go_on=True) or FAR) < FAR
    assert word_cost("fon", "fontanel") is None


@given(LETTERS, st.integers(0, 11), st.sampled_from("abcdefgh"))
def test_whatever_letter_is_wrong_the_word_is_near(word: str, place: int, letter: str) -> None:
    at = place % len(word)
    wrong = {word[:at] + word[at + 1 :], word[:at] + letter + word[at:]}
    assert all((word_cost(typed, word) or 0) < 2 * FAR for typed in wrong)


def test_each_word_typed_stands_for_one_word_of_the_name() -> None:
    spellings = {"maria": {"maria": 0, "mario": FAR}, "mario": {"mario": 0, "maria": FAR}}
    assert name_cost(["maria"], ["lopez", "maria"], spellings) == 5
    assert name_cost(["maria", "mario"], ["maria", "lopez"], spellings) is None


def test_whoever_types_one_surname_of_two_means_the_first() -> None:
    spellings = {"maria": {"maria": 0}, "lopez": {"lopez": 0}}
    of_lopez = name_cost(["maria", "lopez"], ["diaz", "lopez", "maria"], spellings, ["lopez"])
    of_diaz = name_cost(["maria", "lopez"], ["diaz", "lopez", "maria"], spellings, ["diaz"])
    assert of_lopez is not None
    assert of_diaz is not None
    assert of_lopez < of_diaz < FAR
