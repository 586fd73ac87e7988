"""Large files pass in a stream: memory does not grow with them. A gigabyte only in `make proof`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from staytrue.connectors.export_files.opening import open_file, read_lines
from staytrue.connectors.export_files.translate import translator
from tests.connectors.export_files.corpus import ROWS, TITLES, mapping, settings

GROWTH_MB_MAX = 48


# Long notes, as a gigabyte of an honest export has: a million rows, and each of its own.
NOTE = "late arrival, " * 67
ROW_BYTES = 1_009


def peak_mb() -> int:
    """What this process took at most. `getrusage` would count its parent's as well."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) >> 10


def write_large(path: Path, megabytes: int) -> int:
    """A file of so many megabytes; returns how many bookings are in it."""
    rows, row = (megabytes << 20) // ROW_BYTES + 1, ROWS[0].replace("late arrival", NOTE)
    with path.open("w") as out:
        out.write(f"{TITLES}\n")
        for first in range(0, rows, 1_000):
            numbers = range(first, min(first + 1_000, rows))
            out.writelines(f"{row.replace('R1', f'R{n:07}', 1)}\n" for n in numbers)
    return rows


def read_all(path: Path) -> tuple[int, int, int]:
    """Lines opened, reservations read, and how many megabytes that took."""
    rules = mapping()
    before = peak_mb()
    facts = open_file(path, rules, spool=path.with_suffix(".spool"), zone="UTC")
    lines = read_lines(facts.spool, rules)
    read = sum(len(said.reservations) for said in translator(rules, settings()).translate(lines))
    return facts.lines, read, peak_mb() - before


@pytest.mark.parametrize(
    "megabytes", [12, pytest.param(1_024, marks=pytest.mark.proof, id="a gigabyte")]
)
def test_memory_does_not_grow_with_the_file(tmp_path: Path, megabytes: int) -> None:
    path = tmp_path / "stays.csv"
    rows = write_large(path, megabytes)
    assert path.stat().st_size >= megabytes << 20
    # A process of its own: other tests set the mark of this one.
    code = f"from {__name__} import *; print(*read_all(Path({str(path)!r})))"
    said = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True,
        cwd=Path(__file__).parents[3],
    )  # fmt: skip
    opened, read, grown = map(int, said.stdout.split())
    assert opened == read == rows
    assert grown < GROWTH_MB_MAX
