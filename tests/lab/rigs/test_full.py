"""Whole worlds on the real code: what left is right, once, wanted and in time; what did not says why."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from staytrue.lab.rigs.full import campaign
from staytrue.lab.rigs.full.campaign import Plan
from tests.lab.rigs.vault import Vault
from tests.messages import ways

pytestmark = pytest.mark.django_db(transaction=True)

SERVER = settings.HOME


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home whose journal and token are this world's own."""
    monkeypatch.setattr(settings, "ALLOWED_HOSTS", ["*"])
    with ways.home(tmp_path / "home") as place:
        yield place


def test_in_a_calm_world_all_that_is_due_leaves_within_minutes_and_nothing_is_wrong(
    home: Path,
) -> None:
    report = campaign.run(Plan(seed=1, stays=120, hours=10, is_calm=True), home / "files")
    assert report.violations == []
    assert report.strange == []
    assert not sum(report.unknowable.values())
    assert report.letters > 15


def test_in_a_storm_nothing_wrong_leaves_and_nothing_twice(home: Path) -> None:
    report = campaign.run(Plan(seed=2, stays=150, hours=12), home / "files")
    assert report.violations == []
    assert sum(report.faults.values()) > 50
    assert report.letters > 15


@pytest.mark.proof
def test_a_restored_database_sends_nothing_unarmed_and_nothing_again(home: Path) -> None:
    vault = Vault(SERVER)
    report = campaign.run(Plan(seed=3, stays=150, hours=14), home / "files", vault)
    assert report.violations == []
    assert report.letters > 15


@pytest.mark.proof
@pytest.mark.parametrize("seed", [11, 12])
def test_a_thousand_stays_in_a_storm_get_nothing_wrong(home: Path, seed: int) -> None:
    report = campaign.run(Plan(seed=seed, stays=1_000, hours=48), home / "files")
    assert report.violations == []
