"""Invented export files, mappings for them, and the shortest way from bytes to records."""

from __future__ import annotations

import gzip
import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from staytrue.connectors.base import Line, Settings, Translated
from staytrue.connectors.export_files import mapping_file
from staytrue.connectors.export_files.container import Limits
from staytrue.connectors.export_files.mapping import Mapping
from staytrue.connectors.export_files.opening import Opened, open_file, read_lines
from staytrue.connectors.export_files.translate import translator
from staytrue.hotel.records import Parked, Profile, Reservation

SHARED = Path(__file__).parents[3] / "../shared"
"""Real and sample files that may not be copied here; tests that read them skip without."""

CARD = "4539148803436467"
"""An invented number with a right check digit in a range that is issued."""

STAYS = """
object = "reservation"
[file]
format = "csv"
delimiter = ";"
[reservation]
number = "No"
status = "State"
arrival_on = "From"
departure_on = "To"
room_number = "Room"
amount = "Total"
notes = "Notes"
[[guests]]
role = "primary"
last_name = "Name"
phones = [{ number = "Phone" }]
[values.status]
OK = "confirmed"
CXL = "cancelled"
OUT = "checked_out"
"""

TITLES = "No;State;From;To;Room;Total;Notes;Name;Phone"
ROWS = (
    "R1;OK;2026-05-21;2026-05-24;204;330.00;late arrival;García;+34 612 34 56 78",
    "R2;CXL;2026-05-22;2026-05-23;;110.50;;O'Brien;",
    'R3;OUT;2026-05-01;2026-05-02;101;95;"one; two\nthree ""four""";Müller;0912',
)


def csv(*rows: str, titles: str = TITLES, end: str = "\n") -> bytes:
    """A file in the layout of STAYS; without rows the three above."""
    return (end.join((titles, *(rows or ROWS))) + end).encode()


def settings(**values: Any) -> Settings:
    """Hotel Sirga in Bilbao."""
    at = datetime(2026, 5, 21, 12, tzinfo=UTC)
    return Settings("BIO", "Europe/Madrid", "ES", "EUR", at, values)


def mapping(text: str = STAYS, **replaced: str) -> Mapping:
    """A mapping; each keyword replaces the line of that key in [file], or adds it."""
    for key, value in replaced.items():
        lines = [line for line in text.split("\n") if not line.startswith(f"{key} = ")]
        lines.insert(lines.index("[file]") + 1, f"{key} = {value}")
        text = "\n".join(lines)
    return mapping_file.parse(text, "test")


def opened(
    folder: Path, content: bytes, rules: Mapping | None = None, name: str = "stays.csv",
    limits: Limits | None = None,
) -> Opened:  # fmt: skip
    """A file with this content, opened by this mapping."""
    path = folder / "incoming"
    path.write_bytes(content)
    return open_file(
        path, rules or mapping(), spool=folder / "spool", zone="Europe/Madrid", name=name,
        limits=limits,
    )  # fmt: skip


class Read:
    """All that a file says."""

    def __init__(self, lines: list[Line], said: list[Translated]) -> None:
        self.lines, self.said = lines, said

    @property
    def stays(self) -> list[Reservation]:
        return [one for each in self.said for one in each.reservations]

    @property
    def profiles(self) -> list[Profile]:
        return [one for each in self.said for one in each.profiles]

    @property
    def parked(self) -> list[Parked]:
        return [one for each in self.said for one in each.parked]

    @property
    def findings(self) -> list[tuple[str, int]]:
        return [(one.code, one.line) for each in self.said for one in each.findings]

    @property
    def skipped(self) -> list[str]:
        return [each.skipped for each in self.said if each.skipped]


def read(
    folder: Path, content: bytes, rules: Mapping | None = None, name: str = "stays.csv",
    house: Settings | None = None,
) -> Read:  # fmt: skip
    """From bytes to records."""
    rules = rules or mapping()
    spool = opened(folder, content, rules, name).spool
    lines = list(read_lines(spool, rules))
    return Read(lines, list(translator(rules, house or settings()).translate(lines)))


def gzipped(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


def zipped(*entries: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip with these entries."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return out.getvalue()
