"""Pace, objectives and lag, as the command line tells them."""

from __future__ import annotations

from tests.cli.conftest import Cli

NAME = "files"


def test_the_lag_report_says_what_is_declared_and_what_was_measured(filled: Cli) -> None:
    told = filled("lag", NAME, "--json").document
    assert told["cadence"]["changes"] == [
        {"hours": "13-23", "seconds": 60},
        {"hours": "", "seconds": 300},
    ]
    assert set(told["lag"]) == {"hour", "day", "week"}
    assert set(told["lag"]["day"]) == {"p50", "p95", "count"}
    assert set(told["true_through"]) == {"profile", "reservation"}


def test_a_changed_pace_stands_in_the_next_report(filled: Cli) -> None:
    assert filled("cadence", NAME, "changes", "3600").code == 0
    assert filled("cadence", NAME, "changes", "300", "--hours", "14-22").code == 0
    out = filled("lag", NAME).out
    assert "changes: every 300 s from 14-22 o'clock, else every 3600 s" in out
    assert filled("cadence", NAME, "changes", "60", "--hours", "13-20").code == 0
    assert "changes: every 60 s from 13-20 o'clock, else every 3600 s" in filled("lag", NAME).out
    assert filled("cadence", NAME, "changes", "1").code == 1


def test_how_many_records_are_compared_each_night_is_said_and_told(filled: Cli) -> None:
    told = filled("objective", NAME, "--sample", "300")
    assert (told.code, told.out.strip()) == (0, "fidelity_sample: 300 compared each night")
    assert filled("objective", NAME, "--sample", "5").code != 0
    assert filled("objective", NAME, "--none").out.strip() == f"{NAME} has no objectives."


def test_how_far_a_fill_may_fall_is_said_and_told(filled: Cli) -> None:
    told = filled("objective", NAME, "--fill-drop", "45")
    assert told.code == 0
    assert "fill_drop_points: a field may fall by 45.0 points" in told.out
    assert filled("objective", NAME, "--fill-drop", "100").code != 0
    # What was set once hinders nothing else.
    assert filled("objective", NAME, "--fidelity", "0.99").code == 0
