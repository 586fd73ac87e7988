"""Drafts: good guesses, marked as guesses, in a form that loads after a person corrected it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from staytrue.connectors.export_files import mapping_file
from staytrue.connectors.export_files.propose import date_formats, propose, status_of
from staytrue.kit.errors import Refused
from tests.connectors.export_files.corpus import gzipped
from tests.connectors.export_files.test_reading_xlsx import ROW, book

GERMAN = (
    "Reservierungsnummer;Status;Anreise;Abreise;Zimmer;Gesamtbetrag;Nachname;E-Mail\r\n"
    "1;bestätigt;29.09.2026;02.10.2026;204;1.330,00;Müller;a@example.com\r\n"
    "2;storniert;30.09.2026;02.10.2026;;95,50;Weiß;\r\n"
    "3;unklar;01.10.2026;02.10.2026;;95,50;Groß;\r\n"
)


def draft(folder: Path, content: bytes, name: str) -> str:
    path = folder / name
    path.write_bytes(content)
    return propose(path)


def test_a_german_export_is_drafted_and_loads(tmp_path: Path) -> None:
    text = draft(tmp_path, GERMAN.encode("cp1252"), "liste.csv")
    rules = mapping_file.parse(text, "draft")
    assert 'encoding = "cp1252" # ?' in text
    assert 'delimiter = ";" # ?' in text
    assert 'arrival_on = { column = "Anreise", date = "%d.%m.%Y" }' in text
    assert 'amount = { column = "Gesamtbetrag", decimal = ",", thousands = "." } # ?' in text
    assert '"storniert" = "cancelled"' in text
    assert '# "unklar" = "" # ?' in text
    assert set(rules.values["status"]) == {"bestatigt", "storniert"}


def test_title_rows_and_packing_are_seen_through(tmp_path: Path) -> None:
    content = gzipped(b"Arrivals\nSirga\n" + GERMAN.encode())
    text = draft(tmp_path, content, "liste.csv.gz")
    assert "header_row = 3 # ?" in text


def test_day_and_month_that_could_be_either_are_left_to_a_person(tmp_path: Path) -> None:
    text = draft(tmp_path, b"number;arrival\n1;05/06/2026\n2;07/08/2026\n", "a.csv")
    assert 'date = "%d/%m/%Y" } # ? or %m/%d/%Y' in text


def test_the_other_formats_are_recognised_by_content(tmp_path: Path) -> None:
    records = {"data": {"stays": [{"reservation_id": "1", "status": "Confirmed"}] * 3}}
    xml = "<R><G><RESV><NUMBER>1</NUMBER><ARRIVAL>05-SEP-26</ARRIVAL></RESV></G></R>"
    assert 'records = "data/stays"' in draft(tmp_path, json.dumps(records).encode(), "a.json")
    assert 'records = "RESV"' in draft(tmp_path, xml.encode(), "a.xml")
    assert 'format = "xlsx"' in draft(tmp_path, book(ROW), "a.xlsx")
    assert 'format = "jsonl"' in draft(tmp_path, b'{"number": "1"}\n{"number": "2"}\n', "a.jsonl")


@pytest.mark.parametrize("content", [b"%PDF-1.7", b"<!DOCTYPE x [<!ENTITY a 'b'>]><x/>", b"{"])
def test_what_cannot_be_drafted_is_refused_in_a_sentence(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(Refused):
        draft(tmp_path, content, "a.csv")


def test_a_title_with_a_delete_character_still_gives_a_draft_that_loads(tmp_path: Path) -> None:
    text = draft(tmp_path, b"Number;Status;Arrival;Odd\x7ftitle\n1;OK;2026-05-21;x\n", "a.csv")
    assert "\x7f" not in text


def test_date_forms_are_found_by_the_values() -> None:
    assert date_formats(["2026-05-21"]) == ([["iso"]], [])
    assert date_formats(["29/09/2026", "29-Sep-2026", "31/02/2026"]) == (
        [["%d/%m/%Y"], ["%d-%b-%Y"]], ["31/02/2026"],
    )  # fmt: skip


@pytest.mark.parametrize(("word", "status"), [("Cancelada", "cancelled"), ("No-Show", "no_show"),
                                              ("arrivée", "in_house"), ("TENT", None)])  # fmt: skip
def test_status_words_get_a_suggestion_or_none(word: str, status: str | None) -> None:
    assert status_of(word) == status
