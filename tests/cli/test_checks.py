"""verify, doctor, backup and restore: what stands is true, and comes back as it was."""

from __future__ import annotations

import stat
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection

from staytrue.hotel import scope
from staytrue.inbox.models import Connection
from staytrue.inbox.secrets import opened
from staytrue.kit import database
from tests.cli.conftest import Cli


def state(cli: Cli) -> dict[str, object]:
    return dict(cli("verify", "mirror", "--hash", "--json").document)


def test_the_mirror_of_honest_files_stands(filled: Cli) -> None:
    found = state(filled)
    assert found["violations"] == []
    assert len(str(found["hash"])) == 64


def test_what_was_tampered_with_is_found(filled: Cli) -> None:
    with database.running(), scope.everything(), connection.cursor() as cursor:
        cursor.execute("SELECT id FROM reservation WHERE nights > 0 LIMIT 1")
        (id_,) = cursor.fetchone()
        cursor.execute("UPDATE reservation SET nights = nights + 1 WHERE id = %s", [id_])
    ran = filled("verify", "mirror", "--json")
    assert ran.code == 1
    (violation,) = ran.document["violations"]
    assert (violation["code"], violation["examples"]) == ("nights_wrong", [id_])
    with database.running(), scope.everything(), connection.cursor() as cursor:
        cursor.execute("UPDATE reservation SET nights = nights - 1 WHERE id = %s", [id_])


@pytest.mark.parametrize(
    ("table", "code"),
    [("reservation", "foreign_property"), ("profile", "profile_foreign_property"),
     ("roster", "roster_foreign_property")],
)  # fmt: skip
def test_a_row_of_no_connection_is_found(filled: Cli, table: str, code: str) -> None:
    with database.running(), scope.everything(), connection.cursor() as cursor:
        cursor.execute(
            f"""UPDATE {table} t SET connection_id = -1 FROM {table} old
                 WHERE t.id = old.id AND old.id = (SELECT min(id) FROM {table})
             RETURNING old.id, old.connection_id"""
        )
        id_, before = cursor.fetchone()
    try:
        ran = filled("verify", "mirror", "--json")
        assert ran.code == 1
        assert [id_] in [found["examples"] for found in ran.document["violations"]
                         if found["code"] == code]  # fmt: skip
    finally:
        with database.running(), scope.everything(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE {table} SET connection_id = %s WHERE id = %s", [before, id_])


def test_the_audit_is_verified(filled: Cli) -> None:
    filled("work", "--until-idle")
    ran = filled("verify", "audit", "--json")
    assert ran.code == 0
    assert ran.document["sealed"] > 0
    assert ran.document["waiting"] == 0


def test_the_doctor_looks_at_everything(filled: Cli) -> None:
    found = {each["name"]: each for each in filled("doctor", "--json").document}
    assert {"server", "roles", "letters", "disk", "clock", "partitions"} <= set(found)
    assert found["roles"]["ok"]
    assert not found["files reservation"]["ok"], "the last file is of another year"


def test_a_restored_home_is_the_same(
    filled: Cli, home: Path, elsewhere: Callable[[Path], None], tmp_path: Path
) -> None:
    words = "connect sealed --property BIO --dialect export_files --set password=opens-again"
    assert filled(*words.split()).code == 0
    filled("work", "--until-idle")
    before = state(filled)
    file = tmp_path / "all.tar"
    assert filled("backup", file).code == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with tarfile.open(file) as tar:
        names = tar.getnames()
    assert "database.dump" in names
    assert not {name for name in names if "staytrue_app" in name}, "logins are made anew"
    try:
        elsewhere(tmp_path / "new")
        restored = filled("restore", file, "--json").document
        assert restored["hash"] == before["hash"]
        assert state(filled)["hash"] == before["hash"]
        assert filled("verify", "audit").code == 0
        with database.running(), scope.everything():
            link = Connection.objects.get(name="sealed")
            assert opened(link)["password"] == "opens-again"
        assert filled("restore", file).code == 1, "a home in use is never overwritten"
    finally:
        elsewhere(home)


def test_a_backup_that_fails_leaves_nothing(
    filled: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "address", lambda _role: database.Address("/nowhere", "x", "y"))
    monkeypatch.setattr("staytrue.cli.checks.open_home", scope.everything)
    assert filled("backup", tmp_path / "all.tar").code == 1
    assert list(tmp_path.iterdir()) == []
