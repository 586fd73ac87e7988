"""A gigabyte of bookings in each format through the readers: streamed, in bounded memory.

python -m tests.proofs.read_gigabyte [--megabytes N] [--only FORM]
"""

from __future__ import annotations

import argparse
import gzip
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

from staytrue.connectors.export_files import opening
from staytrue.connectors.export_files.mapping import Mapping
from staytrue.connectors.export_files.translate import translator
from staytrue.kit import clock
from tests.connectors.export_files import test_reading_json, test_reading_xml
from tests.connectors.export_files.corpus import mapping, settings
from tests.connectors.export_files.test_large_files import NOTE, peak_mb, write_large

PEAK_MB_MAX = 200
# Digits would be looked at for card numbers.
_LETTERS = str.maketrans("0123456789", "ghijklmnop")


def _csv(path: Path, megabytes: int) -> int:
    return write_large(path, megabytes)


def _gzipped(path: Path, megabytes: int) -> int:
    """Notes that hardly pack: what packs 200 times is a bomb."""
    plain, rng = path.with_suffix(""), Random(1)
    rows = write_large(plain, megabytes)
    with plain.open("rb") as source, gzip.open(path, "wb", 1) as out:
        for line in source:
            noise = rng.randbytes(20).hex().translate(_LETTERS).encode()
            out.write(line.replace(NOTE[:40].encode(), noise, 5))
    plain.unlink()
    return rows


def _jsonl(path: Path, megabytes: int) -> int:
    more = f', "notes": "{NOTE}"'
    rows = (megabytes << 20) // len(test_reading_json.stay("R0000001", more)) + 1
    with path.open("w") as out:
        out.writelines(f"{test_reading_json.stay(f'R{n:07}', more)}\n" for n in range(rows))
    return rows


def _xml(path: Path, megabytes: int) -> int:
    inside = f"<SPECIAL_REQUESTS>{NOTE}</SPECIAL_REQUESTS>"
    head, _, tail = test_reading_xml.report("|").decode().partition("|")
    rows = (megabytes << 20) // len(test_reading_xml.stay("1000001", inside)) + 1
    with path.open("w") as out:
        out.write(head)
        out.writelines(test_reading_xml.stay(str(1_000_000 + n), inside) for n in range(rows))
        out.write(tail)
    return rows


FORMS: dict[str, tuple[Callable[[Path, int], int], Mapping]] = {
    "stays.csv": (_csv, mapping()),
    "stays.csv.gz": (_gzipped, mapping()),
    "stays.jsonl": (_jsonl, test_reading_json.LINES),
    "stays.xml": (_xml, test_reading_xml.OPERA),
}


def read(path: Path) -> None:
    """Open, read and translate it all; print how many bookings, seconds and megabytes."""
    rules, started = FORMS[path.name][1], clock.monotonic()
    facts = opening.open_file(path, rules, spool=path.with_suffix(".spool"), zone="UTC")
    said = translator(rules, settings()).translate(opening.read_lines(facts.spool, rules))
    stays = sum(len(each.reservations) for each in said)
    print(json.dumps([stays, round(clock.monotonic() - started), peak_mb()]))


def main(arguments: Sequence[str] | None = None) -> None:
    """Each format in a process of its own; the last line is the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=1_024)
    parser.add_argument("--only", choices=list(FORMS))
    parser.add_argument("--file", type=Path)
    given = parser.parse_args(arguments)
    if given.file:
        read(given.file)
        return
    figures = {}
    for name, (write, _) in FORMS.items():
        if given.only not in (None, name):
            continue
        with tempfile.TemporaryDirectory() as place:
            path = Path(place) / name
            rows = write(path, given.megabytes)
            command = [sys.executable, "-m", __spec__.name, "--file", str(path)]
            said = subprocess.run(command, capture_output=True, text=True, check=True)
        stays, seconds, peak = json.loads(said.stdout)
        assert stays == rows, (name, stays, rows)
        assert peak < PEAK_MB_MAX, (name, peak)
        figures[name] = {"bookings": stays, "seconds": seconds, "peak_mb": peak}
    print(json.dumps({"megabytes": given.megabytes, **figures}))


if __name__ == "__main__":
    main()
