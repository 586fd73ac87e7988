"""What a letter promises in its own words, in three languages; what it denies is no promise."""

from __future__ import annotations

from datetime import time
from decimal import Decimal

import pytest

from staytrue.desk.kinds import Promised
from staytrue.desk.promise_reading import told_in
from staytrue.desk.promise_rules import Bounds, Promise, Rule, broken, check

NOT_BEFORE_NOON = "Early check-in is possible from 12:00."
RULES = [
    Rule(1, 1, Promised.TIME, "early_check_in", NOT_BEFORE_NOON, Bounds(not_before=time(12))),
    Rule(2, 1, Promised.TIME, "late-check-out", "Out by 14:00.", Bounds(not_after=time(14))),
    Rule(3, 1, Promised.PRICE, "parking", "The garage costs 18.", Bounds(least=Decimal(18))),
    Rule(4, 1, Promised.ROOM, "view", "No sea view is promised.", Bounds(allowed=("courtyard",))),
    Rule(5, 1, Promised.SERVICE, "airport_transfer", "By taxi only.", Bounds(allowed=("taxi",))),
    Rule(6, 1, Promised.TIME, "roof_terrace", "The roof closes at 22:00.",
         Bounds(not_after=time(22))),
]  # fmt: skip


def refused(text: str) -> list[str]:
    """The words of the rules that a letter breaks."""
    told = told_in(text, RULES)
    return [words for promise in told for words in broken(check(promise, RULES))]


@pytest.mark.parametrize(
    "text",
    [
        "You can check in at 09:00.",
        "Of course, early check-in at 9 am is fine.",
        "Early check-in?\nNo problem: your room is ready at 9:00.",
        "Vous pouvez arriver dès 9 h.",
        "Votre chambre sera prête à 9h00.",
        "L’enregistrement est possible à partir de 09:00.",
        "Puede hacer el check-in a las 9.",
        "Su habitación estará lista a las 9:00 h.",
        "La entrada será a las 09.00.",
    ],
)
def test_nine_o_clock_is_refused_with_the_rules_words_in_three_languages(text: str) -> None:
    assert refused(text) == [NOT_BEFORE_NOON]


@pytest.mark.parametrize(
    "text",
    [
        "You can check in from noon.",
        "Check-in is from 3 pm, breakfast from 7:00.",
        "Breakfast is served at 08:00 and check-in begins at 15:00.",
        "Unfortunately we cannot offer check-in at 09:00.",
        "L’arrivée à 9 h n’est pas possible, mais votre chambre sera prête à 13 h.",
        "No es posible el check-in a las 9:00.",
        "Thank you for writing at 09:00.",
        "You keep your room until 13:00.",
        "The garage costs 18 €.",
        "Le parking est à 20,50 euros.",
        "You will have a view of the courtyard.",
        "We loved your words about the view.",
        "We will send a taxi to the airport.",
    ],
)
def test_what_keeps_to_the_rules_or_is_denied_is_let_through(text: str) -> None:
    assert refused(text) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("You may keep your room until 6 pm.", "Out by 14:00."),
        ("Le départ est possible jusqu’à 18h30.", "Out by 14:00."),
        ("Parking is free.", "The garage costs 18."),
        ("El parking es gratis para usted.", "The garage costs 18."),
        ("Le garage vous coûtera 10 €.", "The garage costs 18."),
        ("You will have a room with sea view.", "No sea view is promised."),
        ("Vous aurez une vue sur la mer.", "No sea view is promised."),
        ("We will fetch you at the airport with our limousine.", "By taxi only."),
        ("The roof terrace is yours until 23:30.", "The roof closes at 22:00."),
    ],
)
def test_hours_prices_rooms_and_services_are_read(text: str, words: str) -> None:
    assert refused(text) == [words]


def test_every_rule_that_is_broken_is_listed_once() -> None:
    text = "Check in at 09:00, parking is free. Again: check in at 09:00!"
    assert sorted(refused(text)) == sorted([NOT_BEFORE_NOON, "The garage costs 18."])
    assert told_in("Parking: 18 EUR", RULES) == [Promise(Promised.PRICE, "parking", "18")]
