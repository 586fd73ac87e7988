"""Large files pass in a stream: memory does not grow with them. A gigabyte only in `make proof`."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

import pytest

from staytrue.connectors.export_files.opening import open_file, read_lines
from staytrue.connectors.export_files.translate import translator
from tests.connectors.export_files.corpus import ROWS, TITLES, mapping, settings

GROWTH_MB_MAX = 48


def peak_mb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10


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
    block = "".join(f"{ROWS[0]}\n" for _ in range(10_000)).encode()
    path = tmp_path / "stays.csv"
    with path.open("wb") as out:
        out.write(f"{TITLES}\n".encode())
        for _ in range((megabytes << 20) // len(block) + 1):
            out.write(block)
    # A process of its own: the high-water mark of this one was set by other tests.
    code = f"from {__name__} import *; print(*read_all(Path({str(path)!r})))"
    said = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True,
        cwd=Path(__file__).parents[3],
    )  # fmt: skip
    opened, read, grown = map(int, said.stdout.split())
    assert opened == read > megabytes * 10_000
    assert grown < GROWTH_MB_MAX
