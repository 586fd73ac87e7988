"""The demo house through the real line, for browser tests and pictures: one year, seven files.

Hotel Sirga reads daily files; Casa Andorinha in Lisbon reads every ten minutes, so that fresh and
old stand side by side. A file is held by a brake, one was refused, a word nobody knows is parked.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from staytrue.flow import intake, reactions
from staytrue.hotel import scope
from staytrue.hotel.models import Group, Property
from staytrue.inbox.models import Connection
from staytrue.lab.demo import Year, live, write_year
from staytrue.staff import audit
from staytrue.staff.access import house_access
from staytrue.staff.actions import RoleAt, create_member

NOW = datetime(2026, 5, 21, 16, 0, tzinfo=UTC)
TODAY = date(2026, 5, 21)
PASSWORD = "a quiet room by the sea"
MAPPINGS = {"guests_*": "staytrue_guests", "stays_*": "staytrue_stays"}


def build(folder: Path) -> Year:
    """Seed the present database; returns what the invented PMS knows."""
    with scope.everything(), audit.acting("scene", NOW):
        Group.objects.get_or_create(id=1, defaults={"name": "Três Rios Hotels"})
        sirga = _hotel("BIO", "Hotel Sirga", "Bilbao", "Europe/Madrid", "ES")
        lisbon = _hotel("LIS", "Casa Andorinha", "Lisboa", "Europe/Lisbon", "PT")
        bilbao_files = _link(sirga, "bio-files", 86_400)
        lisbon_files = _link(lisbon, "lis-files", 600)
        _members(sirga, lisbon)
    year = write_year(folder / "bio", today=TODAY, rooms=24)
    _read(bilbao_files, folder / "bio")
    other = write_year(folder / "lis", today=TODAY, property_code="LIS", seed=7, rooms=12)
    # The lab's clocks are Bilbao's; the same figures on a clock in Lisbon are an hour later.
    live(other, NOW - timedelta(hours=1, minutes=4))
    _read(lisbon_files, folder / "lis", zone=1)
    with scope.everything():
        Property.objects.update(business_date=TODAY)
    _trouble(bilbao_files, folder)
    while reactions.settle(NOW):
        pass
    return year


def move_screens() -> None:
    """As any change does: raise the number that open screens ask for."""
    with scope.everything():
        reactions.raise_screens(list(Property.objects.values_list("pk", flat=True)))


def _hotel(code: str, name: str, city: str, zone: str, country: str) -> Property:
    return Property.objects.create(
        code=code, name=name, city=city, timezone=zone, country=country, currency="EUR"
    )


def _link(hotel: Property, name: str, pace: int) -> Connection:
    return Connection.objects.create(
        name=name, property=hotel, dialect="export_files", cadence_seconds=pace,
        settings={"mappings": MAPPINGS}, created_at=NOW - timedelta(days=8),
    )  # fmt: skip


def _members(sirga: Property, lisbon: Property) -> None:
    house = house_access("scene")
    people = [
        ("lea.morel", "Léa Morel", [RoleAt("guest_relations")]),
        ("maite.arrieta", "Maite Arrieta", [RoleAt("administrator")]),
        ("iker.zabala", "Iker Zabala", [RoleAt("front_desk", sirga.pk)]),
        (
            "ana.ribeiro",
            "Ana Ribeiro",
            [RoleAt("marketing", lisbon.pk), RoleAt("marketing", sirga.pk)],
        ),
        ("hugo.perrin", "Hugo Perrin", [RoleAt("auditor")]),
    ]
    for address, name, roles in people:
        create_member(house, f"{address}@tresrios.example", name, roles, password=PASSWORD)


def _read(link: Connection, folder: Path, zone: int = 2) -> None:
    """Every file of a folder in the order of its instants, guests before stays."""
    for path in sorted((folder / "history").iterdir()):
        intake.import_file(link, path, history=True, now=_made_at(path, zone))
    days = sorted((folder / "daily").iterdir(), key=lambda path: (path.stem[-13:], path.stem))
    for path in days:
        intake.import_file(link, path, now=_made_at(path, zone) + timedelta(minutes=2))


def _made_at(path: Path, zone: int) -> datetime:
    """The instant in a file's name; in May Bilbao is two hours ahead, Lisbon one."""
    return datetime.strptime(path.stem[-13:], "%Y%m%d-%H%M").replace(tzinfo=UTC) - timedelta(
        hours=zone
    )


def _trouble(link: Connection, folder: Path) -> None:
    """A file that lost most of its lines, and one that is none."""
    last = max((folder / "bio" / "daily").glob("stays_*"))
    lines = last.read_text(encoding="utf-8").splitlines(keepends=True)
    shrunken = folder / "stays_BIO_20260521-1500.csv"
    shrunken.write_text("".join(lines[: len(lines) // 3]), encoding="utf-8")
    intake.import_file(link, shrunken, now=NOW - timedelta(minutes=55))
    broken = folder / "stays_BIO_20260521-1510.csv"
    broken.write_bytes("".join(lines[:40]).encode()[:-30])
    intake.import_file(link, broken, now=NOW - timedelta(minutes=45))
