"""The command template."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from staytrue.cli.app import run

GOOD = "Subject: Hello {{ stay.number }}\nPreview: x\n\n{{ guest.greeting }}"
BAD = "Subject: Hello\nPreview: x\n\n{{ guest.password }}\n{{ guest.title }} https://a.example"


def _check(tmp_path: Path, text: str, *more: str) -> int:
    path = tmp_path / "text.txt"
    path.write_text(text, encoding="utf-8")
    return run(["template", "check", str(path), *more])


def test_a_good_text_is_a_yes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _check(tmp_path, GOOD) == 0
    assert "Nothing is wrong" in capsys.readouterr().out


def test_a_bad_text_names_its_fields(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _check(tmp_path, BAD, "--json") == 1
    told = json.loads(capsys.readouterr().out)
    assert [(each["code"], each["name"], each["line"]) for each in told] == [
        ("unknown_field", "guest.password", 1),
        ("no_fallback", "guest.title", 2),
        ("link_foreign", "https://a.example", 2),
    ]


def test_a_text_for_no_stay_may_not_tell_of_one(tmp_path: Path) -> None:
    assert _check(tmp_path, GOOD, "--kind", "birthday") == 1


def test_a_text_message_has_no_head(tmp_path: Path) -> None:
    assert _check(tmp_path, "{{ hotel.name }}: see you {{ stay.arrival }}") == 0
