"""The command line is a contract: exit codes, one JSON document, one line for what is wrong."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.conf import settings

from staytrue.hotel import scope
from staytrue.inbox.models import Connection
from staytrue.inbox.secrets import opened
from staytrue.kit import database
from staytrue.kit.errors import Misconfigured
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
        "list guests --status asleep",
        "list reservations --status asleep",
        "list reservations --property NONE",
        "list profiles --status confirmed",
        "show room 1",
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
        "resume nobody",
        "report fields rooms",
        "report texts --property NONE",
        "report history",
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
    assert ran.document["settings"] == {"password": "•••"}
    assert "hush" not in ran.out


def _password_of(name: str) -> str:
    with database.running(), scope.everything():
        return str(opened(Connection.objects.get(name=name))["password"])


def test_a_secret_comes_from_a_file_or_standard_input(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "word").write_text("of-a-file\n")
    words = ["--property", "BIO", "--dialect", "export_files", "--set"]
    assert cli("connect", "by-file", *words, f"password=@{tmp_path / 'word'}").code == 0
    monkeypatch.setattr("sys.stdin", io.StringIO("of-a-pipe\n"))
    assert cli("connect", "by-pipe", *words, "password=-").code == 0
    assert cli("connect", "by-none", *words, "password=@/nowhere").code == 2
    assert [_password_of(name) for name in ("by-file", "by-pipe")] == ["of-a-file", "of-a-pipe"]


def test_secrets_are_sealed_anew_with_the_key_of_today(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = "connect rotated --property BIO --dialect export_files --set password=hush-hush"
    assert cli(*words.split()).code == 0
    monkeypatch.setenv("STAYTRUE_SEALING_KEY", "a-new-key-" * 5)
    assert cli("secrets", "rotate", "--json").document["changed"] >= 1
    assert cli("secrets", "rotate", "--json").document["changed"] == 0
    assert _password_of("rotated") == "hush-hush"
    monkeypatch.delenv("STAYTRUE_SEALING_KEY")
    with pytest.raises(Misconfigured, match="enter the credentials again"):
        _password_of("rotated")
    monkeypatch.setenv("STAYTRUE_SEALING_KEY", (settings.HOME / "secrets/sealing").read_text())
    monkeypatch.setenv("STAYTRUE_SEALING_KEY_BEFORE", "a-new-key-" * 5)
    assert cli("secrets", "rotate", "--json").document["changed"] >= 1


def test_a_private_address_is_allowed_by_name_only(cli: Cli) -> None:
    words = ["--property", "BIO", "--dialect", "export_files"]
    assert cli("connect", "inside", *words, "--allow-private-address").code == 0
    with database.running(), scope.everything():
        allowed = Connection.objects.filter(is_private=True).values_list("name", flat=True)
        assert list(allowed) == ["inside"]
