"""The command line is a contract: exit codes, one JSON document, one line for what is wrong."""

from __future__ import annotations

import pytest
from django.conf import settings

from tests.cli.conftest import Cli


@pytest.mark.parametrize(
    "words",
    [
        "nonsense",
        "import",
        "import nowhere.csv --connection files",
        "import {file} --connection nobody",
        "list",
        "list rooms",
        "list guests",
        "list reservations --status asleep",
        "list reservations --property NONE",
        "list profiles --status confirmed",
        "show message 1",
        "show reservation",
        "show reservation 1 --as-of yesterday",
        "connect again --property BIO --dialect fax",
        "connect again --property BIO --dialect export_files --two-way",
        "connect again --property BIO --dialect export_files --set nonsense",
        "connect again --property NONE --dialect export_files",
        "property add NEW",
        "up --port 99999999",
        "translate fax {file}",
        "translate export_files {file}",
        "bench nothing",
        "parked release files",
        "parked release files 1 --all",
        "parked drop files 99",
        "deliveries release 99",
        "sync nobody",
        "backup /nowhere/at/all.tar",
    ],
)
def test_wrong_use_exits_2_with_one_line(cli: Cli, words: str) -> None:
    ran = cli(*words.format(file=__file__).split())
    assert ran.code == 2
    assert ran.out == ""
    assert len(ran.err.splitlines()) == 1
    assert ran.err.startswith("staytrue: ")


@pytest.mark.parametrize(
    "words",
    [
        "property add BIO --name x --timezone Europe/Madrid --country ES --currency EUR",
        "property add NEW --name x --timezone Mars/North --country ES --currency EUR",
        "property add NEW --name x --timezone Europe/Madrid --country XX --currency EUR",
        "property add NEW --name x --timezone Europe/Madrid --country ES --currency ZZZ",
        "property add A:B --name x --timezone Europe/Madrid --country ES --currency EUR",
        "connect files --property BIO --dialect export_files",
        "show reservation BIO:404",
        "show profile nobody",
        "init --admin admin@sirga.example",
        "restore {file}",
    ],
)
def test_a_no_exits_1_and_says_why_to_people_and_machines(cli: Cli, words: str) -> None:
    ran = cli(*words.format(file=__file__).split(), "--json")
    assert ran.code == 1
    assert ran.document["error"]["sentence"] in ran.err
    assert ran.document["error"]["code"]


def test_a_dangling_home_is_named(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "HOME", settings.HOME / "missing")
    ran = cli("list", "reservations")
    assert ran.code == 2
    assert "staytrue init" in ran.err


def test_settings_that_are_secret_are_not_shown(cli: Cli) -> None:
    words = "connect sftp --property BIO --dialect export_files --set password=hush --json"
    ran = cli(*words.split())
    assert ran.document["settings"] == {"password": "***"}
    assert "hush" not in ran.out
