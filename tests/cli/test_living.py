"""A living PMS from the command line: connected over real HTTP, followed to the end, measured."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections

from staytrue.kit import clock, database, embedded
from staytrue.lab.bookings import build_world
from staytrue.lab.house import hotel_sirga
from staytrue.lab.pms.mews import ACCESS_TOKEN, CLIENT_TOKEN, Mews
from staytrue.lab.pms.serving import Served
from tests.cli.conftest import Cli, run

TODAY = date(2026, 5, 21)


@pytest.fixture
def own_home(elsewhere: Callable[[Path], None], tmp_path: Path) -> Iterator[Path]:
    """A home with Hotel Sirga and nothing else; afterwards this process is where it was."""
    before = settings.HOME
    elsewhere(tmp_path / "home")
    try:
        with embedded.start(tmp_path / "home", fast=True):
            assert run("init", "--admin", "admin@sirga.example").code == 0
            words = [
                "--name",
                "Sirga",
                "--timezone",
                "Europe/Madrid",
                "--country",
                "ES",
                "--currency",
                "EUR",
            ]
            assert run("property", "add", "BIO", *words).code == 0
            yield tmp_path
            connections.close_all()
    finally:
        elsewhere(before)
        # Tests after this one ask without a command, which would look where its home is.
        database.attach("app")


@pytest.fixture
def pms() -> Iterator[tuple[Mews, Served]]:
    """A small house on the simulated Mews, served on this machine."""
    first, last = TODAY - timedelta(days=5), TODAY + timedelta(days=10)
    world = build_world(11, hotel_sirga(rooms=5), first, last, today=TODAY)
    house = Mews(world, clock.now, quirks=frozenset())
    with Served(house.application) as served:
        yield house, served


def connect(cli: Cli, place: Path, url: str, *words: str) -> None:
    """As an administrator types it; the secrets come from files."""
    given = {"base_url": url, "past_days": "400", "ahead_days": "30"}
    for name, token in (("client_token", CLIENT_TOKEN), ("access_token", ACCESS_TOKEN)):
        (place / name).write_text(token, encoding="ascii")
        given[name] = f"@{place / name}"
    sets = [word for name, value in given.items() for word in ("--set", f"{name}={value}")]
    ran = cli("connect", "sirga", "--property", "BIO", "--dialect", "mews", *sets, *words)
    assert ran.code == 0, ran.err


@pytest.mark.usefixtures("own_home")
def test_a_living_pms_is_connected_followed_and_measured(
    tmp_path: Path, pms: tuple[Mews, Served]
) -> None:
    house, served = pms
    connect(run, tmp_path, served.url, "--cadence", "300", "--allow-private-address")
    synced = run("sync", "sirga", "--json")
    assert synced.code == 0, synced.err
    stays = len(house.truth.reservations)
    assert synced.document["created"] >= stays > 10
    listed = run("list", "reservations", "--json").document
    assert len(listed["items"] if isinstance(listed, dict) else listed) == stays
    again = run("sync", "sirga", "--full", "--json")
    assert (again.document["created"], again.document["changed"]) == (0, 0)
    fidelity = run("fidelity", "sirga", "--all", "--json")
    assert fidelity.code == 0, fidelity.err
    assert fidelity.document["differences"] == []
    for command in ("lag", "fields", "objective"):
        assert run(command, "sirga", "--json").code == 0


@pytest.mark.usefixtures("own_home")
def test_an_address_of_the_own_network_needs_an_administrator_s_word(
    tmp_path: Path, pms: tuple[Mews, Served]
) -> None:
    _, served = pms
    connect(run, tmp_path, served.url)
    synced = run("sync", "sirga")
    assert synced.code == 1
    assert "cannot be used" in synced.err
    assert "Traceback" not in synced.err
