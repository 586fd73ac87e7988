"""list and show: canonical records with their `as_of`, now and as they were known."""

from __future__ import annotations

from staytrue.lab.demo import Year
from staytrue.mirror.canonical import PROFILE_FIELDS, RESERVATION_FIELDS, SIGHT_FIELDS
from tests.cli.conftest import TODAY, Cli


def test_a_list_holds_every_record_with_every_field(filled: Cli, year: Year) -> None:
    records = filled("list", "reservations", "--json").document
    known = {stay.number for export in (year.history, *year.days) for stay in export.stays}
    assert {record["number"] for record in records} >= known
    assert set(records[0]) >= {*RESERVATION_FIELDS, *SIGHT_FIELDS, "as_of"}


def test_a_list_is_filtered_and_cut(filled: Cli) -> None:
    found = filled("list", "reservations", "--status", "cancelled", "--limit", 3, "--json").document
    assert [record["status"] for record in found] == ["cancelled"] * 3
    assert filled("list", "reservations", "--property", "BIO", "--limit", 1).out.startswith("BIO\t")


def test_profiles_are_listed(filled: Cli) -> None:
    (record,) = filled("list", "profiles", "--limit", 1, "--json").document
    assert set(record) == {*PROFILE_FIELDS, "as_of"}


def test_one_reservation_is_shown_by_number_and_by_whole_key(filled: Cli, year: Year) -> None:
    number = year.numbers["arrival"]
    short = filled("show", "reservation", number, "--json").document
    assert short == filled("show", "reservation", f"BIO:{number}:1", "--json").document
    assert short["arrival_on"] == TODAY.isoformat()
    assert short["as_of"].startswith(f"{TODAY}T03:10:00")


def test_one_profile_is_shown_by_id_and_by_whole_key(filled: Cli) -> None:
    (first,) = filled("list", "profiles", "--limit", 1, "--json").document
    key = first["source_id"]
    assert filled("show", "profile", key, "--json").document == first
    assert filled("show", "profile", f"files:{key}", "--json").document == first


def test_what_was_not_known_then_is_a_no(filled: Cli, year: Year) -> None:
    number = year.numbers["arrival"]
    ran = filled("show", "reservation", number, "--as-of", "2019-01-01", "--json")
    assert ran.code == 1
    assert ran.document["error"]["code"] == "not_known_then"


def test_a_stay_is_shown_as_it_stood_at_the_pms(filled: Cli, year: Year) -> None:
    number = year.numbers["arrival"]
    today = filled("show", "reservation", number, "--json").document
    then = filled("show", "reservation", number, "--true-at", TODAY.isoformat(), "--json").document
    assert then == today
    before = filled("show", "reservation", number, "--true-at", "2019-01-01", "--json")
    assert (before.code, before.document["error"]["code"]) == (1, "not_known_then")


def test_people_get_lines(filled: Cli, year: Year) -> None:
    out = filled("show", "reservation", year.numbers["arrival"]).out
    assert "status: confirmed" in out


def test_cases_are_listed_and_a_case_that_is_not_there_is_a_no(filled: Cli) -> None:
    assert (
        filled("list", "cases", "--property", "BIO", "--status", "blocked", "--json").document == []
    )
    ran = filled("show", "case", "999999", "--json")
    assert (ran.code, ran.document["error"]["code"]) == (1, "not_found")
    assert filled("show", "case", "soon").code == 2
