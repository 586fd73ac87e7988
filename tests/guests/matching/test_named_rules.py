"""The cascade of card, phone and address, with its guards and exactly as hoteliers know it."""

from __future__ import annotations

import pytest

from staytrue.guests.matching.named_rules import (
    Account,
    Mode,
    Outcome,
    Rule,
    between,
    cascade,
    dry_run,
)
from staytrue.guests.matching.normalise import Features, features_of_row

HOME = {"line1": "12 High Street", "postcode": "LS1 4AB", "city": "Leeds"}


def _of(first: str, last: str = "Baker", **more: str) -> Features:
    return features_of_row({"id": f"{first}{last}", "first_name": first, "last_name": last, **more})


def _says(one: Features, other: Features, mode: Mode = Mode.GUARDED) -> tuple[Outcome, Rule | None]:
    step = between(one, other, mode)
    return step.outcome, step.rule


@pytest.mark.parametrize(
    ("one", "other", "outcome", "rule"),
    [
        (_of("Paul", card_token="g:1"), _of("Paul", card_token="g:1"), "linked", "card"),
        (_of("Paul", card_token="g:1"), _of("P.", card_token="g:1"), "linked", "card"),
        (_of("William", card_token="g:1"), _of("Bill", card_token="g:1"), "linked", "card"),
        (_of("Paul", card_token="g:1"), _of("Ann", card_token="g:1"), "review", "card"),
        (_of("Paul", card_token="g:1"), _of("Paul", "Cole", card_token="g:1"), "review", "card"),
        (_of("Paul", phone="+34612345678"), _of("Paul", phone="+34612345678"), "linked", "phone"),
        (_of("Paul", phone="+34612345678"), _of("Ann", phone="+34612345678"), "review", "phone"),
        (_of("Paul", phone="+34612345678"), _of("Paul", "Cole", phone="+34612345678"), "scored", None),
        (_of("Paul", **HOME), _of("Paul", **HOME), "linked", "address"),
        (_of("Paul", **HOME), _of("Henry", **HOME), "review", "address"),
        (_of("Paul", **HOME), _of("P.", **HOME), "review", "address"),
        (_of("Paul", **HOME), _of("Paul", line2="High St 12", city="Leeds"), "linked", "address"),
        (_of("Paul", **HOME), _of("Paul", line1="12 High St", city="York"), "review", "address"),
        (_of("Paul"), _of("Paul"), "scored", None),
    ],
)  # fmt: skip
def test_each_step_asks_for_the_surname_and_the_given_name_guards_it(
    one: Features, other: Features, outcome: str, rule: str | None
) -> None:
    assert _says(one, other) == (outcome, rule)
    assert _says(other, one) == (outcome, rule)


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        (_of("Paul", email="a@x.org", **HOME), _of("Paul", email="b@x.org", **HOME), "mailboxes_differ"),
        (_of("Paul", email="a@x.org", **HOME), _of("Paul", email="a@x.org", **HOME), "same"),
        (_of("Paul", email="a@x.org", **HOME), _of("Paul", **HOME), "same"),
        (_of("Paul", email="a@x.org", birth_date="1980-03-12", **HOME),
         _of("Paul", email="b@x.org", birth_date="1980-03-12", **HOME), "same"),
        (_of("Paul", email="a@x.org", loyalty="club:7", **HOME),
         _of("Paul", email="b@x.org", loyalty="club:7", **HOME), "same"),
        (_of("", email="a@x.org", card_token="g:1"), _of("Paul", email="b@x.org", card_token="g:1"),
         "mailboxes_differ"),
        (_of("Paul", email="a@x.org", card_token="g:1"),
         _of("Paul", email="b@x.org", card_token="g:1"), "same"),
        (_of("Paul", email="a@x.org", phone="+34612345678"),
         _of("Paul", email="b@x.org", phone="+34612345678"), "same"),
    ],
)  # fmt: skip
def test_a_home_or_a_card_without_a_name_joins_nobody_with_another_mailbox(
    one: Features, other: Features, reason: str
) -> None:
    assert between(one, other).reason == between(other, one).reason == reason


def test_cards_that_differ_end_the_cascade() -> None:
    phone = {"phone": "+34612345678"}
    one, other = _of("Paul", card_token="g:1", **phone), _of("Paul", card_token="g:2", **phone)
    assert _says(one, other) == (Outcome.SCORED, None)


def test_a_card_of_another_provider_is_not_available_and_the_phone_is_asked() -> None:
    phone = {"phone": "+34612345678"}
    one, other = _of("Paul", card_token="g:1", **phone), _of("Paul", card_token="h:1", **phone)
    assert _says(one, other) == (Outcome.LINKED, Rule.PHONE)


def test_the_exact_mode_links_father_and_son() -> None:
    one, other = _of("Paul", **HOME), _of("Henry", **HOME)
    assert _says(one, other, Mode.EXACT) == (Outcome.LINKED, Rule.ADDRESS)


def test_birth_dates_that_exclude_each_other_are_for_a_person() -> None:
    one = _of("Paul", card_token="g:1", birth_date="1980-03-12")
    other = _of("Paul", card_token="g:1", birth_date="1950-07-01")
    assert between(one, other).reason == "veto"


def test_one_account_is_linked_and_several_are_shown_oldest_first() -> None:
    profile = _of("Paul", card_token="g:1")
    mine, twin = _of("Paul", card_token="g:1"), _of("Pauli", card_token="g:1")
    wife = _of("Ann", card_token="g:1")
    assert cascade(profile, [Account("a", 2, mine), Account("w", 1, wife)]).accounts == ("a",)
    found = cascade(profile, [Account("a", 2, mine), Account("b", 1, twin)])
    assert (found.outcome, found.reason, found.accounts) == (
        Outcome.REVIEW, "several_accounts", ("b", "a"),
    )  # fmt: skip
    assert cascade(profile, []).outcome == Outcome.SCORED


@pytest.mark.parametrize(
    ("first", "outcome"),
    [
        ("P.", Outcome.LINKED),
        ("M. P.", Outcome.LINKED),
        ("", Outcome.LINKED),
        ("G.", Outcome.REVIEW),
    ],
)
def test_of_one_card_an_initial_speaks_for_or_against_a_given_name(
    first: str, outcome: Outcome
) -> None:
    decided = between(_of(first, card_token="g:1"), _of("Paul Martin", card_token="g:1"))
    assert decided.outcome == outcome
    assert decided.reason == ("same" if outcome == Outcome.LINKED else "given_names_differ")


def test_a_dry_run_counts_what_each_rule_would_do() -> None:
    people = [
        _of("Paul", card_token="g:1"), _of("Paulo", card_token="g:1"), _of("Ann", card_token="g:1"),
        _of("Ann", "Cole", **HOME), _of("Anna", "Cole", **HOME), _of("Eve", "Todd"),
    ]  # fmt: skip
    counts = dry_run(people)
    assert counts.total() == 4
    assert counts[Rule.ADDRESS, Outcome.LINKED, "same"] == 1
    assert counts[Rule.CARD, Outcome.REVIEW, "given_names_differ"] == 2
    exact = dry_run(people, Mode.EXACT)
    assert exact[Rule.CARD, Outcome.LINKED, "exact_mode"] == 3
