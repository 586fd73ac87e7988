"""Bulk exports hold what their truth file says, to the cent, before and after changes."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from staytrue.lab.bulk import BulkFiles, mutate, write_bulk
from staytrue.lab.files import GUEST_COLUMNS, STAY_COLUMNS
from staytrue.lab.house import STATUS_WORDS

STAYS, GUESTS = 4000, 2500


@pytest.fixture(scope="module")
def bulk(tmp_path_factory: pytest.TempPathFactory) -> BulkFiles:
    return write_bulk(tmp_path_factory.mktemp("bulk"), STAYS, GUESTS)


@pytest.fixture(scope="module")
def changed(bulk: BulkFiles) -> BulkFiles:
    return mutate(bulk, 0.05)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";", strict=True))


def counted(files: BulkFiles) -> dict[str, Any]:
    """The truth, worked out again from the rows themselves."""
    words = {word: status.value for status, word in STATUS_WORDS.items()}
    stays = rows(files.stays)
    came = [row for row in stays if row["status"] == "Checked out"]
    roster = sum(bool(row[role]) for row in stays for role in ("guest_id", "booker_id"))
    nights = [date_of(row["departure"]) - date_of(row["arrival"]) for row in came]
    return {
        "bookings": len(stays),
        "by_status": dict(sorted(Counter(words[row["status"]] for row in stays).items())),
        "nights": sum(nights),
        "room_revenue": str(sum(Decimal(row["room_amount"]) for row in came)),
        "roster": roster + sum(bool(row["companion_ids"]) for row in stays),
        "profiles": len(rows(files.guests)),
    }


def date_of(text: str) -> int:
    return date.fromisoformat(text).toordinal()


def test_the_truth_beside_the_files_is_what_the_rows_say(bulk: BulkFiles) -> None:
    print(bulk.counts())
    assert bulk.counts().items() >= counted(bulk).items()


def test_the_truth_after_the_changes_is_what_the_rows_say(changed: BulkFiles) -> None:
    assert changed.counts().items() >= counted(changed).items()


def test_the_layout_is_that_of_the_daily_files(bulk: BulkFiles) -> None:
    for path, columns in ((bulk.stays, STAY_COLUMNS), (bulk.guests, GUEST_COLUMNS)):
        lines = path.read_text().splitlines()
        assert lines[0].split(";") == columns
        assert {line.count(";") for line in lines} == {len(columns) - 1}


def test_the_same_seed_writes_the_same_bytes(bulk: BulkFiles, tmp_path: Path) -> None:
    again = write_bulk(tmp_path / "again", STAYS, GUESTS)
    other = write_bulk(tmp_path / "other", STAYS, GUESTS, seed=2)
    assert again.stays.read_bytes() == bulk.stays.read_bytes()
    assert again.guests.read_bytes() == bulk.guests.read_bytes()
    assert other.stays.read_bytes() != bulk.stays.read_bytes()


def test_changed_rows_carry_a_later_instant_and_all_others_stay(
    bulk: BulkFiles, changed: BulkFiles
) -> None:
    pairs = list(zip(rows(bulk.stays), rows(changed.stays), strict=True))
    differing = [(old, new) for old, new in pairs if old != new]
    assert len(differing) == changed.counts()["changed_bookings"]
    assert 0.03 < len(differing) / len(pairs) < 0.07
    assert all(new["modified"] > old["modified"] for old, new in differing)


def test_every_booking_names_a_profile_of_the_guests_file(bulk: BulkFiles) -> None:
    known = {row["guest_id"] for row in rows(bulk.guests)}
    assert {row["guest_id"] for row in rows(bulk.stays)} <= known


def test_what_happens_to_a_booking_happens_in_order(bulk: BulkFiles) -> None:
    for row in rows(bulk.stays):
        happened = [row[name][:16] for name in ("created", "checked_in", "checked_out", "modified")]
        told = [instant for instant in happened if instant]
        assert told == sorted(told)


def test_every_address_is_reserved_for_examples(bulk: BulkFiles) -> None:
    emails = [row["email"] for row in rows(bulk.guests) if row["email"]]
    assert emails
    assert {email.rpartition(".")[2] for email in emails} == {"example"}
