"""import, translate and mapping: what a file came to, for people and for machines."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from staytrue.lab.demo import Year
from tests.cli.conftest import Cli

HEADER = (
    "number;leg;group_number;status;arrival;departure;created;modified;cancelled;checked_in;"
    "checked_out;adults;children;infants;room;category;rate;board;channel;source;segment;currency;"
    "amount;room_amount;tax_included;payment;guest_id;booker_id;companion_ids;extras;notes"
)


def stays(place: Path, *rows: str, name: str = "stays_BIO_20260522-0310.csv") -> Path:
    """A file of bookings in the project's own layout; rows begin with number, leg and status."""
    lines = [HEADER, *(row + ";" * (HEADER.count(";") - row.count(";")) for row in rows)]
    path = place / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def link(cli: Cli, request: pytest.FixtureRequest) -> str:
    """A connection of this test alone: brakes compare with what a connection knows."""
    name = f"link-{request.node.name}"
    given = ("--dialect", "export_files", "--set", "mapping=staytrue_stays")
    assert cli("connect", name, "--property", "BIO", *given).code == 0
    return name


@pytest.fixture
def group(tmp_path: Path) -> Path:
    """Two legs of one booking, and a word nobody knows."""
    return stays(
        tmp_path,
        "90001;1;;Confirmed;2026-07-01;2026-07-03",
        "90001;2;;Confirmed;2026-07-01;2026-07-03",
        "90002;1;;TENT;2026-07-01;2026-07-03",
    )


def test_an_import_answers_what_became_of_every_line(cli: Cli, link: str, group: Path) -> None:
    ran = cli("import", group, "--connection", link, "--json")
    answer = ran.document
    assert ran.code == 0
    assert (answer["read"], answer["created"], answer["changed"]) == (3, 2, 0)
    assert [part["line"] for part in answer["parked"]] == [4]
    assert "TENT" in answer["parked"][0]["reason"]
    assert answer["refused"] is None
    assert answer["seconds"] > 0


def test_several_candidates_are_named_instead_of_guessed(cli: Cli, link: str, group: Path) -> None:
    cli("import", group, "--connection", link)
    ran = cli("show", "reservation", "90001", "--json")
    assert ran.code == 1
    assert ran.document["error"]["facts"]["candidates"] == ["BIO:90001:1", "BIO:90001:2"]
    assert cli("show", "reservation", "BIO:90001:2").code == 0


def test_a_preview_keeps_nothing(cli: Cli, link: str, tmp_path: Path) -> None:
    path = stays(tmp_path, "91000;1;;Confirmed;2026-07-01;2026-07-03")
    answer = cli("import", path, "--connection", link, "--dry-run", "--json").document
    assert answer["read"] == 1
    assert cli("show", "reservation", "91000").code == 1


def test_a_refused_file_is_a_no_with_its_sentence(cli: Cli, link: str, tmp_path: Path) -> None:
    path = tmp_path / "stays_empty.csv"
    path.write_bytes(b"")
    ran = cli("import", path, "--connection", link, "--json")
    assert ran.code == 1
    assert "empty" in ran.document["refused"]


def test_the_same_file_twice_changes_nothing(filled: Cli, year: Year) -> None:
    path = year.days[-1].stays_path
    answer = filled("import", path, "--connection", "files", "--json").document
    assert (answer["created"], answer["changed"]) == (0, 0)


def test_translate_needs_no_database(cli: Cli, group: Path) -> None:
    ran = cli("translate", "export_files", group, "--mapping", "staytrue_stays", "--json")
    found = ran.document
    assert set(found) == {"profiles", "reservations", "parked"}
    first = found["reservations"][0]
    assert (first["number"], first["arrival_on"], first["nights"]) == ("90001", "2026-07-01", 2)
    assert first["amount"] is None
    assert len(found["parked"]) == 1


def test_a_mapping_is_drafted_and_then_checked(cli: Cli, group: Path, tmp_path: Path) -> None:
    drafted = cli("mapping", "propose", group, "--json").document["mapping"]
    assert 'number = "number"' in drafted
    ran = cli("mapping", "check", group, "--mapping", "staytrue_stays", "--json")
    assert ran.code == 1
    assert ran.document["statuses"] == {"confirmed": 2}
    assert ran.document["parked"] == {"unknown_status": 1}


def test_parked_parts_are_listed_and_dropped(cli: Cli, link: str, group: Path) -> None:
    cli("import", group, "--connection", link)
    parts = cli("parked", "list", link, "--json").document
    mine = next(part for part in parts if part["key"] == "90002/1")
    assert "TENT" in mine["raw"]
    assert cli("parked", "release", link, mine["id"]).code == 1
    assert cli("parked", "drop", link, mine["id"], "--json").document == {"dropped": 1}
    left = cli("parked", "list", link, "--json").document
    assert mine["id"] not in [part["id"] for part in left]


def test_a_delivery_is_taken_back(cli: Cli, link: str, tmp_path: Path) -> None:
    before = cli("verify", "mirror", "--hash", "--json").document["hash"]
    path = stays(tmp_path, "92000;1;;Confirmed;2026-07-01;2026-07-03", name="stays_later.csv")
    made = cli("import", path, "--connection", link, "--json").document["delivery"]
    listed = cli("deliveries", "list", link, "--json").document
    assert made in [delivery["id"] for delivery in listed]
    assert cli("verify", "mirror", "--hash", "--json").document["hash"] != before
    assert cli("deliveries", "rollback", made).code == 0
    assert cli("verify", "mirror", "--hash", "--json").document["hash"] == before


def test_a_history_sends_no_changes_to_anybody(filled: Cli, year: Year) -> None:
    listed = filled("deliveries", "list", "files", "--count", 100, "--json").document
    names = {delivery["name"]: delivery["history"] for delivery in listed}
    assert names[year.history.stays_path.name]
    assert not names[year.days[-1].stays_path.name]
    assert json.dumps(listed)
