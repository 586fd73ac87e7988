"""Attack 21: whatever a guest calls himself, a spreadsheet shows it and runs nothing."""

from __future__ import annotations

import csv
import io

import pytest

from staytrue.kit.spreadsheet import cell, write_csv


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
