"""Builders for tests: one fictional hotel, and only what matters is spelled out."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime, timedelta
from importlib import resources
from itertools import count
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from staytrue.flow import intake
from staytrue.flow.outcome import Outcome
from staytrue.hotel import scope
from staytrue.hotel.codes import GuestRole, Status
from staytrue.hotel.models import Property
from staytrue.hotel.records import GuestOnBooking, Profile, Reservation
from staytrue.inbox.models import Connection, Delivery
from staytrue.lab import files
from staytrue.lab.house import hotel_sirga
from staytrue.staff import audit

NOON = datetime(2026, 5, 21, 12, 0, tzinfo=UTC)
_numbers = count(1)


def hotel(code: str = "BIO", **facts: Any) -> Property:
    """Hotel Sirga, or another one of the group."""
    given = {
        "name": "Hotel Sirga",
        "timezone": "Europe/Madrid",
        "country": "ES",
        "currency": "EUR",
        "city": "Bilbao",
    } | facts
    with scope.everything(), audit.acting("tests", NOON):
        return Property.objects.create(code=code, **given)


def link(house: Property, name: str = "bio-files", **settings: Any) -> Connection:
    """A connection by daily files."""
    with scope.everything(), audit.acting("tests", NOON):
        return Connection.objects.create(
            name=name, property=house, dialect="export_files", settings=settings, created_at=NOON
        )


def delivery(connection: Connection, made_at: datetime = NOON, **facts: Any) -> Delivery:
    """A delivery that is kept, with nothing in it yet."""
    with scope.everything():
        return Delivery.objects.create(
            connection=connection,
            property_id=connection.property_id,
            object=facts.pop("object", "reservation"),
            name=f"stays-{next(_numbers)}.csv",
            content_hash=str(next(_numbers)),
            size=1,
            made_at=made_at,
            received_at=made_at,
            **facts,
        )


def reservation(nights: int = 3, **facts: Any) -> Reservation:
    """A confirmed booking of Claire Fontanel."""
    arrival = facts.pop("arrival_on", date(2026, 5, 23))
    given: dict[str, Any] = {
        "number": "30117",
        "property": "BIO",
        "status": Status.CONFIRMED,
        "source_status": "Confirmed",
        "arrival_on": arrival,
        "departure_on": arrival + timedelta(days=nights),
        "nights": nights,
        "guests": [GuestOnBooking(GuestRole.PRIMARY, "G1")],
    }
    return Reservation(**given | facts)


def profile(**facts: Any) -> Profile:
    """Claire Fontanel as her PMS knows her."""
    given = {"source_id": "G1", "first_name": "Claire", "last_name": "Fontanel"}
    return Profile(**given | facts)


def stays_file(
    folder: Path, made_at: datetime, *stays: Reservation, zone: str = "Europe/Madrid"
) -> Path:
    """A daily export in the project's own layout, as the invented PMS writes it."""
    local = made_at.astimezone(ZoneInfo(zone))
    path = folder / f"stays_BIO_{local:%Y%m%d-%H%M}.csv"
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, delimiter=";", lineterminator="\n")
        writer.writerow(files.STAY_COLUMNS)
        writer.writerows(files.stay_row(stay, ZoneInfo(zone)) for stay in stays)
    return path


def guests_file(folder: Path, made_at: datetime, *guests: Profile) -> Path:
    """A daily export of profiles in the project's own layout."""
    house = hotel_sirga()
    path = folder / f"guests_BIO_{made_at.astimezone(house.zone):%Y%m%d-%H%M}.csv"
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, delimiter=";", lineterminator="\n")
        writer.writerow(files.GUEST_COLUMNS)
        writer.writerows(files.guest_row(guest, house) for guest in guests)
    return path


def mapping_file(folder: Path, shipped: str, *additions: str) -> str:
    """A shipped mapping with more at its end, as a hotel would write it for itself."""
    source = resources.files("staytrue.connectors.export_files").joinpath("mappings")
    text = source.joinpath(f"{shipped}.toml").read_text(encoding="utf-8")
    path = folder / f"{shipped}-{next(_numbers)}.toml"
    path.write_text("\n".join([text, *additions]), encoding="utf-8")
    return str(path)


def take(
    link: Connection, path: Path, now: datetime, mapping: str = "staytrue_stays", **how: Any
) -> Outcome:
    """Import a file as the command line does."""
    return intake.import_file(link, path, mapping=mapping, now=now, **how)
