"""The journal: files outside the database that outlive a crash and hold nobody's address."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from staytrue.messages.journal import HANDED, OPTED_OUT, Journal, slot_of

NOON = datetime(2026, 5, 21, 12, 0, tzinfo=UTC)


def test_what_was_written_is_read_in_its_order(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    assert not journal.exists
    journal.write(HANDED, [{"message": "one"}, {"message": "two"}], NOON)
    journal.write(OPTED_OUT, [{"point": "x"}], NOON + timedelta(days=40))
    assert [(line.what, line.at) for line in journal.lines()] == [
        (HANDED, NOON),
        (HANDED, NOON),
        (OPTED_OUT, NOON + timedelta(days=40)),
    ]
    assert [line.facts for line in journal.tail()] == [{"point": "x"}]


def test_a_line_torn_by_a_crash_costs_only_itself(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.write(HANDED, [{"message": "one"}], NOON)
    file = next(journal.folder.iterdir())
    with file.open("ab") as torn:
        torn.write(b'{"what":"handed","mess')
    journal.write(HANDED, [{"message": "two"}], NOON)
    assert [line.facts["message"] for line in journal.lines()] == ["one", "two"]


def test_no_address_stands_in_it_and_one_home_knows_it_again(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    known = journal.hash_of(" Claire@Fontanel.example")
    assert known == journal.hash_of("claire@fontanel.example")
    assert "claire" not in known
    assert known != Journal(tmp_path / "other").hash_of("claire@fontanel.example")


def test_it_is_closed_to_other_accounts(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.write(HANDED, [{"message": "one"}], NOON)
    assert journal.folder.stat().st_mode & 0o077 == 0
    assert all(file.stat().st_mode & 0o077 == 0 for file in journal.folder.iterdir())


def test_no_two_slots_are_spelled_alike() -> None:
    assert slot_of("a", "b") == slot_of("a", "b")
    assert slot_of("a", "b") != slot_of("a b") != slot_of("ab")
