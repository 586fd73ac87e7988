"""Attack 21: whatever a guest calls himself, a spreadsheet shows it and runs nothing."""

from __future__ import annotations

import csv
import io

import pytest

from staytrue.kit.errors import Refused
from staytrue.kit.spreadsheet import cell, read_csv, text_of, write_csv


@pytest.mark.parametrize(
    "name",
    ["=cmd|' /C calc'!A0", "+1", "-1+2", "@x", "\t=1", "  =1", "\u00a0=1", "＝1+1", "|x", "%x"],
)
def test_what_could_begin_a_formula_gets_an_apostrophe(name: str) -> None:
    assert cell(name) == f"'{name}"


def test_line_ends_and_nul_leave_the_cell() -> None:
    assert cell("\r=1+1") == "'=1+1"
    assert cell("a\0b\nc\r") == "abc"


def test_plain_text_and_phone_numbers_stay_readable() -> None:
    assert cell("Núñez-Ça") == "Núñez-Ça"
    assert cell(None) == ""
    assert cell("+34600112233") == "'+34600112233"


def test_every_cell_is_quoted_and_reads_back() -> None:
    out = io.StringIO()
    assert write_csv(out, ("name", "city"), [('O"Neil, Jr', "=HYPERLINK(1)")]) == 1
    assert list(csv.reader(io.StringIO(out.getvalue())))[1] == ['O"Neil, Jr', "'=HYPERLINK(1)"]
    assert all(line.startswith('"') for line in out.getvalue().splitlines())


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "cp1252"])
def test_a_list_is_read_whichever_way_it_was_saved(mark: str, codec: str) -> None:
    saved = f'name{mark}points\r\n"Núñez{mark} Ça"{mark}5\r\n'.encode(codec)
    heading, rows = read_csv(text_of(saved))
    assert heading == ["name", "points"]
    assert list(rows) == [(2, {"name": f"Núñez{mark} Ça", "points": "5"})]


def test_rows_keep_the_numbers_a_spreadsheet_shows() -> None:
    _, rows = read_csv(' a ,b,\n\n1\n2,3,beyond,and more\n"x\ny",4\n')
    assert list(rows) == [
        (3, {"a": "1", "b": ""}),
        (4, {"a": "2", "b": "3"}),
        (5, {"a": "x\ny", "b": "4"}),
    ]


def test_an_empty_file_has_no_heading_and_no_rows() -> None:
    heading, rows = read_csv("")
    assert heading == []
    assert list(rows) == []


def test_what_is_no_list_is_refused_with_what_to_do() -> None:
    with pytest.raises(Refused, match="Save the list as CSV"):
        text_of(b"PK\x03\x04\0\0")
    _, rows = read_csv("a\n" + "x" * 200_000)
    with pytest.raises(Refused, match="no CSV"):
        list(rows)
