"""The invented PMS and the mapping that ships for it speak of the same columns and words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from staytrue.connectors.base import Settings, Translated
from staytrue.connectors.export_files.mapping_file import load
from staytrue.connectors.export_files.opening import open_file, read_lines
from staytrue.connectors.export_files.translate import translator
from staytrue.hotel.records import Profile, Reservation
from staytrue.kit.text import fold
from staytrue.lab import house
from staytrue.lab.bookings import World
from staytrue.lab.files import (
    CONSENT_WORDS,
    GUEST_COLUMNS,
    STAY_COLUMNS,
    Delivery,
    Vices,
    write_delivery,
)

WORDS: dict[str, Mapping[Any, str]] = {
    "status": house.STATUS_WORDS,
    "channel": house.CHANNEL_WORDS,
    "board": house.BOARD_WORDS,
    "segment": house.SEGMENT_WORDS,
    "payment": house.PAYMENT_WORDS,
}


@pytest.mark.parametrize(
    ("mapping", "columns"),
    [("staytrue_stays", STAY_COLUMNS), ("staytrue_guests", GUEST_COLUMNS)],
)
def test_every_column_is_read(mapping: str, columns: list[str]) -> None:
    assert set(load(mapping).columns) == set(columns)


@pytest.mark.parametrize("table", WORDS)
def test_every_word_means_what_was_meant(table: str) -> None:
    understood = load("staytrue_stays").values[table]
    for code, word in WORDS[table].items():
        assert understood[fold(word)] == code


def test_an_unknown_word_of_the_demo_stays_unknown() -> None:
    assert fold("TENT") not in load("staytrue_stays").values["status"]


def test_consent_words_are_understood() -> None:
    profile = load("staytrue_guests").profile
    assert profile is not None
    known = profile.consents[0].facts["values"]
    assert {known[fold(word)] for word in CONSENT_WORDS.values()} == {"in", "out"}
    assert all(known[fold(word)] == state for state, word in CONSENT_WORDS.items())


@pytest.fixture(scope="module")
def delivery(world: World, today: date, tmp_path_factory: pytest.TempPathFactory) -> Delivery:
    folder = tmp_path_factory.mktemp("agreement")
    return write_delivery(folder, world, world.house.instant(today, 190), history=True)


def translated(path: Path, name: str, delivery: Delivery) -> list[Translated]:
    mapping = load(name)
    settings = Settings("BIO", "Europe/Madrid", "ES", "EUR", delivery.made_at)
    opened = open_file(path, mapping, spool=path.with_suffix(".spool"), zone=settings.zone)
    assert opened.made_at == delivery.made_at
    assert opened.unknown_columns == ()
    return list(translator(mapping, settings).translate(read_lines(opened.spool, mapping)))


def test_stays_are_read_as_they_are(delivery: Delivery) -> None:
    def ordered(record: Reservation) -> Reservation:
        return replace(record, guests=sorted(record.guests, key=lambda g: (g.role, g.profile)))

    answers = translated(delivery.stays_path, "staytrue_stays", delivery)
    read = [ordered(record) for answer in answers for record in answer.reservations]
    assert read == [ordered(record) for record in delivery.stays]
    assert not any(answer.parked for answer in answers)


def test_guests_are_read_as_they_are(delivery: Delivery) -> None:
    def comparable(profile: Profile) -> Profile:
        """Without what a reader cannot know (an OTA's unknown relay) and homes of a country only."""
        emails = [
            replace(email, masked=email.masked and not email.address.endswith(".example"))
            for email in profile.emails
        ]
        homes = [address for address in profile.addresses if address.line1]
        return replace(profile, emails=emails, addresses=homes)

    answers = translated(delivery.guests_path, "staytrue_guests", delivery)
    read = [comparable(profile) for answer in answers for profile in answer.profiles]
    assert read == [comparable(profile) for profile in delivery.guests]
    assert not any(answer.parked for answer in answers)


def test_an_unknown_status_word_is_parked_alone(world: World, today: date, tmp_path: Path) -> None:
    at = world.house.instant(today, 190)
    number = next(world.bookings_at(at)).number
    vices = Vices(words={number: "TENT"})
    odd = write_delivery(tmp_path, world, at, history=True, vices=vices)
    answers = translated(odd.stays_path, "staytrue_stays", odd)
    parked = [part for answer in answers for part in answer.parked]
    assert [part.key for part in parked] == [f"{number}/1"]
    assert "TENT" in parked[0].reason
