"""Profiles from rows: names kept as written, contacts in standard form, nothing invented."""

from __future__ import annotations

from pathlib import Path

import pytest

from staytrue.connectors.export_files import mapping_file
from staytrue.connectors.export_files.mapping import Cell
from staytrue.connectors.export_files.profiles import split_name
from staytrue.hotel.codes import GuestRole
from staytrue.hotel.records import Profile
from tests.connectors.export_files.corpus import CARD, STAYS, Read, csv, mapping, read

GUESTS = mapping_file.load("staytrue_guests")
ROW = {
    "guest_id": "G1", "title": "Sra.", "first_name": "María José", "last_name": "García",
    "second_last_name": "López", "birth_date": "1985-03-14", "language": "Spanish",
    "country": "España", "nationality": "ESP", "email": "mj@example.com", "email_type": "private",
    "email2": "x1@guest.booking.com", "phone": "944 12 34 56", "phone_type": "home",
    "mobile": "+34 612 34 56 78", "line1": "Calle Mayor 1", "line2": "", "postcode": "48001",
    "city": "Bilbao", "programme": "SIRGA", "card_number": CARD, "card_level": "GOLD", "vip": "V1",
    "consent_email": "yes", "modified": "2026-05-20T10:00:00+02:00", "notes": "",
}  # fmt: skip


def said(folder: Path, **cells: str) -> Read:
    row = ROW | cells
    return read(
        folder, csv(";".join(row.values()), titles=";".join(row)), GUESTS, "g_20260521-0310.csv"
    )


def guest(folder: Path, **cells: str) -> Profile:
    return said(folder, **cells).profiles[0]


def test_every_column_of_the_own_layout_finds_its_field(tmp_path: Path) -> None:
    got = guest(tmp_path)
    assert (got.source_id, got.title, got.first_name, got.last_name, got.second_last_name) == (
        "G1", "Sra.", "María José", "García", "López",
    )  # fmt: skip
    assert (got.birth_date, got.language, got.country, got.nationality) == (
        "1985-03-14", "es", "ES", "ES",
    )  # fmt: skip
    assert [(one.address, one.type, one.masked) for one in got.emails] == [
        ("mj@example.com", "private", False), ("x1@guest.booking.com", None, True),
    ]  # fmt: skip
    assert [(one.number, one.type, one.line) for one in got.phones] == [
        ("+34944123456", "home", "fixed"), ("+34612345678", "mobile", "mobile"),
    ]  # fmt: skip
    assert (got.addresses[0].line1, got.addresses[0].city, got.addresses[0].country) == (
        "Calle Mayor 1", "Bilbao", "ES",
    )  # fmt: skip
    assert [(one.programme, one.number, one.level) for one in got.loyalty] == [
        ("SIRGA", CARD, "GOLD")
    ]
    assert [(one.purpose, one.channel, one.state) for one in got.consents] == [
        ("marketing", "email", "in")
    ]
    assert got.custom["country_text"] == "España"


@pytest.mark.parametrize(
    ("cells", "field"),
    [
        ({"email": "nobody"}, "email"),
        ({"phone": "ring twice"}, "phone"),
        ({"birth_date": "30/02/1985"}, "birth_date"),
    ],
)
def test_contacts_that_cannot_be_read_are_reported_and_the_guest_is_taken(
    tmp_path: Path, cells: dict[str, str], field: str
) -> None:
    got = said(tmp_path, **cells)
    assert got.profiles
    assert [one.facts["field"] for one in got.said[0].findings] == [field]


def test_an_unparseable_phone_is_kept_as_it_was_written(tmp_path: Path) -> None:
    assert [(one.raw, one.number) for one in guest(tmp_path, phone="ring twice").phones][:1] == [
        ("ring twice", None)
    ]


def test_an_unknown_country_keeps_its_text_and_is_listed(tmp_path: Path) -> None:
    got = said(tmp_path, country="Atlantis")
    assert got.profiles[0].country is None
    assert got.profiles[0].custom["country_text"] == "Atlantis"
    assert ("unknown_word", 2) in got.findings


@pytest.mark.parametrize(("word", "states"), [("no", ["out"]), ("", []), ("perhaps", [])])
def test_consent_is_only_what_the_pms_says(tmp_path: Path, word: str, states: list[str]) -> None:
    assert [one.state for one in guest(tmp_path, consent_email=word).consents] == states


def test_a_day_and_month_is_a_partial_birth_date(tmp_path: Path) -> None:
    assert guest(tmp_path, birth_date="--03-14").birth_date == "--03-14"


def test_a_guest_without_an_id_is_parked(tmp_path: Path) -> None:
    assert [one.code for one in said(tmp_path, guest_id="").parked] == ["missing_source_id"]


@pytest.mark.parametrize(
    "name",
    ["😀 Ana", "A\u202ena", "A\u200bna", "A\x00na", "Ana" + "\u0301" * 100, "𝒜na", "An\u00e9"],
)
def test_hostile_names_are_cleaned_and_taken(tmp_path: Path, name: str) -> None:
    got = guest(tmp_path, first_name=name).first_name
    assert got
    assert not {"\x00", "\u202e", "\u200b"} & set(got)
    assert len(got) < 20


@pytest.mark.parametrize(
    "name", ["=cmd|' /C calc'!A0", "+1", "-1+2", "@x", "{{ 7*7 }}", "<script>"]
)
def test_names_that_mean_something_elsewhere_are_kept_as_they_are(
    tmp_path: Path, name: str
) -> None:
    assert guest(tmp_path, first_name=name).first_name == name


def test_guests_beside_a_reservation_get_an_id_from_it(tmp_path: Path) -> None:
    got = read(tmp_path, csv())
    assert [one.source_id for one in got.profiles] == [
        "R1/1/primary",
        "R2/1/primary",
        "R3/1/primary",
    ]
    assert [(one.role, one.profile) for one in got.stays[0].guests] == [
        (GuestRole.PRIMARY, "R1/1/primary")
    ]
    assert got.profiles[0].phones[0].number == "+34612345678"


def test_a_row_without_any_guest_has_an_empty_roster(tmp_path: Path) -> None:
    got = read(tmp_path, csv("R1;OK;2026-05-21;2026-05-24;;;;;"))
    assert (got.stays[0].guests, got.profiles) == ([], [])


def test_a_required_name_parks_the_record(tmp_path: Path) -> None:
    rules = mapping(STAYS.replace('role = "primary"', 'role = "primary"\nrequired = ["last_name"]'))
    got = read(tmp_path, csv("R1;OK;2026-05-21;2026-05-24;;;;;612345678"), rules)
    assert [one.code for one in got.parked] == ["missing_last_name"]
    assert not got.profiles


@pytest.mark.parametrize(
    ("text", "cell", "names"),
    [
        ("Sirga,Ana,Ms", Cell(order=("last", "first", "title")), ("Ana", "Sirga", "Ms")),
        ("*Sirga,Ana,", Cell(order=("last", "first", "title"), sharer="*"), ("Ana", "Sirga", None)),
        ("Sirga, Ana", Cell(order=("last", "first")), ("Ana", "Sirga", None)),
        ("Ana Sirga", Cell(plain=("first", "last")), ("Ana", "Sirga", None)),
        ("Ana María Sirga", Cell(plain=("first", "last")), ("Ana María", "Sirga", None)),
        ("Sirga Ana", Cell(plain=("last", "first")), ("Ana", "Sirga", None)),
        ("Ana Sirga", Cell(), (None, "Ana Sirga", None)),
        ("Sirga, Ana", Cell(), (None, "Sirga, Ana", None)),
    ],
)
def test_a_full_name_is_split_only_as_the_mapping_says(
    text: str, cell: Cell, names: tuple[str | None, ...]
) -> None:
    got = split_name(text, cell)
    assert (got["first_name"], got["last_name"], got["title"]) == names
