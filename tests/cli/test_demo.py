"""The demo: from nothing to a living group. Slow: a year of an invented hotel is imported."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from staytrue.kit import clock, database, embedded
from staytrue.kit.processes import only_one
from staytrue.lab import demo as invented
from staytrue.lab import group
from staytrue.lab.house import rooms_of
from staytrue.messages.writing import sampling
from tests.cli.conftest import Cli

NOON = datetime(2026, 5, 21, 12, 0, tzinfo=UTC)


@pytest.fixture
def empty(
    home: Path, elsewhere: Callable[[Path], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """An empty home, and small hotels to fill it."""
    small = partial(invented.write_year, rooms=12, days=2)
    monkeypatch.setattr(invented, "write_year", small)
    few = [replace(hotel, house=replace(hotel.house, rooms=rooms_of(6))) for hotel in group.LIVING]
    monkeypatch.setattr(group, "LIVING", tuple(few))
    # Texts are tried on a few stays only: that they can be filled is proved elsewhere.
    monkeypatch.setattr(sampling, "newest", partial(sampling.newest, most=8))
    elsewhere(tmp_path / "home")
    with embedded.start(tmp_path / "home", fast=True):
        yield tmp_path / "home"
    elsewhere(home)
    database.attach("app")


def test_it_loads_settles_and_catches_up_when_called_again(cli: Cli, empty: Path) -> None:
    with clock.use(lambda: NOON):
        first = cli("demo", "--once", "--json").document
        again = cli("demo", "--once", "--json").document
    told = [hotel.pop("deliveries") for hotel in first["hotels"][1:]]
    assert all(hotel.pop("deliveries") >= kept
               for hotel, kept in zip(again["hotels"][1:], told, strict=True))  # fmt: skip
    assert first == again
    assert first["reservations"] > 500
    assert [hotel["dialect"] for hotel in first["hotels"]] == [
        "export_files", "mews", "opera_cloud", "sql_views",
    ]  # fmt: skip
    for hotel in first["hotels"][1:]:
        assert hotel["reservations"] > 20
        assert hotel["profiles"] > 20
        assert (hotel["parked"], hotel["held"], hotel["out_of_sight"]) == (0, 0, 0)
        assert hotel["true_through"] == "2026-05-21T12:00:00+00:00"
    assert (first["parked"], first["held"]) == (1, 0)
    assert set(first["members"]) >= {"desk@sirga.example"}
    # The journey runs at two hotels, at a third in shadow; what left lies in the local outbox.
    told = first["messages"]
    assert min(told["left"], told["held"], told["planned"], told["shadow"]) > 0
    # A month was run by hand: their guests are in the list and earned by the terms.
    assert min(first["check_outs"].values()) > 100
    with clock.use(lambda: NOON + timedelta(days=2)):
        later = cli("demo", "--once", "--json").document
    assert later["deliveries"] == first["deliveries"] + 4
    assert later["password"] == first["password"]


def test_a_second_demo_in_one_home_ends_at_once_and_leaves_the_first_alone(
    cli: Cli, empty: Path
) -> None:
    with only_one(empty / "up.lock"):
        second = cli("demo", "--once", "--json")
    assert (second.code, second.document["error"]["code"]) == (1, "runs")
    assert "another directory" in second.document["error"]["sentence"]
    # It looked at nothing: no hotel was begun.
    assert not (empty / "demo").exists()


def test_it_never_mixes_with_a_real_hotel(cli: Cli) -> None:
    ran = cli("demo", "--once", "--json")
    assert (ran.code, ran.document["error"]["code"]) == (1, "home_not_empty")
