"""Ages, dates and money in the reader's language, at the limits where they change."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import translation

from staytrue.mirror.rules import AGE_LIMITS
from staytrue.web import formats, sentences
from staytrue.web.chart import age_chart
from staytrue.web.sentences import Standing

NOW = datetime(2026, 5, 21, 16, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("age", "step"),
    [
        (timedelta(minutes=15), ""),
        (timedelta(minutes=15, seconds=1), "recent"),
        (timedelta(hours=2), "recent"),
        (timedelta(hours=2, seconds=1), "today"),
        (timedelta(hours=24), "today"),
        (timedelta(hours=24, seconds=1), "old"),
    ],
)
def test_the_disc_wanes_at_its_limits(age: timedelta, step: str) -> None:
    assert formats.step(NOW - age, NOW) == step


def test_what_was_never_read_is_lost() -> None:
    assert formats.step(None, NOW) == "lost"


@pytest.mark.parametrize(
    ("language", "age", "money", "days"),
    [
        ("en", "14 h 50 min", "€1,234.50", "23 to 26 May"),
        ("fr", "14 h 50", "1\u202f234,50\xa0€", "du 23 mai au 26 mai"),
        ("es", "14 h 50 min", "1.234,50\xa0€", "del 23 may al 26 may"),
    ],
)
def test_each_language_has_its_own_figures(language: str, age: str, money: str, days: str) -> None:
    with translation.override(language):
        assert formats.age(53_400) == age
        assert formats.money("1234.50", "EUR") == money
        assert formats.days(date(2026, 5, 23), date(2026, 5, 26), 2026) == days


def test_times_are_those_of_the_hotels_own_clock() -> None:
    assert formats.clock_time(NOW, "Europe/Madrid") == "18:00"
    assert formats.clock_time(NOW, "Pacific/Auckland") == "04:00"
    assert formats.instant(NOW, "Pacific/Auckland", NOW - timedelta(hours=6)).startswith("22 May")


def standing(**facts: object) -> Standing:
    given = {
        "status": "confirmed",
        "is_history": False,
        "lost": False,
        "newest_parked": False,
        "cause": None,
        "since": None,
        "true_through": NOW - timedelta(minutes=5),
        "hotel": "Hotel Sirga",
        "zone": "Europe/Madrid",
        "now": NOW,
    }
    return Standing(**given | facts)  # type: ignore[arg-type]


STATES = {
    "fresh": standing(),
    "old": standing(true_through=NOW - timedelta(days=2)),
    "never read": standing(true_through=None),
    "missing": standing(lost=True, cause="missing", since=NOW - timedelta(days=1)),
    "out of window": standing(lost=True, cause="window", since=NOW - timedelta(days=1)),
    "history": standing(is_history=True),
    "cancelled": standing(status="cancelled"),
    "no-show": standing(status="no_show"),
    "option": standing(status="option"),
}


@pytest.mark.parametrize("language", ["en", "fr", "es"])
@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("message", AGE_LIMITS)
def test_every_answer_has_its_sentence(message: str, state: str, language: str) -> None:
    with translation.override(language):
        verdict = STATES[state].would_be(message)
        text = sentences.why(verdict, STATES[state])
        assert text.endswith(".")
        assert "%(" not in text
        assert sentences.brief(verdict, STATES[state])


def test_a_daily_feed_may_carry_letters_but_no_confirmation() -> None:
    allowed = {rule.message for rule in sentences.may_automate(86_400) if rule.allowed}
    assert "Pre-stay letter" in allowed
    assert "Booking confirmation" not in allowed


def test_the_chart_climbs_with_time_and_falls_with_each_reading() -> None:
    readings = [(NOW - timedelta(days=d), NOW - timedelta(days=d)) for d in (1, 2, 3)]
    chart = age_chart(readings, NOW, "Europe/Madrid")
    assert chart is not None
    assert chart.worst == "1 d 0 h"
    assert chart.now_text == "1 d 0 h"
    assert len(chart.table) == 3


def test_without_a_reading_there_is_no_chart() -> None:
    assert age_chart([], NOW, "Europe/Madrid") is None


def test_a_late_file_never_makes_the_mirror_younger_than_it_is() -> None:
    readings = [(NOW - timedelta(hours=3), NOW - timedelta(hours=4)),
                (NOW - timedelta(hours=2), NOW - timedelta(hours=9))]  # fmt: skip
    chart = age_chart(readings, NOW, "Europe/Madrid")
    assert chart is not None
    assert chart.now_text == "4 h 00 min"


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(8.4, "8 s"), (59.6, "1 min 00 s"), (125, "2 min 05 s"), (7_300, "2 h 01 min")],
)
def test_a_short_lag_is_told_to_the_second(seconds: float, told: str) -> None:
    assert formats.exact(seconds) == told
