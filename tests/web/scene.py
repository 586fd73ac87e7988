"""The demo house through the real line, for browser tests and pictures: one year, seven files.

Hotel Sirga reads daily files; Casa Andorinha in Lisbon reads every ten minutes, so that fresh and
old stand side by side. A file is held by a brake, one was refused, a word nobody knows is parked.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP

from staytrue.flow import intake, reactions
from staytrue.hotel import records, scope
from staytrue.hotel.codes import Board, Status
from staytrue.hotel.models import Group, Property
from staytrue.inbox import actions as inbox
from staytrue.inbox.models import Connection, Delivery
from staytrue.lab.demo import Year, live, write_year
from staytrue.mirror.models import Profile, Reservation
from staytrue.staff import audit
from staytrue.staff.access import house_access
from staytrue.staff.actions import RoleAt, create_member
from tests.staff import people
from tests.web import (
    alive,
    consented,
    desking,
    doubtful,
    house,
    journeying,
    known,
    mailed,
    posted,
    rewarded,
    truth,
    written,
)

NOW = datetime(2026, 5, 21, 16, 0, tzinfo=UTC)
TODAY = date(2026, 5, 21)
PASSWORD = "a quiet room by the sea"
MAPPINGS = {"guests_*": "staytrue_guests", "stays_*": "staytrue_stays"}


# Their roles ask for a second factor.
_CAREFUL = ("maite.arrieta", "ana.ribeiro")


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
    _elsewhere(lisbon_files)
    while reactions.settle(NOW):
        pass
    truth.measured(bilbao_files, TODAY, NOW)
    truth.audited(bilbao_files, NOW)
    alive.connect(NOW)
    doubtful.build(bilbao_files, lisbon_files)
    with scope.everything():
        elsewhere = Profile.objects.get(source_id="AND-77")
    known.build(most_travelled(), elsewhere, lisbon_files, NOW)
    written.build(NOW)
    consented.build(most_travelled(), elsewhere, NOW)
    posted.build(NOW)
    journeying.build(NOW)
    mailed.build(NOW)
    desking.build(NOW)
    rewarded.build(NOW)
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
    members = [
        ("lea.morel", "Léa Morel", [RoleAt("guest_relations")]),
        ("maite.arrieta", "Maite Arrieta", [RoleAt("administrator")]),
        ("iker.zabala", "Iker Zabala", [RoleAt("front_desk", sirga.pk)]),
        (
            "ana.ribeiro",
            "Ana Ribeiro",
            [RoleAt("marketing", lisbon.pk), RoleAt("marketing", sirga.pk)],
        ),
        ("hugo.perrin", "Hugo Perrin", [RoleAt("auditor")]),
        ("elena.ruiz", "Elena Ruiz", [RoleAt("general_manager", sirga.pk)]),
    ]
    for address, name, roles in members:
        made = create_member(house, f"{address}@tresrios.example", name, roles, password=PASSWORD)
        if address in _CAREFUL:
            TOTP.activate(made, people.SECRET)
            RecoveryCodes.activate(made)


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
    _misunderstand(link)


def misunderstood() -> Reservation:
    """An arrival of today whose newest record says a word nobody knows."""
    with scope.everything():
        arrivals = Reservation.objects.filter(
            property__code="BIO", arrival_on=TODAY, status="confirmed", out_of_sight_since=None
        )
        return arrivals.order_by("number", "leg")[0]


def _misunderstand(link: Connection) -> None:
    stay = misunderstood()
    with scope.everything():
        newest = Delivery.objects.filter(connection=link, state="applied").order_by("-id")[0]
        part = records.Parked(
            line=12, code="unknown_status", facts={"word": "VORGEMERKT"},
            reason="The status “VORGEMERKT” is not known.",
            key=f"{stay.number}/{stay.leg}", raw=f"{stay.number};{stay.leg};;VORGEMERKT",
        )  # fmt: skip
        inbox.park(newest, [(12, part)], NOW - timedelta(minutes=40))


def most_travelled() -> Profile:
    """The guest of Hotel Sirga with most stays."""
    with scope.everything():
        found = Profile.objects.raw(
            """SELECT p.* FROM profile p
                 JOIN roster o ON o.connection_id = p.connection_id AND o.profile = p.source_id
                 JOIN property h ON h.id = p.property_id AND h.code = 'BIO'
                WHERE p.kind = 'person' AND p.emails <> '[]'
                GROUP BY p.id ORDER BY count(*) DESC, p.id LIMIT 1"""
        )
        return next(iter(found))


def _elsewhere(link: Connection) -> None:
    """The same guest in Lisbon, whose PMS writes his country in a way of its own."""
    frequent = most_travelled()
    odd = {"country_text": "Euskal Herria", "pillow": "feather", "is_regular": True}
    guest = records.Profile(
        source_id="AND-77", first_name=frequent.first_name, last_name=frequent.last_name,
        second_last_name=frequent.second_last_name, custom=odd,
        emails=[records.Email(mail["address"]) for mail in frequent.emails],
    )  # fmt: skip
    house.take(link, guest, made_at=NOW - timedelta(minutes=4))
    stays = [
        records.Reservation(
            number=f"AND{n}", property="LIS", status=Status.CHECKED_OUT,
            source_status="Checked out", arrival_on=date(2025, 3 * n, 9),
            departure_on=date(2025, 3 * n, 9 + n), nights=n, room_number=str(100 + n),
            room_category="Classic", rate_code="BAR", board=Board.BB, currency="EUR",
            amount=Decimal(160 * n), room_amount=Decimal(140 * n),
            guests=[house.guest(profile="AND-77")], custom={"parking": n == 1},
        )
        for n in (1, 2, 3)
    ]  # fmt: skip
    house.take(link, *stays, made_at=NOW - timedelta(minutes=4))
