"""How old, what may leave, and when a file must wait."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from staytrue.mirror import rules
from staytrue.mirror.rules import Figures
from tests.make import NOON

CADENCE = 3600


@pytest.mark.parametrize(
    ("age", "late"),
    [(timedelta(minutes=59), "in time"), (timedelta(seconds=3660), "in time"),
     (timedelta(hours=2), "late")],
)  # fmt: skip
def test_a_feed_is_late_one_cadence_and_a_minute_after_its_last_truth(
    age: timedelta, late: str
) -> None:
    assert rules.is_stale(NOON - age, CADENCE, NOON) is (late == "late")


def test_a_feed_never_read_is_late() -> None:
    assert rules.is_stale(None, CADENCE, NOON)


def verdict(message: str = "pre_check_in", age: float = 0.1, **facts: object) -> rules.Verdict:
    given = {
        "status": "confirmed", "out_of_sight": False, "imported": False, "newest_parked": False,
    } | facts  # fmt: skip
    return rules.verdict(message, true_through=NOON - timedelta(hours=age), now=NOON, **given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("facts", "answer", "code"),
    [
        ({}, "allowed", ""),
        ({"age": 1}, "held", "too_old"),
        ({"status": "cancelled", "age": 99}, "closed", "cancelled"),
        ({"status": "no_show"}, "closed", "no_show"),
        ({"out_of_sight": True}, "held", "out_of_sight"),
        ({"newest_parked": True}, "held", "newest_parked"),
        ({"newest_parked": True, "status": "cancelled"}, "closed", "cancelled"),
        ({"imported": True}, "closed", "history_import"),
        ({"message": "thank_you"}, "held", "no_evidence"),
        ({"message": "thank_you", "status": "checked_out", "age": 23}, "allowed", ""),
        ({"message": "mid_stay", "status": "in_house", "age": 25}, "held", "too_old"),
        ({"status": "option"}, "held", "no_evidence"),
    ],
)
def test_a_message_leaves_only_on_fresh_and_positive_evidence(
    facts: dict[str, object], answer: str, code: str
) -> None:
    found = verdict(**facts)  # type: ignore[arg-type]
    assert (found.answer, found.code) == (answer, code)


@pytest.mark.parametrize(
    ("zone", "departure_on", "over"),
    [
        ("Pacific/Auckland", date(2026, 5, 21), True),
        ("Pacific/Auckland", date(2026, 5, 22), False),
        ("America/Bogota", date(2026, 5, 21), False),
        ("America/Bogota", date(2026, 5, 20), True),
    ],
)
def test_history_is_what_was_over_by_the_hotels_own_calendar(
    zone: str, departure_on: date, over: object
) -> None:
    # The day turns at noon in Auckland and at five in the morning in Bogota, by UTC.
    at = datetime(2026, 5, 21, 23, 0, tzinfo=UTC)
    given = {"departure_on": departure_on, "first_seen_at": at, "zone": zone}
    assert rules.is_history(imported=True, **given) is over  # type: ignore[arg-type]
    assert not rules.is_history(imported=False, **given)  # type: ignore[arg-type]


USUAL = Figures(lines=500, known=1, future=1000, compared=480, mails_known=400)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({}, None),
        ({"vanishing": 30}, None),
        ({"vanishing": 31}, "shrunken"),
        ({"cancelling": 31}, "mass_cancellation"),
        ({"moving": 101}, "dates_jump"),
        ({"going_back": 49}, "going_back"),
        ({"mails_changing": 81}, "mass_contact_change"),
        ({"parked": 151}, "mostly_unreadable"),
        ({"lines": 0}, "empty"),
        ({"known": 0, "cancelling": 900}, None),
    ],
)
def test_a_batch_beyond_the_usual_waits_for_a_person(
    change: dict[str, int], code: str | None
) -> None:
    found = rules.brake(replace(USUAL, **change), complete=True)
    assert (found.code if found else None) == code


def test_what_is_missing_from_a_delta_concludes_nothing() -> None:
    assert rules.brake(replace(USUAL, vanishing=900), complete=False) is None
