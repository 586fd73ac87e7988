"""The rehearsal of a mapping: counts, first records, reasons and unknown words."""

from __future__ import annotations

from pathlib import Path

from staytrue.connectors.export_files.check import check
from tests.connectors.export_files.corpus import ROWS, csv, mapping, settings


def test_a_check_shows_what_would_be_read_and_keeps_nothing(tmp_path: Path) -> None:
    path = tmp_path / "stays.csv"
    path.write_bytes(csv(*ROWS, "R4;TENT;2026-05-21;2026-05-22;;;;A;", "R5;OK;;;;;;B;"))
    reading = check(path, mapping(), settings(), spool=tmp_path / "spool")
    assert reading.reservations == 3
    assert reading.statuses == {"confirmed": 1, "cancelled": 1, "checked_out": 1}
    assert reading.profiles == 3
    assert reading.parked == {"unknown_status": 1, "missing_arrival_on": 1}
    assert [one.line for one in reading.first_parked] == [6, 7]
    assert [one.number for one in reading.first_reservations] == ["R1", "R2", "R3"]
    assert reading.findings == {"unreadable_cell": 1}
    assert not (tmp_path / "spool").exists()
