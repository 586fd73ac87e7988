"""A home of its own for the command line, with a small hotel in it, run in this process."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, connections
from pytest_django import DjangoDbBlocker

from staytrue.cli import app
from staytrue.kit import cluster, database, embedded
from staytrue.lab.demo import Year, write_year
from tests import readied

TODAY = date(2026, 5, 21)


@dataclass(frozen=True)
class Ran:
    """How one command ended, and what it said."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one JSON document on standard output."""
        return json.loads(self.out)


Cli = Callable[..., Ran]


def run(*words: object) -> Ran:
    """Run one command line in this process."""
    out, err = io.StringIO(), io.StringIO()
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    try:
        with redirect_stdout(out), redirect_stderr(err):
            code = app.run([str(word) for word in words])
    finally:
        root.handlers, root.level = handlers, level
    return Ran(code, out.getvalue(), err.getvalue())


@pytest.fixture(scope="package")
def elsewhere(django_db_blocker: DjangoDbBlocker) -> Iterator[Callable[[Path], None]]:
    """Point this process to another home; afterwards it is where it was. New homes are migrated."""
    home, before = settings.HOME, dict(connection.settings_dict)
    patch = pytest.MonkeyPatch()
    patch.setattr(cluster, "initialise", readied.instead_of_initialise)

    def go(place: Path) -> None:
        settings.HOME = place
        for known in (settings.DATABASES["default"], connection.settings_dict):
            known["NAME"] = database.DATABASE

    with django_db_blocker.unblock():
        try:
            yield go
        finally:
            patch.undo()
            connections.close_all()
            settings.HOME = home
            for known in (
                settings.DATABASES["default"],
                connections.settings["default"],
                connection.settings_dict,
            ):
                known.update(before)


@pytest.fixture(scope="package")
def home(
    elsewhere: Callable[[Path], None], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """A home with Hotel Sirga, one connection, and nothing imported."""
    place = tmp_path_factory.mktemp("home")
    elsewhere(place)
    with embedded.start(place, fast=True):
        assert run("init", "--admin", "admin@sirga.example").code == 0
        house = {"timezone": "Europe/Madrid", "country": "ES", "currency": "EUR"}
        facts = [word for name, value in house.items() for word in (f"--{name}", value)]
        assert run("property", "add", "BIO", "--name", "Hotel Sirga", *facts).code == 0
        mappings = '{"guests_*": "staytrue_guests", "stays_*": "staytrue_stays"}'
        given = ("--dialect", "export_files", "--set", f"mappings={mappings}")
        assert run("connect", "files", "--property", "BIO", *given).code == 0
        yield place


@pytest.fixture(scope="package")
def year(home: Path) -> Year:
    """The hotel's exports: a year as history, and two days."""
    return write_year(home / "exports", today=TODAY, rooms=12, days=2)


@pytest.fixture(scope="package")
def filled(home: Path, year: Year) -> Cli:
    """The command line on a home in which everything was imported."""
    for export in (year.history, *year.days):
        words = ["--connection", "files", *(["--history"] if export.history else [])]
        for path in export.paths:
            assert run("import", path, *words).code == 0
    return run


@pytest.fixture
def cli(home: Path) -> Cli:
    """The command line on a home that has a hotel."""
    return run
