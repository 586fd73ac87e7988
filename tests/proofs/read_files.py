"""Damaged and hostile files against the readers: the answer must be the truth or a refusal.

python -m tests.proofs.read_files PART [--seed N] [--cases N]
"""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import json
import os
import subprocess
import sys
import tempfile
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any
from unittest import mock

from staytrue.connectors.export_files import opening
from staytrue.connectors.export_files.mapping import Mapping
from staytrue.kit.errors import Refused
from tests.connectors.export_files import test_reading_json, test_reading_xlsx, test_reading_xml
from tests.connectors.export_files.corpus import TITLES, mapping, read, zipped
from tests.connectors.export_files.test_decoding import NAMES
from tests.connectors.export_files.test_large_files import peak_mb

SPICES = (" x", "; and x", ' "so" x', ", x", "")
ROWS = 60
SLICE = 256
PEAK_MB_MAX = 200
DELIMITERS = (",", ";", "\t", "|", ":", "^")
ENCODINGS = ("utf-8", "utf-8-sig", "cp1252", "cp1250", "latin-1", "utf-16")
# They give every byte some letter, so no file can tell one from another.
UNDECIDABLE = {"cp1252", "cp1250", "latin-1"}
Stay = tuple[str, date, date, str]


class Violation(AssertionError):
    """A reader answered what is neither the truth nor a refusal."""


@dataclass(frozen=True)
class Whole:
    """An honest file: its bytes, how to read it, and what is in it."""

    name: str
    content: bytes
    rules: Mapping
    truth: tuple[Stay, ...]

    def answer(self, folder: Path, content: bytes) -> tuple[str, list[Stay]]:
        """`refused`, `whole`, `prefix`, or `other`; and what was read."""
        try:
            got = read(folder, content, self.rules, self.name)
        except Refused as refusal:
            if not refusal.code or "\n" in refusal.sentence:
                raise Violation(f"a refusal without a plain sentence: {refusal!r}") from None
            return "refused", []
        stays = [
            (one.number, one.arrival_on, one.departure_on, " ".join((one.notes or "").split()))
            for one in got.stays
        ]
        if got.parked:
            return "other", stays
        if stays == list(self.truth):
            return "whole", stays
        return ("prefix" if stays == list(self.truth[: len(stays)]) else "other"), stays


def stays_of(rng: Random, words: Sequence[str] = NAMES, rows: int = ROWS) -> tuple[Stay, ...]:
    """Invented bookings whose notes hold what tables stumble over."""
    made = []
    for n in range(rows):
        arrival = date(2026, 5, 1) + timedelta(days=rng.randrange(300))
        parts = [rng.choice(words) for _ in range(rng.randrange(1, 6))]
        made.append((f"R{n}", arrival, arrival + timedelta(days=rng.randrange(1, 9)),
                     " ".join(parts)))  # fmt: skip
    return tuple(made)


def table(truth: Sequence[Stay], delimiter: str = ";", end: str = "\n") -> str:
    """The bookings as CSV, with quotes where they are needed."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end)
    writer.writerow(TITLES.split(";"))
    for number, arrival, departure, notes in truth:
        writer.writerow([number, "OK", arrival, departure, "", "9.50", notes, "A", ""])
    return out.getvalue()


def spiced(rng: Random, truth: Sequence[Stay]) -> tuple[Stay, ...]:
    """The same with delimiters and quotes in their notes."""
    return tuple((*stay[:3], stay[3] + rng.choice(SPICES)) for stay in truth)


def wholes(rng: Random) -> list[Whole]:
    """One honest file of every format."""
    truth = spiced(rng, stays_of(rng))
    plain = table(truth).encode()
    lines = [
        json.dumps({"id": n, "state": "OK", "dates": {"from": str(a), "to": str(d)}, "notes": t})
        for n, a, d, t in truth
    ]
    book = test_reading_xlsx.book(*((n, "OK", a, d, "", 9.5, t, "A", "") for n, a, d, t in truth))
    days = stays_of(rng, ("cot", "quiet", "sea view"))
    groups = [
        test_reading_xml.stay(n, f"<SPECIAL_REQUESTS>{t}</SPECIAL_REQUESTS>")
        .replace("05/09/26", f"{a:%d/%m/%y}").replace("08-SEP-26", f"{d:%d/%m/%y}")
        for n, a, d, t in days
    ]  # fmt: skip
    return [
        Whole("stays.csv", plain, mapping(), truth),
        Whole("stays.csv.gz", gzip.compress(plain, mtime=0), mapping(), truth),
        Whole("stays.zip", zipped(("stays.csv", plain)), mapping(), truth),
        Whole("stays.xlsx", book, test_reading_xlsx.RULES, truth),
        Whole("stays.json", test_reading_json.document(*lines), test_reading_json.LIST, truth),
        Whole("stays.jsonl", ("\n".join(lines) + "\n").encode(), test_reading_json.LINES, truth),
        Whole("res.xml", test_reading_xml.report(*groups), test_reading_xml.OPERA, days),
    ]


def cuts(rng: Random, cases: int, place: Path) -> dict[str, Any]:
    """Cut at every hundredth and at random bytes: refused, or cut between two lines."""
    counts: dict[str, Counter[str]] = {}
    for whole in wholes(rng):
        size, seen = len(whole.content), counts.setdefault(whole.name, Counter())
        if whole.answer(place, whole.content)[0] != "whole":
            raise Violation(f"{whole.name} is not read as it was written")
        at = {size * n // 100 for n in range(1, 100)} | {
            rng.randrange(1, size) for _ in range(cases)
        }
        for length in sorted(at):
            left = whole.content[:length]
            answer, _ = whole.answer(place, left)
            by_lines = whole.name in ("stays.csv", "stays.jsonl") and left.endswith(b"\n")
            if answer != "refused" and not (answer == "prefix" and by_lines):
                raise Violation(f"{whole.name} cut at byte {length}: {answer}")
            seen["refused" if answer == "refused" else "between two lines"] += 1
    return {name: dict(seen) for name, seen in counts.items()}


class Slowly(io.RawIOBase):
    """Bytes in small slices; before one of them something happens to the file."""

    def __init__(self, source: Any, slices: int, happens: Callable[[], None]) -> None:
        super().__init__()
        self.source, self.slices, self.happens = source, slices, happens

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if self.slices == 0:
            self.happens()
        self.slices -= 1
        block = self.source.read(min(len(buffer), SLICE))
        buffer[: len(block)] = block
        return len(block)


@contextmanager
def interrupted(slices: int, happens: Callable[[], None]) -> Iterator[None]:
    """Let something happen to a file while it is read."""
    before = opening.container.opened

    @contextmanager
    def opened(*given: Any, **named: Any) -> Iterator[Any]:
        with before(*given, **named) as data:
            yield io.BufferedReader(Slowly(data, slices, happens), SLICE)

    with mock.patch.object(opening.container, "opened", opened):
        yield


def _rewrite(path: Path, other: bytes) -> None:
    """In place, of the same length and with the same time: only its content tells."""
    stamp, size = path.stat().st_mtime_ns, path.stat().st_size
    path.write_bytes(other[:size].ljust(size))
    os.utime(path, ns=(stamp, stamp))


def _rename(path: Path, other: bytes) -> None:
    fresh = path.with_suffix(".fresh")
    fresh.write_bytes(other)
    fresh.replace(path)


SWAPS: dict[str, Callable[[Path, bytes], object]] = {
    "rewritten": _rewrite,
    "renamed over": _rename,
    "cut": lambda path, _: os.truncate(path, path.stat().st_size // 2),
    "appended": lambda path, other: path.open("ab").write(other),
    "removed": lambda path, _: path.unlink(),
}


def swaps(rng: Random, cases: int, place: Path) -> dict[str, Any]:
    """Another file takes its place while it is read: refused, whatever was read until then."""
    counts: dict[str, Counter[str]] = {}
    for whole, other in zip(wholes(rng), wholes(rng), strict=True):
        seen = counts.setdefault(whole.name, Counter())
        for n in range(cases):
            how = list(SWAPS)[n % len(SWAPS)]
            path = place / "incoming"
            slices = rng.randrange(len(whole.content) // SLICE + 1)
            happens = partial(SWAPS[how], path, other.content)
            with interrupted(slices, happens):
                answer, _ = whole.answer(place, whole.content)
            if answer != "refused":
                raise Violation(f"{whole.name} {how} after {slices} slices: {answer}")
            seen[how] += 1
    return {name: dict(seen) for name, seen in counts.items()}


def encodings(rng: Random, cases: int, place: Path) -> dict[str, Any]:
    """Every encoding declared for every other: its letters as they were, or a refusal."""
    seen: Counter[str] = Counter()
    for n in range(cases * 2):
        written, declared = rng.choice(ENCODINGS), rng.choice(ENCODINGS)
        words = [w for w in NAMES if w.encode(written, "ignore").decode(written) == w]
        foreign = [w for w in words if not w.isascii()]
        truth = stays_of(rng, foreign if n % 2 else words, rng.choice((1, 5, ROWS)))
        rules = mapping(encoding=f'"{declared}"')
        content = table(truth).encode(written)
        answer, _ = Whole("stays.csv", content, rules, truth).answer(place, content)
        relation = "its own" if written == declared else "another"
        if answer == "other" and written != declared and {written, declared} <= UNDECIDABLE:
            answer = "garbled, undecidable"
        elif answer not in ("refused", "whole") or (written == declared and answer != "whole"):
            raise Violation(f"{written} declared as {declared}: {answer}")
        seen[f"{relation}: {answer}"] += 1
    return dict(seen)


def delimiters(rng: Random, cases: int, place: Path) -> dict[str, Any]:
    """Every delimiter declared for every other, both line ends, delimiters inside cells."""
    seen: Counter[str] = Counter()
    for _ in range(cases * 2):
        written, declared = rng.choice(DELIMITERS), rng.choice(DELIMITERS)
        truth = spiced(rng, stays_of(rng))
        content = table(truth, written, rng.choice(("\n", "\r\n"))).encode()
        rules = mapping(delimiter='"\\t"' if declared == "\t" else f'"{declared}"')
        answer, _ = Whole("stays.csv", content, rules, truth).answer(place, content)
        if answer != ("whole" if written == declared else "refused"):
            raise Violation(f"divided by {written!r}, declared {declared!r}: {answer}")
        seen[answer] += 1
    return dict(seen)


def quotes(rng: Random, cases: int, place: Path) -> dict[str, Any]:
    """A quote or a line break too many or too few: refused, or every other booking as it was."""
    seen: Counter[str] = Counter()
    for _ in range(cases * 4):
        truth = spiced(rng, stays_of(rng))
        text = table(truth)
        at = rng.randrange(text.index("\n") + 1, len(text))
        what = rng.choice(('"', '""', "\n", "gone"))
        if what == "gone":
            at = rng.choice([n for n, sign in enumerate(text) if sign == '"'])
        broken = text[:at] + text[at + 1 :] if what == "gone" else text[:at] + what + text[at:]
        answer, stays = Whole("stays.csv", b"", mapping(), truth).answer(place, broken.encode())
        lost = len(set(truth) - set(stays))
        if answer != "refused" and (lost > 1 or len(set(stays) - set(truth)) > 1):
            raise Violation(f"{what!r} at {at}: {answer}, {lost} bookings differ")
        name = "one cell differs, or is parked" if lost else "whole"
        seen["refused" if answer == "refused" else name] += 1
    return dict(seen)


def bombs(rng: Random, cases: int, place: Path) -> dict[str, Any]:
    """Two hundred megabytes in a few kilobytes, and worse: refused, with little memory."""
    line = b"R1;OK;2026-05-21;2026-05-24;204;330.00;;A;\n"
    plain = table(stays_of(rng)).encode() + line * ((200 << 20) // len(line))
    packed = gzip.compress(plain, 9, mtime=0)
    many = [(f"{n}.csv", b"") for n in range(100_000)]
    made = {
        "lines.csv.gz": packed,
        "zeros.csv.gz": gzip.compress(bytes(200 << 20), 9, mtime=0),
        "twice.csv.gz": gzip.compress(packed, 9, mtime=0),
        "lines.zip": zipped(("stays.csv", plain)),
        "nested.zip": zipped(("stays.zip", zipped(("stays.csv", plain)))),
        "many.zip": zipped(*many),
        "sheet.xlsx": _heavy_book(200 << 20),
    }
    del plain, packed
    figures = {}
    for name, content in made.items():
        path = place / name
        path.write_bytes(content)
        answer, peak = apart(path)
        if not answer.startswith("refused") or peak > PEAK_MB_MAX:
            raise Violation(f"{name}: {answer}, {peak} MB")
        figures[name] = {"packed_kb": len(content) >> 10, "answer": answer, "peak_mb": peak}
    return figures


def _heavy_book(size: int) -> bytes:
    """A workbook whose one sheet unpacks to so many bytes."""
    out = io.BytesIO()
    book = test_reading_xlsx.book(test_reading_xlsx.ROW)
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(out, "w", 8) as new:
        for info in old.infolist():
            content = old.read(info)
            if info.filename.endswith("sheet1.xml"):
                head, _, tail = content.partition(b"</sheetData>")
                row = b'<row><c t="inlineStr"><is><t>x</t></is></c></row>'
                content = head + row * (size // len(row)) + b"</sheetData>" + tail
            new.writestr(info.filename, content)
    return out.getvalue()


def apart(path: Path) -> tuple[str, int]:
    """What a process of its own answers to a file, and the megabytes it took in all."""
    said = subprocess.run(
        [sys.executable, "-m", __spec__.name, "one", "--file", str(path)],
        capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip
    if said.returncode:
        raise Violation(f"{path.name}: {said.stderr[-500:]}")
    answer, peak = said.stdout.rsplit(maxsplit=1)
    return answer, int(peak)


def one(path: Path) -> None:
    """Open and read one file; print the answer and the peak."""
    rules = test_reading_xlsx.RULES if path.suffix == ".xlsx" else mapping()
    try:
        facts = opening.open_file(path, rules, spool=path.with_suffix(".spool"), zone="UTC")
        answer = f"{sum(1 for _ in opening.read_lines(facts.spool, rules))} lines"
    except Refused as refusal:
        answer = f"refused {refusal.code}"
    print(answer, peak_mb())


PARTS = {part.__name__: part for part in (cuts, swaps, encodings, delimiters, quotes, bombs)}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one part; its last line is the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", choices=[*PARTS, "one"])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cases", type=int, default=100)
    parser.add_argument("--file", type=Path)
    given = parser.parse_args(arguments)
    if given.part == "one":
        one(given.file)
        return
    with tempfile.TemporaryDirectory() as name:
        figures = PARTS[given.part](Random(given.seed), given.cases, Path(name))
    print(json.dumps({"seed": given.seed, "cases": given.cases, **figures}, ensure_ascii=False))


if __name__ == "__main__":
    main()
