"""The managers' figures by hand: each sum names the cases that make it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest

from staytrue.desk import figures
from staytrue.desk.clock_rules import Hours
from staytrue.desk.figures import Row, Score
from staytrue.desk.money_figures import Paid, Wrong, money
from tests.make import NOON

DAY = NOON.date()
HOUR = 3600.0


def row(id_: int, **facts: Any) -> Row:
    """A complete request of housekeeping."""
    at = facts.pop("at", NOON)
    given: dict[str, Any] = {
        "id": id_, "kind": "request", "department": "housekeeping", "opened_at": at,
        "day": at.date(), "closed_at": at + timedelta(hours=1),
    }  # fmt: skip
    return Row(**given | facts)


def took(id_: int, new: float, pending: float, blocked: float = 0, **facts: Any) -> Row:
    """One that took so many minutes in each state."""
    spans = (("new", new * 60), ("pending", pending * 60), ("blocked", blocked * 60))
    return row(id_, spans=spans, **facts)


def test_completion_of_thirty_cases_is_what_one_counts_by_hand() -> None:
    # Housekeeping: 1 to 20 minutes in work after one of waiting; technical: ten alike that waited.
    rows = [took(n, 1, n, blocked=500) for n in range(1, 21)]
    rows += [took(n, 30, 10, department="technical") for n in range(21, 31)]
    housekeeping, technical = figures.completion(rows)
    assert (housekeeping.count, housekeeping.p50, housekeeping.p90) == (20, 11 * 60, 19 * 60)
    assert housekeeping.bottleneck == "pending"
    assert (technical.p50, technical.p90, technical.bottleneck) == (2400, 2400, "new")
    assert technical.cases == tuple(range(21, 31))


def test_what_is_open_is_not_completed() -> None:
    assert figures.completion([took(1, 1, 1, closed_at=None)]) == []


def test_pauses_and_closed_hours_are_no_time() -> None:
    at = datetime(2026, 5, 21, 17, 0, tzinfo=UTC)
    states = [
        (at, "new"),
        (at + timedelta(hours=1), "blocked"),
        (at + timedelta(hours=2), "pending"),
    ]
    hours = Hours("UTC", time(8), time(20))
    spans = figures.spans(states, at + timedelta(hours=16), hours)
    assert spans == (("new", HOUR), ("blocked", HOUR), ("pending", 2 * HOUR))
    assert row(1, spans=spans).seconds == 3 * HOUR


def test_accuracy_is_right_of_checked_with_its_interval() -> None:
    checks = [(n, "right") for n in range(18)] + [(90, "wrong"), (91, "missing")]
    found = figures.accuracy(checks)
    assert (found.right, found.checked, found.rate) == (18, 20, 0.9)
    assert (round(found.low, 3), round(found.high, 3)) == (0.683, 0.988)
    assert found.cases["wrong"] == (90,)
    assert figures.accuracy([]).rate is None


def noise(id_: int, day: int, **facts: Any) -> Row:
    given = {"kind": "recovery", "cause": "noise", "place": "214", "is_exceptional": True}
    return row(id_, at=NOON + timedelta(days=day), **given | facts)


def test_a_repeat_may_have_begun_before_these_days() -> None:
    before = [noise(1, 0), noise(2, 10)]
    assert figures.recoveries([], before).repeats == []
    (found,) = figures.recoveries([noise(3, 25)], before).repeats
    assert (found.cause, found.place, found.cases) == ("noise", "214", (1, 2, 3))


def test_a_hotel_says_in_how_many_days_and_room_214_of_another_is_another() -> None:
    rows = [noise(n, 10 * n, property_id=7) for n in range(3)]
    assert figures.recoveries(rows).repeats
    assert not figures.recoveries(rows, days={7: 19}).repeats
    rows[2] = noise(2, 20, property_id=8)
    assert not figures.recoveries(rows).repeats


@pytest.mark.parametrize(
    ("days", "repeats"),
    [
        ((0, 15, 30), [1, 2, 3]),
        ((0, 15, 31), []),
        ((0, 1), []),
        ((0, 20, 40, 45, 50), [2, 3, 4, 5]),
    ],
)
def test_the_third_noise_in_a_room_within_thirty_days_repeats(
    days: tuple[int, ...], repeats: list[int]
) -> None:
    rows = [noise(id_, day) for id_, day in enumerate(days, 1)]
    rows += [noise(90, 0, place="12"), noise(91, 1, cause="wifi"), noise(92, 2, kind="request")]
    found = figures.recoveries(rows).repeats
    assert [list(each.cases) for each in found] == ([repeats] if repeats else [])


def test_recoveries_are_counted_by_cause_room_and_department() -> None:
    rows = [noise(1, 0), noise(2, 0, place="12"), noise(3, 0, cause="wifi", is_exceptional=False)]
    found = figures.recoveries(rows)
    assert [(each.name, each.cases) for each in found.by_cause] == [
        ("noise", (1, 2)),
        ("wifi", (3,)),
    ]
    assert [(each.name, each.cases) for each in found.by_place] == [("214", (1, 3)), ("12", (2,))]
    assert (found.cases, found.exceptional) == ((1, 2, 3), (1, 2))


def test_money_adds_up_by_kind_and_state_with_pressure_and_leaks() -> None:
    lines = [
        Paid(id=n, case=case, kind=kind, state=state, amount=Decimal(amount), currency="EUR")
        for n, (case, kind, state, amount) in enumerate(
            [
                (1, "charge", "approved", "12.50"), (2, "charge", "approved", "30.00"),
                (3, "refund", "posted", "80.00"), (3, "cost", "approved", "9.90"),
            ],
            1,
        )
    ]  # fmt: skip
    totals = {each.name: (each.amount, each.lines, each.cases) for each in money(lines)}
    assert totals == {
        "charge.approved": (Decimal("42.50"), (1, 2), (1, 2)),
        "refund.posted": (Decimal("80.00"), (3,), (3,)),
        "cost.approved": (Decimal("9.90"), (4,), (3,)),
        "pressure": (Decimal("42.50"), (1, 2), (1, 2)),
        "leak": (Decimal("9.90"), (4,), (3,)),
    }


def test_a_charge_missing_when_the_guest_left_and_money_given_back_wrongly_are_lost() -> None:
    lines = [
        Paid(id=1, case=1, kind="charge", state="approved", amount=Decimal("12.50"),
             currency="EUR", is_over=True),
        Paid(id=2, case=2, kind="charge", state="refused", amount=Decimal(5), currency="EUR"),
        Paid(id=3, case=3, kind="refund", state="approved", amount=Decimal(80), currency="EUR",
             is_over=True),
    ]  # fmt: skip
    wrong = [Wrong(case=3, folio_line="30117:7", amount=Decimal(100), currency="EUR")]
    totals = {each.name: (each.amount, each.lines) for each in money(lines, wrong)}
    assert totals["missed"] == (Decimal("12.50"), (1,))
    assert totals["wrong_refund"] == (Decimal(100), ("30117:7",))
    assert totals["leak"] == (Decimal("117.50"), (1, 2, "30117:7"))
    assert totals["pressure"] == (Decimal(80), (3,))


def test_waiting_and_scores_stand_side_by_side_by_the_same_week() -> None:
    monday = date(2026, 5, 18)
    rows = [row(n, waited=60.0 * n, reservation_id=7 if n < 3 else n) for n in range(1, 7)]
    scores = [Score(monday + timedelta(days=n), Decimal(8)) for n in range(5)]
    scores.append(Score(monday + timedelta(days=7), Decimal(3), "review"))
    first, second = figures.weeks(rows, scores)
    assert (first.monday, first.waited, first.score, first.scores) == (monday, 180.0, Decimal(8), 5)
    assert (first.repeated, first.is_too_few) == ((2,), False)
    assert (second.monday, second.is_too_few, second.cases) == (
        monday + timedelta(days=7),
        True,
        (),
    )


def test_the_peak_day_has_most_cases_for_each_occupied_room() -> None:
    rows = [took(n, 5, 5) for n in range(1, 4)]
    occupied = {DAY: 10, DAY + timedelta(days=1): 2, DAY + timedelta(days=2): 0}
    open_on = {DAY: [1, 2, 3], DAY + timedelta(days=1): [3]}
    answered = DAY + timedelta(days=9)
    there = DAY + timedelta(days=1)
    scores = [
        Score(answered, Decimal(6), arrival_on=there, departure_on=there + timedelta(days=2)),
        Score(answered, Decimal(4), arrival_on=there, departure_on=there),
        # Who left that morning slept elsewhere that night; a review says of no day.
        Score(there, Decimal(1), arrival_on=DAY - timedelta(days=1), departure_on=there),
        Score(there, Decimal(1), "review"),
    ]
    days = figures.pressure(rows, occupied, scores, open_on)
    peak = figures.peak(days)
    assert peak
    assert (peak.on, peak.ratio, peak.score, peak.open) == (
        DAY + timedelta(days=1), 0.5, Decimal(5), (3,),
    )  # fmt: skip
    assert days[0].completed_in == 600
    assert days[2].ratio is None


def test_busy_nights_are_stretches_from_the_share_on() -> None:
    nights = {DAY + timedelta(days=n): taken for n, taken in enumerate([85, 84, 90, 100, 10])}
    assert figures.busy_spans(nights, 100, 85) == [
        (DAY, DAY), (DAY + timedelta(days=2), DAY + timedelta(days=3)),
    ]  # fmt: skip
