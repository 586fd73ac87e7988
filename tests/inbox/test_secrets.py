"""Secret settings of a connection: sealed to its row, never readable in it, opened by the line."""

from __future__ import annotations

import io
import json
import logging
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import structlog
from django.apps import apps
from django.conf import settings
from django.db import connection

from staytrue.connectors import registry
from staytrue.hotel import scope
from staytrue.inbox import actions as inbox
from staytrue.inbox import secrets
from staytrue.inbox.models import Connection
from staytrue.kit import logs, scrubbing
from staytrue.kit.errors import Misconfigured
from staytrue.kit.secrets import SETTING, SETTING_BEFORE
from staytrue.staff import audit
from staytrue.staff.models import AuditEntry
from tests import make

pytestmark = pytest.mark.django_db

CANARY = "kanari-7f3a-never-to-be-seen"
MEWS = {"client_token": CANARY, "access_token": f"{CANARY}-2", "base_url": "https://pms.example"}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keys of its own for every test."""
    monkeypatch.setattr(settings, "HOME", tmp_path)
    return tmp_path


def connect(name: str = "live", **values: Any) -> Connection:
    house = make.hotel(f"H{len(name)}{name[-1].upper()}")
    with scope.everything(), audit.acting("tests", make.NOON):
        return inbox.connect(name, house, "mews", MEWS | values, now=make.NOON)


def change(link: Connection, **values: Any) -> None:
    with scope.everything(), audit.acting("tests", make.NOON):
        secrets.put_settings(link, values, registry.manifest(link.dialect))


def everything_stored() -> str:
    """All rows that speak of connections, as text."""
    with scope.everything(), connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(c)::text FROM connection c")
        rows = cursor.fetchall()
        cursor.execute("SELECT to_jsonb(e)::text FROM audit_entry e")
        return str(rows + cursor.fetchall())


def test_a_secret_setting_never_stands_in_the_database() -> None:
    link = connect()
    assert set(link.settings) == {"base_url"}
    assert set(link.sealed) == {"client_token", "access_token"}
    assert CANARY not in everything_stored()
    with scope.everything():
        assert secrets.opened(Connection.objects.get(pk=link.pk)) == MEWS


def test_what_is_shown_says_only_that_a_secret_is_there() -> None:
    shown = secrets.masked(connect())
    assert CANARY not in str(shown)
    assert shown.keys() == MEWS.keys()


def test_the_audit_names_the_settings_and_no_values() -> None:
    link = connect()
    change(link, access_token=f"{CANARY}-3")
    with scope.everything():
        last = AuditEntry.objects.filter(object=f"connection:{link.pk}").latest("pk")
    assert last.fields == ["sealed"]
    assert CANARY not in everything_stored()


def test_settings_that_are_not_named_stay_and_none_removes() -> None:
    link = connect()
    change(link, client_token=None, past_days="30")
    assert secrets.opened(link) == {
        "access_token": MEWS["access_token"], "base_url": MEWS["base_url"], "past_days": "30",
    }  # fmt: skip


def test_a_credential_copied_to_another_row_is_refused() -> None:
    victim, thief = connect(), connect("second")
    with scope.everything(), audit.acting("tests", make.NOON):
        Connection.objects.filter(pk=thief.pk).update(sealed=victim.sealed)
        thief = Connection.objects.get(pk=thief.pk)
    with pytest.raises(Misconfigured, match="sealed for another place") as refusal:
        secrets.opened(thief)
    assert refusal.value.code == "sealed_elsewhere"


def test_a_credential_copied_to_another_setting_is_refused() -> None:
    link = connect()
    link.sealed["client_token"] = link.sealed["access_token"]
    with pytest.raises(Misconfigured) as refusal:
        secrets.opened(link)
    assert refusal.value.code == "sealed_elsewhere"


@pytest.mark.parametrize("rubbish", ["", "no base64!", "AAAA"])
def test_a_broken_secret_is_told_in_a_sentence(rubbish: str) -> None:
    link = connect()
    link.sealed["client_token"] = rubbish
    with pytest.raises(Misconfigured, match="client_token of live cannot be opened"):
        secrets.opened(link)


def test_another_key_is_told_in_a_sentence(home: Path) -> None:
    link = connect()
    (home / "secrets" / "sealing").write_text("another-key-" * 6)
    with pytest.raises(Misconfigured, match="enter the credentials again") as refusal:
        secrets.opened(link)
    assert (refusal.value.code, refusal.value.facts["connection"]) == ("sealing_key_lost", "live")


def test_a_rotated_secret_opens_without_the_key_of_before(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = connect()
    old = (home / "secrets" / "sealing").read_text()
    (home / "secrets" / "sealing").unlink()
    monkeypatch.setenv(SETTING, "a-new-key-" * 5)
    monkeypatch.setenv(SETTING_BEFORE, old)
    with scope.everything(), audit.acting("tests", make.NOON):
        assert secrets.rotate(link) == 2
        assert secrets.rotate(link) == 0
    monkeypatch.delenv(SETTING_BEFORE)
    assert secrets.opened(link) == MEWS


def test_a_secret_is_absent_from_logs_errors_and_reprs(monkeypatch: pytest.MonkeyPatch) -> None:
    link = connect()
    # As in a worker, which never saw the secret before it opened it.
    monkeypatch.setattr(scrubbing, "_known", set())
    monkeypatch.setattr(scrubbing, "_known_words", [])
    out = io.StringIO()
    before = logging.getLogger().handlers, logging.getLogger().level
    try:
        logs.to_stderr()
        for handler in logging.getLogger().handlers:
            handler.stream = out  # type: ignore[attr-defined]
        values = secrets.opened(link)
        logging.getLogger("library").warning("asking with %s", values)
        logging.getLogger("library").warning("the far side said: %s is wrong", CANARY)
        try:
            raise RuntimeError(f"body {json.dumps(values)}")
        except RuntimeError:
            logging.getLogger("library").exception("failed")
    finally:
        logging.getLogger().handlers, level = before
        logging.getLogger().setLevel(level)
        structlog.reset_defaults()
    assert "asking with" in out.getvalue()
    assert CANARY not in out.getvalue() + repr(link) + str(link)


def test_the_secret_of_a_hook_is_kept_as_a_hash_only() -> None:
    link = connect()
    with scope.everything(), audit.acting("tests", make.NOON):
        first, second = secrets.new_hook(link), secrets.new_hook(link)
    assert first != second
    assert len(second) >= 43
    assert link.hook_hash == secrets.hook_hash(second)
    assert second not in everything_stored()


def test_what_an_older_version_kept_plain_is_sealed_by_the_upgrade() -> None:
    given = {"host": "sftp.example", "password": CANARY}
    link = make.link(make.hotel(), **given)
    with scope.everything():
        import_module("staytrue.inbox.migrations.0005_seal_settings").seal(apps, None)
        link.refresh_from_db()
        assert link.settings == {"host": "sftp.example"}
        assert secrets.opened(link) == given
    assert CANARY not in everything_stored()


def test_a_private_address_is_allowed_by_a_noted_act() -> None:
    link = connect()
    with scope.everything(), audit.acting("Maite", make.NOON):
        inbox.allow_private(link, is_allowed=True)
        inbox.allow_private(link, is_allowed=True)
        noted = AuditEntry.objects.filter(action="private_address_allowed", actor="Maite")
        assert noted.count() == 1
        assert Connection.objects.get(pk=link.pk).is_private
