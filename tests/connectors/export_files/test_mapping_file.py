"""Mapping files: what ships is right, and a wrong key is named."""

from __future__ import annotations

import tomllib
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from staytrue.connectors.base import Scope
from staytrue.connectors.export_files import mapping_file
from staytrue.kit.errors import Misconfigured
from tests.connectors.export_files.corpus import STAYS, mapping


@pytest.mark.parametrize("name", mapping_file.shipped())
def test_every_shipped_mapping_loads(name: str) -> None:
    assert mapping_file.load(name).columns


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('format = "csv"', 'format = "pdf"', "file.format"),
        ('format = "csv"', 'format = "csv"\nsniff = true', "file"),
        ('format = "csv"', 'format = "csv"\nencoding = "klingon"', "file.encoding"),
        ('delimiter = ";"', 'delimiter = ";;"', "file.delimiter"),
        ('format = "csv"', 'format = "xml"', "file.records"),
        ('number = "No"', "", "reservation"),
        ('number = "No"', 'number = { kolumn = "No" }', "reservation.number"),
        ('number = "No"', 'number = { column = "No", columns = ["A"] }', "reservation.number"),
        ('number = "No"', "number = 7", "reservation.number"),
        ('number = "No"', "number = {}", "reservation.number"),
        ('room_number = "Room"', 'rom_number = "Room"', "reservation"),
        ('departure_on = "To"', "", "reservation"),
        ('arrival_on = "From"', 'arrival_on = { column = "From", date = "%Q" }', "reservation.arrival_on.date"),
        ('OK = "confirmed"', 'OK = "booked"', "values.status"),
        ("[values.status]", "[values.state]", "[values.status]"),
        ('role = "primary"', 'role = "king"', "guests[0].role"),
        ('object = "reservation"', 'object = "folio"', "object"),
        ('object = "reservation"', 'object = "profile"', "[profile]"),
        ('object = "reservation"', 'object = "reservation"\nchecks = ["weather"]', "checks"),
        ('notes = "Notes"', 'notes = "Notes"\nchannel = "Way"', "[values.channel]"),
        ("[values.status]", '[scope]\nkind = "window"\n[values.status]', "scope"),
        ("[values.status]", '[scope]\nkind = "all"\n[values.status]', "scope.kind"),
        ('format = "csv"', 'format = "csv"\nmade_at = { name = "x", format = "%Y" }', "file.made_at"),
        ('format = "csv"', 'format = "csv"\nrows_per_booking = "two"', "file.rows_per_booking"),
    ],
)  # fmt: skip
def test_a_wrong_key_is_refused_by_its_name(old: str, new: str, key: str) -> None:
    assert old in STAYS
    with pytest.raises(Misconfigured) as refusal:
        mapping(STAYS.replace(old, new))
    assert refusal.value.facts["key"] == key


def test_broken_toml_and_missing_files_are_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="not TOML"):
        mapping("[file")
    with pytest.raises(Misconfigured, match="hotel_bookings"):
        mapping_file.load(tmp_path / "nothing.toml")
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(Misconfigured, match="not UTF-8"):
        mapping_file.load(tmp_path / "binary.toml")


def test_scopes_are_dated_by_the_file() -> None:
    text = STAYS + '[scope]\nkind = "window"\ndays_before = 3\ndays_after = 365\n'
    day = date(2026, 5, 21)
    assert mapping(text).scope.on(day) == Scope("window", date(2026, 5, 18), date(2027, 5, 21))
    assert mapping().scope.on(day) == Scope("delta")


def places(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Every place in a document."""
    inner = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    found = [path] if path else []
    for key, item in inner:
        found += places(item, (*path, key))
    return found


@pytest.mark.parametrize("name", ["opera_res_detail", "staytrue_guests", "hotel_bookings"])
@pytest.mark.parametrize("other", [None, 7, "(", ["x"], [7], {"x": 1}])
def test_a_wrong_value_anywhere_is_refused_or_understood(name: str, other: object) -> None:
    text = (
        resources.files(mapping_file.__package__)
        .joinpath(f"mappings/{name}.toml")
        .read_text("utf-8")
    )
    for path in places(tomllib.loads(text)):
        document = tomllib.loads(text)
        holder: Any = document
        for key in path[:-1]:
            holder = holder[key]
        if other is None:
            del holder[path[-1]]
        else:
            holder[path[-1]] = other
        try:
            mapping_file.read(document, name)
        except Misconfigured:
            continue
