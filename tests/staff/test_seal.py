"""Whoever changes the audit behind our back is named at the right row (attack 58)."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections, transaction

from staytrue.hotel import scope
from staytrue.kit import database
from staytrue.staff import audit, seal
from staytrue.staff.models import AuditEntry, AuditSeal
from tests import databases
from tests.staff import people

pytestmark = pytest.mark.django_db(transaction=True)

KEY = b"kept in the home"


@pytest.fixture
def anchor(tmp_path: Path) -> Path:
    return tmp_path / "audit.anchor"


@pytest.fixture
def sealed(anchor: Path) -> Path:
    """Six acts, sealed in two runs: places 1 to 3, and 4 to 6."""
    for _run in range(2):
        act(3)
        assert seal.seal(people.NOW, KEY, anchor) == 3
    return anchor


def act(times: int = 1) -> None:
    with audit.acting("member:1", people.NOW):
        for number in range(times):
            audit.record("looked", f"stay:{number}")


def as_owner(statement: str) -> None:
    """Act as one who owns the tables and knows them: the triggers do not stop him."""
    with database.address("owner", name=databases.COPY).connect() as link:
        for switch in ("DISABLE", "ENABLE"):
            for table in ("audit_entry", "audit_seal"):
                link.execute(f"ALTER TABLE {table} {switch} TRIGGER USER".encode())
            if switch == "DISABLE":
                link.execute(statement.encode())


def fault(anchor: Path, key: bytes = KEY) -> tuple[str, int]:
    found = seal.verify(key, anchor).fault
    return (found.kind, found.sequence) if found else ("none", 0)


def entry_at(sequence: int) -> int:
    return AuditSeal.objects.get(pk=sequence).entry_id


def test_an_untouched_audit_is_true(sealed: Path) -> None:
    act()
    report = seal.verify(KEY, sealed)
    assert (report.is_true, report.sealed, report.waiting) == (True, 6, 1)


def test_sealing_again_changes_nothing(sealed: Path) -> None:
    kept = sealed.read_bytes()
    assert seal.seal(people.NOW, KEY, sealed) == 0
    assert sealed.read_bytes() == kept


def test_an_edited_entry_is_named(sealed: Path) -> None:
    as_owner(f"UPDATE audit_entry SET actor = 'member:2' WHERE id = {entry_at(4)}")
    assert fault(sealed) == ("edited", 4)


@pytest.mark.parametrize(
    "change",
    [
        "reason = 'x'",
        "at = at + interval '1 microsecond'",
        "property_id = 1",
        """facts = '{"a": 1}'""",
        "fields = '{a}'",
        """after = '{"a": 1}'""",
        "action = 'x'",
        "object = 'stay:9'",
    ],
)
def test_no_column_can_be_edited_unseen(sealed: Path, change: str) -> None:
    as_owner(f"UPDATE audit_entry SET {change} WHERE id = {entry_at(2)}")
    assert fault(sealed) == ("edited", 2)


def test_a_removed_entry_is_named(sealed: Path) -> None:
    as_owner(f"DELETE FROM audit_entry WHERE id = {entry_at(3)}")
    assert fault(sealed) == ("missing", 3)


def test_an_entry_removed_with_its_seal_is_named(sealed: Path) -> None:
    as_owner("DELETE FROM audit_seal WHERE sequence = 2")
    assert fault(sealed) == ("missing", 2)


def test_an_entry_removed_before_its_seal_is_named(anchor: Path) -> None:
    act(2)
    as_owner("DELETE FROM audit_entry WHERE id = (SELECT min(id) FROM audit_entry)")
    seal.seal(people.NOW, KEY, anchor)
    assert fault(anchor) == ("missing", 1)


def test_seals_in_another_order_are_named(sealed: Path) -> None:
    as_owner(
        "UPDATE audit_seal SET sequence = -sequence WHERE sequence IN (2, 3);"
        "UPDATE audit_seal SET sequence = 5 + sequence WHERE sequence < 0"
    )
    assert fault(sealed) == ("moved", 2)


def test_entries_in_another_order_are_named(sealed: Path) -> None:
    first, second = entry_at(2), entry_at(3)
    as_owner(
        f"UPDATE audit_entry SET id = -{first} WHERE id = {first};"
        f"UPDATE audit_entry SET id = {first} WHERE id = {second};"
        f"UPDATE audit_entry SET id = {second} WHERE id = -{first}"
    )
    assert fault(sealed) == ("edited", 2)


def test_a_seal_that_points_elsewhere_is_named(sealed: Path) -> None:
    as_owner("UPDATE audit_seal SET digest = sha256('x') WHERE sequence = 5")
    assert fault(sealed) == ("wrongly_sealed", 5)


def test_a_shortened_audit_is_named(sealed: Path) -> None:
    as_owner(
        "DELETE FROM audit_entry WHERE id IN (SELECT entry_id FROM audit_seal WHERE sequence > 4);"
        "DELETE FROM audit_seal WHERE sequence > 4"
    )
    assert fault(sealed) == ("truncated", 5)


def test_an_emptied_audit_is_named(sealed: Path) -> None:
    as_owner("TRUNCATE audit_entry, audit_seal, audit_waiting")
    assert fault(sealed) == ("truncated", 1)


def test_an_audit_sealed_anew_without_the_key_is_named_at_its_first_row(sealed: Path) -> None:
    rewrite(b"guessed", sealed.with_name("other"))
    assert fault(sealed) == ("wrongly_sealed", 1)


def test_an_audit_sealed_anew_with_a_stolen_key_is_named_by_the_anchor(sealed: Path) -> None:
    rewrite(KEY, sealed.with_name("other"))
    assert fault(sealed) == ("rewritten", 3)
    assert fault(sealed.with_name("other")) == ("none", 0)


def rewrite(key: bytes, anchor: Path) -> None:
    as_owner(
        "UPDATE audit_entry SET actor = 'member:2';"
        "INSERT INTO audit_waiting SELECT entry_id FROM audit_seal;"
        "DELETE FROM audit_seal"
    )
    assert seal.seal(people.NOW, key, anchor) == 6


def test_an_entry_put_past_the_sealer_is_named(sealed: Path) -> None:
    act()
    as_owner("DELETE FROM audit_waiting")
    with scope.everything():
        newest = AuditEntry.objects.order_by("-pk")[0].pk
    found = seal.verify(KEY, sealed).fault
    assert found
    assert (found.kind, found.entry_id) == ("unsealed", newest)


def test_a_missing_anchor_is_named(sealed: Path) -> None:
    sealed.unlink()
    assert fault(sealed) == ("anchor_missing", 6)


def test_a_line_torn_by_a_crash_hides_no_later_head(sealed: Path) -> None:
    with sealed.open("a") as file:
        file.write('{"sequence": 7, "he')
    act()
    seal.seal(people.NOW, KEY, sealed)
    assert json.loads(sealed.read_text().splitlines()[-1])["sequence"] == 7
    assert fault(sealed) == ("none", 0)


def test_the_key_and_the_anchor_are_kept_in_the_home(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(settings, "HOME", tmp_path)
    act()
    assert seal.seal_waiting(people.NOW) == 1
    assert seal.verify_home() == seal.Report(sealed=1, waiting=0)
    (tmp_path / "secrets" / "audit").write_text("another")
    assert seal.verify_home().fault


def test_the_anchor_is_for_its_owner_only(sealed: Path) -> None:
    assert sealed.stat().st_mode & 0o777 == 0o600


def test_an_entry_that_commits_late_with_a_low_id_takes_a_later_place(anchor: Path) -> None:
    started, may_end = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            act()
            started.set()
            may_end.wait(10)
        connections.close_all()

    thread = threading.Thread(target=slow)
    thread.start()
    assert started.wait(10)
    act()
    # The other transaction is open: the sealer neither waits for it nor loses its entry.
    assert seal.seal(people.NOW, KEY, anchor) == 1
    may_end.set()
    thread.join(10)
    assert seal.seal(people.NOW, KEY, anchor) == 1
    assert entry_at(2) < entry_at(1)
    assert fault(anchor) == ("none", 0)
