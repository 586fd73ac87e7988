"""XLSX: values as a person reads them, and nothing of what a hostile workbook wants."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from staytrue.connectors.export_files.container import Limits
from staytrue.kit.errors import Refused
from tests.connectors.export_files.corpus import CARD, STAYS, TITLES, mapping, opened, read

RULES = mapping(STAYS.replace('"csv"', '"xlsx"'))
ROW = (
    "R1",
    "OK",
    date(2026, 5, 21),
    datetime.fromisoformat("2026-05-24"),
    204.0,
    330.5,
    "late",
    "García",
    "0912",
)


def book(*rows: tuple[object, ...], before: tuple[tuple[object, ...], ...] = ()) -> bytes:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    for row in (*before, tuple(TITLES.split(";")), *rows):
        sheet.append(row)
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def edited(content: bytes, part: str, change: tuple[str, str], extra: str = "") -> bytes:
    """The workbook with one part changed, and perhaps a further part."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", 8) as new:
        for info in old.infolist():
            text = old.read(info)
            if info.filename == part:
                assert change[0].encode() in text
                text = text.replace(change[0].encode(), change[1].encode(), 1)
            new.writestr(info.filename, text)
        if extra:
            new.writestr("xl/externalLinks/externalLink1.xml", extra)
    return out.getvalue()


def test_dates_numbers_and_texts_are_read_as_a_person_sees_them(tmp_path: Path) -> None:
    got = read(tmp_path, book(ROW), RULES, "stays.xlsx")
    one = got.stays[0]
    assert (one.number, one.arrival_on, one.nights) == ("R1", date(2026, 5, 21), 3)
    assert (one.room_number, str(one.amount)) == ("204", "330.5")
    assert got.profiles[0].last_name == "García"


def test_title_rows_blank_rows_and_line_numbers(tmp_path: Path) -> None:
    content = book(ROW, (None,) * 9, ("R2", *ROW[1:]), before=(("Arrivals",), ()))
    got = read(tmp_path, content, RULES, "stays.xlsx")
    assert [(line.number, one.number) for line, one in zip(got.lines, got.stays, strict=True)] == [
        (4, "R1"), (6, "R2"),
    ]  # fmt: skip


def test_a_long_number_that_the_spreadsheet_rounded_is_parked(tmp_path: Path) -> None:
    got = read(tmp_path, book((1.23456789012346e18, *ROW[1:])), RULES, "stays.xlsx")
    assert [one.code for one in got.parked] == ["damaged_number"]


def test_cards_are_masked_and_ids_stay(tmp_path: Path) -> None:
    content = book((CARD, *ROW[1:6], f"card {CARD}", int(CARD), ""))
    facts = opened(tmp_path, content, RULES, "stays.xlsx")
    assert facts.masked_cards == 2
    assert facts.spool.read_text().count(CARD) == 1


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/styles.xml", "xl/workbook.xml"])
def test_an_entity_in_any_part_is_refused(tmp_path: Path, part: str) -> None:
    start = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]>'
    with zipfile.ZipFile(io.BytesIO(book(ROW))) as archive:
        head = archive.read(part)[:60].decode().lstrip()
    begin = head[: head.index("<", 1) if head.startswith("<?") else 0]
    content = edited(book(ROW), part, (begin or head[:10], start + ("" if begin else head[:10])))
    with pytest.raises(Refused, match="DTD not allowed"):
        opened(tmp_path, content, RULES, "stays.xlsx")


def test_links_to_other_workbooks_are_ignored(tmp_path: Path) -> None:
    link = '<externalLink xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>'
    content = edited(book(ROW), "xl/workbook.xml", ("<sheets>", "<sheets>"), link)
    assert len(read(tmp_path, content, RULES, "stays.xlsx").stays) == 1


def test_a_huge_claimed_size_is_not_believed(tmp_path: Path) -> None:
    sheet = "xl/worksheets/sheet1.xml"
    content = edited(book(ROW), sheet, ('ref="A1:I2"', 'ref="A1:XFD1048576"'))
    assert len(read(tmp_path, content, RULES, "stays.xlsx").stays) == 1


@pytest.mark.parametrize("change", [('r="I2"', 'r="XFD2"'), ('<row r="2"', '<row r="9999999"')])
def test_a_huge_real_size_is_refused(tmp_path: Path, change: tuple[str, str]) -> None:
    content = edited(book(ROW), "xl/worksheets/sheet1.xml", change)
    with pytest.raises(Refused) as refusal:
        opened(tmp_path, content, RULES, "stays.xlsx")
    assert refusal.value.code == "dimension"


def test_a_part_that_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    content = edited(
        book(ROW), "xl/workbook.xml", ("<sheets>", "<!--" + "x" * 5_000_000 + "--><sheets>")
    )
    limits = Limits(ratio=10, ratio_floor_bytes=1 << 20)
    with pytest.raises(Refused) as refusal:
        opened(tmp_path, content, RULES, "stays.xlsx", limits)
    assert refusal.value.code == "zip_bomb"


def test_several_sheets_need_a_name(tmp_path: Path) -> None:
    workbook = openpyxl.load_workbook(io.BytesIO(book(ROW)))
    workbook.create_sheet("Totals")
    out = io.BytesIO()
    workbook.save(out)
    with pytest.raises(Refused) as refusal:
        opened(tmp_path, out.getvalue(), RULES, "stays.xlsx")
    assert refusal.value.code == "sheet"
    named = mapping(STAYS.replace('"csv"', '"xlsx"'), sheet='"Sheet"')
    assert opened(tmp_path, out.getvalue(), named, "stays.xlsx").lines == 1


def test_a_workbook_cut_anywhere_is_refused(tmp_path: Path) -> None:
    content = book(ROW)
    for length in range(1, len(content), 97):
        with pytest.raises(Refused):
            opened(tmp_path, content[:length], RULES, "stays.xlsx")
