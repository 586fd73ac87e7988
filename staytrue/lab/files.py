"""The invented PMS's export: two CSV files a day, as a hotel really gets them, vices included.

`stays_<PROPERTY>_<YYYYMMDD-HHMM>.csv` and `guests_…`: UTF-8, `;`, one header line. A daily file
holds every booking with departure three days back or later; the history file holds everything.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from staytrue.hotel.codes import GuestRole, Status
from staytrue.hotel.records import Extra, Profile, Reservation
from staytrue.lab.bookings import World
from staytrue.lab.house import House

STAY_COLUMNS = [
    "number",
    "leg",
    "group_number",
    "status",
    "arrival",
    "departure",
    "created",
    "modified",
    "cancelled",
    "checked_in",
    "checked_out",
    "adults",
    "children",
    "infants",
    "room",
    "category",
    "rate",
    "board",
    "channel",
    "source",
    "segment",
    "currency",
    "amount",
    "room_amount",
    "tax_included",
    "payment",
    "guest_id",
    "booker_id",
    "companion_ids",
    "extras",
    "notes",
]
GUEST_COLUMNS = [
    "guest_id",
    "title",
    "first_name",
    "last_name",
    "second_last_name",
    "birth_date",
    "language",
    "country",
    "nationality",
    "email",
    "email_type",
    "email2",
    "phone",
    "phone_type",
    "mobile",
    "line1",
    "line2",
    "postcode",
    "city",
    "programme",
    "card_number",
    "card_level",
    "vip",
    "consent_email",
    "modified",
    "notes",
]
DAYS_BACK = 3
CONSENT_WORDS = {"in": "Yes", "out": "No"}


@dataclass(frozen=True)
class Vices:
    """What goes wrong with one delivery. Everything off is an honest PMS.

    `vanished` rows are left out; `words` puts an unknown status word in a booking's row;
    `reused` writes a booking under the number of an older one; `late` delays the delivery;
    `yesterday` sends the day before under today's name; `cut` keeps that share of the bytes.
    """

    vanished: frozenset[str] = frozenset()
    words: dict[str, str] = field(default_factory=dict)
    reused: dict[str, str] = field(default_factory=dict)
    late: timedelta = timedelta(0)
    yesterday: bool = False
    silent_no_shows: bool = False
    cut: float = 1.0


@dataclass(frozen=True)
class Delivery:
    """The two files written, and the truth about them.

    `stays` and `guests` are what the rows say (vices of content included, before any cut);
    `made_at` is the instant the content was true, `stamped_at` the one in the file names.
    """

    stays_path: Path
    guests_path: Path
    made_at: datetime
    stamped_at: datetime
    available_at: datetime
    history: bool
    stays: tuple[Reservation, ...]
    guests: tuple[Profile, ...]
    vices: Vices

    @property
    def paths(self) -> tuple[Path, Path]:
        """Guests first: who is known before the stay that names him leaves no gap."""
        return self.guests_path, self.stays_path


def write_delivery(
    folder: Path,
    world: World,
    at: datetime,
    *,
    history: bool = False,
    vices: Vices | None = None,
) -> Delivery:
    """Write the export of this instant into `folder` and say what is in it."""
    vices = vices or Vices()
    made_at = at - timedelta(days=1) if vices.yesterday else at
    house = world.house
    stays = tuple(_with_vices(_exported(world, made_at, history=history), world, vices))
    guests = tuple(_guests_of(world, stays, made_at, history=history))
    stamp = at.astimezone(house.zone).strftime("%Y%m%d-%H%M")
    stays_path = folder / f"stays_{house.code}_{stamp}.csv"
    guests_path = folder / f"guests_{house.code}_{stamp}.csv"
    folder.mkdir(parents=True, exist_ok=True)
    stay_rows = (stay_row(stay, house.zone) for stay in stays)
    guest_rows = (guest_row(guest, house) for guest in guests)
    _write(guests_path, GUEST_COLUMNS, guest_rows, vices.cut)
    _write(stays_path, STAY_COLUMNS, stay_rows, vices.cut)
    return Delivery(
        stays_path, guests_path, made_at, at, at + vices.late, history, stays, guests, vices
    )


def _exported(world: World, at: datetime, *, history: bool) -> Iterable[Reservation]:
    if history:
        return world.bookings_at(at)
    first = at.astimezone(world.house.zone).date() - timedelta(days=DAYS_BACK)
    return (stay for stay in world.bookings_at(at) if stay.departure_on >= first)


def _with_vices(stays: Iterable[Reservation], world: World, vices: Vices) -> Iterable[Reservation]:
    for stay in stays:
        if stay.number not in vices.vanished:
            yield _as_written(stay, world, vices)


def _as_written(stay: Reservation, world: World, vices: Vices) -> Reservation:
    silent = vices.silent_no_shows and stay.status is Status.NO_SHOW
    written = _before_no_show(world, stay) if silent else stay
    return replace(
        written,
        source_status=vices.words.get(stay.number, written.source_status),
        number=vices.reused.get(stay.number, stay.number),
    )


def _before_no_show(world: World, stay: Reservation) -> Reservation:
    """The row of a PMS that never says no-show: it goes on as confirmed."""
    versions = (record for _, _, record in world.bookings[stay.number].versions)
    return [record for record in versions if record.status is not Status.NO_SHOW][-1]


def _guests_of(
    world: World, stays: Iterable[Reservation], at: datetime, *, history: bool
) -> Iterable[Profile]:
    """Daily: who is named by the day's stays. History: everybody."""
    if history:
        return world.profiles_at(at)
    named = {guest.profile for stay in stays for guest in stay.guests}
    states = (world.profiles[source_id].state_at(at) for source_id in sorted(named, key=int))
    return (profile for profile in states if profile is not None)


def _write(path: Path, columns: list[str], rows: Iterable[list[str]], cut: float) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    content = text.getvalue().encode()
    part = path.with_suffix(".part")
    part.write_bytes(content[: int(len(content) * cut)] if cut < 1 else content)
    part.rename(path)  # A watched folder must never see half a file unless the vice is a cut.


def stay_row(stay: Reservation, zone: ZoneInfo) -> list[str]:
    """One booking as a row of the stays file."""
    by_role: dict[GuestRole, list[str]] = {role: [] for role in GuestRole}
    for guest in stay.guests:
        by_role[guest.role].append(guest.profile)
    return [
        stay.number,
        stay.leg,
        stay.group_number or "",
        stay.source_status,
        stay.arrival_on.isoformat(),
        stay.departure_on.isoformat(),
        _instant(stay.created_at, zone),
        _instant(stay.modified_at, zone),
        _instant(stay.cancelled_at, zone),
        _instant(stay.checked_in_at, zone),
        _instant(stay.checked_out_at, zone),
        str(stay.adults or 0),
        str(stay.children or 0),
        str(stay.infants or 0),
        stay.room_number or "",
        stay.room_category or "",
        stay.rate_code or "",
        stay.source_board or "",
        stay.source_channel or "",
        stay.source or "",
        stay.source_segment or "",
        stay.currency or "",
        _amount(stay.amount),
        _amount(stay.room_amount),
        {True: "Yes", False: "No", None: ""}[stay.tax_included],
        stay.source_payment or "",
        "".join(by_role[GuestRole.PRIMARY]),
        "".join(by_role[GuestRole.BOOKER]),
        "|".join(by_role[GuestRole.COMPANION]),
        "|".join(map(_extra, stay.extras)),
        stay.notes or "",
    ]


def guest_row(guest: Profile, house: House) -> list[str]:
    """One guest profile as a row of the guests file."""
    emails = [email.address for email in guest.emails]
    mobile = next((phone.raw for phone in guest.phones if phone.type == "mobile"), "")
    fixed = next((phone for phone in guest.phones if phone.type != "mobile"), None)
    address = guest.addresses[0] if guest.addresses else None
    club = guest.loyalty[0] if guest.loyalty else None
    consent = guest.consents[0].state if guest.consents else ""
    return [
        guest.source_id,
        guest.title or "",
        guest.first_name or "",
        guest.last_name or "",
        guest.second_last_name or "",
        guest.birth_date or "",
        guest.language or "",
        guest.country or "",
        guest.nationality or "",
        emails[0] if emails else "",
        (guest.emails[0].type or "") if guest.emails else "",
        emails[1] if len(emails) > 1 else "",
        fixed.raw if fixed else "",
        (fixed.type or "") if fixed else "",
        mobile,
        (address.line1 or "") if address else "",
        (address.line2 or "") if address else "",
        (address.postcode or "") if address else "",
        (address.city or "") if address else "",
        club.programme if club else "",
        (club.number or "") if club else "",
        (club.level or "") if club else "",
        guest.vip or "",
        CONSENT_WORDS.get(consent, ""),
        _instant(guest.modified_at, house.zone),
        guest.notes or "",
    ]


def _instant(instant: datetime | date | None, zone: ZoneInfo) -> str:
    if isinstance(instant, datetime):
        return instant.astimezone(zone).isoformat(timespec="seconds")
    return instant.isoformat() if instant else ""


def _amount(amount: Decimal | None) -> str:
    return "" if amount is None else f"{amount:.2f}"


def _extra(extra: Extra) -> str:
    return f"{extra.code}:{extra.label or ''}:{extra.quantity or 1}:{_amount(extra.amount)}"
