"""`staytrue connectors`: a stranger's connector is made, tried, and gets its sheet."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from staytrue.cli.app import run


@pytest.fixture
def posada(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A new connector, fresh from the template."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    for name in [name for name in sys.modules if name.split(".")[0] == "posada"]:
        monkeypatch.delitem(sys.modules, name)
    assert run(["connectors", "new", "posada"]) == 0
    return tmp_path / "posada"


def test_a_new_connector_passes_and_gets_its_sheet(posada: Path) -> None:
    assert run(["connectors", "test", "posada", "--folder", ".", "--write"]) == 0
    sheet = json.loads(Path("docs/pms/posada.json").read_text(encoding="utf-8"))
    assert set(sheet["must"].values()) == {True}
    assert sheet["fields"]["reservation"]["amount"] == {"held": True, "sent": False, "seen": None}


def test_a_claim_that_nothing_proves_fails_and_gets_no_sheet(
    posada: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    manifest = posada / "manifest.toml"
    manifest.write_text(manifest.read_text().replace("history = false", "history = true"))
    assert run(["connectors", "test", "posada", "--folder", ".", "--write"]) == 1
    assert "history: It is claimed, and there is no simulated PMS" in capsys.readouterr().out
    assert not Path("docs/pms/posada.json").exists()


def test_a_guessed_status_is_caught(posada: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = posada / "translate.py"
    text = place.read_text().replace('if record["status"] not in STATUSES:', "if not STATUSES:")
    text = text.replace('STATUSES[record["status"]]', 'STATUSES.get(record["status"], "confirmed")')
    place.write_text(text)
    assert run(["connectors", "test", "posada", "--folder", "."]) == 1
    assert "unknown_status: " in capsys.readouterr().out


def test_a_connector_by_its_name_answers_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["connectors", "test", "export_files", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["passed"]
    assert {"capability": "manifest", "state": "passed", "sentence": ""} in answer["checks"]


def test_nothing_is_written_over(posada: Path) -> None:
    assert run(["connectors", "new", "posada"]) == 1


@pytest.mark.parametrize("arguments", [["test", "nowhere"], ["new", "Not-A-Name"]])
def test_wrong_use_is_told_apart(arguments: list[str]) -> None:
    assert run(["connectors", *arguments]) == 2
