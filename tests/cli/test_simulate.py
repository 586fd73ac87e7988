"""The command that simulates says what broke, and exits so that nobody overlooks it."""

from __future__ import annotations

import json

import pytest

from staytrue.cli.app import run


def test_a_clean_world_is_a_yes_with_its_figures(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["simulate", "--seed", "5", "--bookings", "40", "--mode", "calm", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["clean"]
    assert told["bookings"] == 40
    assert told["sent"] > 40
    assert told["modes"] == {"calm": 1}


def test_a_planted_fault_is_a_no_that_names_the_promise_and_tells_the_story(
    capsys: pytest.CaptureFixture[str],
) -> None:
    fault = "every room of a booking is written to"
    assert run(["simulate", "--mutant", fault]) == 1
    out = capsys.readouterr().out
    assert out.startswith("I4 broken at ")
    assert "truth: created" in out
    assert f"Planted: {fault}." in out
    assert out.rstrip().endswith("promises broken.")


def test_the_faults_are_listed_with_what_must_name_them(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["simulate", "--list-mutants"]) == 0
    assert "I3       a hotel's time is taken for UTC" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--rig", "full"], "runs with the tests"),
        (["--rig", "paper"], "There is no rig"),
        (["--mutant", "rust"], "There is no planted fault"),
    ],
)
def test_what_is_not_there_is_refused_in_one_sentence(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["simulate", *arguments]) == 1
    told = capsys.readouterr().err
    assert sentence in told
    assert len(told.splitlines()) == 1
