"""A first look at an unknown file: how it seems to be written, its titles and some rows."""

from __future__ import annotations

import csv
import json
import re
import shutil
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from staytrue.connectors.export_files import container
from staytrue.connectors.export_files.container import Limits
from staytrue.connectors.export_files.reading_xlsx import workbook
from staytrue.connectors.export_files.words import TITLES
from staytrue.kit.errors import Refused
from staytrue.kit.text import clean, fold

SAMPLE_BYTES = 4 << 20
SAMPLE_ROWS = 5_000
_OTHER_THINGS = {"id", "amount", "date", "year", "month", "week", "day", "unpaid", "no"}


@dataclass
class Sample:
    """What a first look shows: how the file is written, its titles and some rows."""

    layout: dict[str, Any]
    titles: list[str]
    rows: list[list[str]]
    unsure: list[str] = field(default_factory=list)

    def values(self, title: str) -> list[str]:
        """The texts of a column that say something."""
        place = self.titles.index(title)
        return [row[place].strip() for row in self.rows if place < len(row) and row[place].strip()]


def match_titles(titles: list[str]) -> dict[str, str]:
    """Which column is which field, by its title: the whole title first, then words in it."""
    found: dict[str, str] = {}
    bare = {title: _bare(title) for title in titles if title}
    for fits in (_is_title, _has_title):
        for name, known in TITLES.items():
            free = (title for title in bare if title not in found.values())
            title = next((title for title in free if fits(bare[title], known)), None)
            if title and name not in found:
                found[name] = title
    return found


def is_sure(name: str, title: str) -> bool:
    """Whether the whole title is a usual one for this field."""
    return _is_title(_bare(title), TITLES[name])


def _bare(title: str) -> str:
    return " ".join(re.sub(r"[_.\-:*#()]+", " ", fold(title)).split())


def _is_title(bare: str, known: tuple[str, ...]) -> bool:
    return bare in known


def _has_title(bare: str, known: tuple[str, ...]) -> bool:
    """A known title stands inside, and no word beside it that makes it something else."""
    words = set(bare.split())
    return any(
        len(title) > 3
        and re.search(rf"\b{re.escape(title)}\b", bare)
        and not (_OTHER_THINGS & words - set(title.split()))
        for title in known
    )


def look(path: Path, name: str) -> Sample:
    """Guesses how a file is written. Only the beginning is read."""
    limits = Limits()
    suffix = Path(container.inner_name(name)).suffix.lower()
    with container.opened(path, name, entry="", limits=limits) as data:
        if suffix == ".xlsx":
            return _look_at_sheet(data, name)
        start = data.read(SAMPLE_BYTES)
    for format_ in ("csv", "xml"):
        if not start.lstrip().startswith(b"<"):
            container.check_content(start[:4_096], name, format_)
    encoding, unsure = _encoding(start)
    text = start.decode(encoding, "ignore")
    if len(start) == SAMPLE_BYTES:
        text = text[: text.rfind("\n") + 1]
    first = text.lstrip("\ufeff \t\r\n")[:1]
    if first == "<":
        return _look_at_xml(text, encoding)
    if first in {"[", "{"}:
        return _look_at_json(text, encoding, is_lines=suffix in {".jsonl", ".ndjson"})
    return _look_at_csv(text, encoding, unsure)


def _encoding(start: bytes) -> tuple[str, list[str]]:
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16", []
    try:
        start.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start > len(start) - 4:
            return "utf-8", []
        eastern = sum(start.count(letter) for letter in (b"\xb3", b"\xb9", b"\xbf", b"\x9c"))
        return ("cp1250" if eastern > 2 else "cp1252"), ["encoding"]
    return "utf-8", []


def _look_at_csv(text: str, encoding: str, unsure: list[str]) -> Sample:
    lines = text.splitlines()[:SAMPLE_ROWS]
    widths = {
        delimiter: Counter(line.count(delimiter) for line in lines if line.strip())
        for delimiter in ";,\t|"
    }
    delimiter = max(
        widths, key=lambda mark: max((n * count for n, count in widths[mark].items()), default=0)
    )
    rows = [[clean(cell) for cell in row] for row in csv.reader(lines, delimiter=delimiter)]
    header = _header(rows)
    titles = rows[header] if rows else []
    layout: dict[str, Any] = {"format": "csv", "encoding": encoding, "delimiter": delimiter}
    if header:
        unsure = [*unsure, "header_row"]
        layout["header_row"] = header + 1
    if text and not text.endswith("\n"):
        layout["final_newline"] = False
        unsure = [*unsure, "final_newline"]
    return Sample(layout, titles, rows[header + 1 :], [*unsure, "delimiter"])


def _header(rows: list[list[str]]) -> int:
    """The first row whose cells are titles: the best by known words among the first twenty."""

    def score(index: int) -> tuple[int, int, int]:
        row = rows[index]
        said = sum(1 for cell in row if cell and not re.fullmatch(r"[\d.,/: -]+", cell))
        return len(match_titles(row)), said, -index

    return max(range(min(20, len(rows))), key=score, default=0)


def _look_at_sheet(data: IO[bytes], name: str) -> Sample:
    with TemporaryFile() as copy:
        shutil.copyfileobj(data, copy)
        with workbook(copy, name, Limits()) as book:
            sheet = book[book.sheetnames[0]]
            sheet.reset_dimensions()
            rows = [
                ["" if cell is None else clean(str(cell)) for cell in row]
                for row in sheet.iter_rows(values_only=True, max_row=SAMPLE_ROWS)
            ]
            first_sheet = book.sheetnames[0]
    header = _header(rows)
    layout: dict[str, Any] = {"format": "xlsx", "sheet": first_sheet}
    titles = rows[header] if rows else []
    return Sample(layout, titles, rows[header + 1 :], ["sheet"])


def _look_at_json(text: str, encoding: str, *, is_lines: bool) -> Sample:
    path, records = "", []
    try:
        if is_lines:
            records = [json.loads(line) for line in text.splitlines() if line.strip()]
        else:
            path, records = _longest_list(json.loads(text), "")
    except (ValueError, RecursionError):
        raise Refused(
            "This JSON is too long or not complete: draft the mapping from a shorter export.",
            "json",
        ) from None
    layout: dict[str, Any] = {"format": "jsonl" if is_lines else "json", "encoding": encoding}
    if not is_lines:
        layout["records"] = path
    return _from_records(layout, [record for record in records if isinstance(record, dict)])


def _longest_list(value: Any, path: str) -> tuple[str, list[Any]]:
    if isinstance(value, list):
        return path, value
    found: tuple[str, list[Any]] = ("", [])
    if isinstance(value, dict):
        for key, inner in value.items():
            candidate = _longest_list(inner, f"{path}/{key}" if path else key)
            if len(candidate[1]) > len(found[1]):
                found = candidate
    return found


def _look_at_xml(text: str, encoding: str) -> Sample:
    tally = _Tally()
    parser: Any = DefusedXMLParser(target=tally, forbid_dtd=True)
    try:
        parser.feed(text)
    except DefusedXmlException:
        raise Refused("The file defines its own document type: DTD not allowed.", "dtd") from None
    except ParseError as error:
        raise Refused(f"This is not well-formed XML: {error}.", "malformed") from None
    record = max(
        tally.children, key=lambda tag: (len(tally.children[tag]), tally.count[tag]), default=""
    )
    rows = tally.rows.get(record, [])
    return _from_records({"format": "xml", "encoding": encoding, "records": record}, rows)


class _Tally:
    """Which elements hold leaves, and what stands in them."""

    def __init__(self) -> None:
        self.stack: list[tuple[str, dict[str, str], list[str]]] = []
        self.count: Counter[str] = Counter()
        self.children: dict[str, set[str]] = {}
        self.rows: dict[str, list[dict[str, str]]] = {}

    def start(self, tag: str, _attributes: dict[str, str]) -> None:
        """An element begins."""
        self.stack.append((tag.rpartition("}")[2], {}, []))

    def data(self, text: str) -> None:
        """Text inside an element."""
        self.stack[-1][2].append(text)

    def end(self, _tag: str) -> None:
        """An element ends: a leaf is a cell of the one around it."""
        tag, cells, texts = self.stack.pop()
        if cells:
            self.count[tag] += 1
            self.children.setdefault(tag, set()).update(cells)
            self.rows.setdefault(tag, []).append(cells)
        elif self.stack:
            self.stack[-1][1][tag] = clean("".join(texts))

    def close(self) -> None:
        """The document ends."""


def _from_records(layout: dict[str, Any], records: list[dict[str, Any]]) -> Sample:
    titles = list(dict.fromkeys(key for record in records for key in record))
    rows = [
        [clean(str(record.get(title) or "")) if not isinstance(record.get(title), dict | list) else ""
         for title in titles]
        for record in records[:SAMPLE_ROWS]
    ]  # fmt: skip
    return Sample(layout, titles, rows, ["records"])
