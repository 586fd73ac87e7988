"""A guest and a stay of the invented world as rows of the PMS, and as what a true mirror holds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from staytrue.hotel.codes import Board, Channel, GuestRole, Payment, Segment, Status
from staytrue.hotel.records import Consent, Email, GuestOnBooking, Profile, Reservation
from staytrue.lab.pms.sql_views.quirks import Quirk
from staytrue.lab.pms.sql_views.tables import Row

STATUSES = {
    Status.OPTION: "OPT", Status.WAITLIST: "WTL", Status.CONFIRMED: "RES",
    Status.IN_HOUSE: "INH", Status.CHECKED_OUT: "OUT", Status.CANCELLED: "CXL",
    Status.NO_SHOW: "NSH",
}  # fmt: skip
CHANNELS = {
    Channel.WEBSITE: "WEB", Channel.DIRECT: "TEL", Channel.CORPORATE: "FIRM", Channel.OTA: "OTA",
    Channel.GDS: "GDS", Channel.TOUR_OPERATOR: "TOUR", Channel.GROUP: "GRP",
}  # fmt: skip
SEGMENTS = {
    Segment.BUSINESS: "B", Segment.LEISURE: "L", Segment.GROUP: "G", Segment.OTHER: "O",
}  # fmt: skip
PAYMENTS = {
    Payment.CARD: "CARD", Payment.TRANSFER: "BANK", Payment.CASH: "CASH", Payment.AGENCY: "AGT",
}  # fmt: skip

Seen = Callable[[datetime], datetime]


def seen_by(quirks: frozenset[Quirk], zone: ZoneInfo) -> Seen:
    """How much of an instant the PMS shows: wall time is one hour twice in autumn."""

    def seen(at: datetime) -> datetime:
        if Quirk.SECONDS in quirks:
            at = at.replace(microsecond=0)
        if Quirk.WALL_TIME in quirks:
            at = at.astimezone(zone).replace(tzinfo=zone, fold=0)
        return at.astimezone(UTC)

    return seen


def guest_row(guest: Profile, stamp: datetime) -> Row:
    """A person, with one address, one mailbox and two numbers."""
    place = guest.addresses[0] if guest.addresses else None
    consent = {"in": True, "out": False}.get(guest.consents[0].state) if guest.consents else None
    numbers = {phone.type: phone.raw for phone in guest.phones}
    return {
        "guest_no": int(guest.source_id),
        "salutation": guest.title,
        "given": guest.first_name,
        "family": guest.last_name,
        "family2": guest.second_last_name,
        "born": guest.birth_date and date.fromisoformat(guest.birth_date),
        "lang": guest.language,
        "nation": guest.nationality,
        "land": guest.country,
        "mail": guest.emails[0].address if guest.emails else None,
        "tel": numbers.get("Home"),
        "cell": numbers.get("mobile"),
        "street": place and place.line1,
        "zip": place and place.postcode,
        "town": place and place.city,
        "vip": guest.vip,
        "ads": consent,
        "memo": guest.notes,
        "changed": stamp,
    }


def guest_truth(guest: Profile, stamp: datetime, seen: Seen) -> Profile:
    """What of the person reaches a true mirror."""
    emails = [
        Email(one.address, masked=one.address.endswith("@guest.booking.com"))
        for one in guest.emails[:1]
    ]
    phones = [replace(one, type=None if one.type == "Home" else one.type) for one in guest.phones]
    states = [Consent("marketing", "email", one.state) for one in guest.consents]
    return replace(
        guest, emails=emails, phones=phones, consents=states, loyalty=[], modified_at=seen(stamp)
    )


def stay_row(stay: Reservation, number: int, line: int, stamp: datetime) -> Row:
    """A room on a booking."""
    named = {guest.role: int(guest.profile) for guest in reversed(stay.guests)}
    price, total = stay.room_amount or Decimal(0), stay.amount or Decimal(0)
    return {
        "house": stay.property,
        "booking_no": number,
        "room_line": line,
        "party": stay.group_number,
        "sts": STATUSES[stay.status],
        "arr": stay.arrival_on,
        "dep": stay.departure_on,
        "made": stay.created_at,
        "cancelled": stay.cancelled_at,
        "came": stay.checked_in_at,
        "went": stay.checked_out_at,
        "adults": stay.adults,
        "kids": stay.children,
        "babies": stay.infants,
        "room": stay.room_number,
        "category": stay.room_category,
        "rate": stay.rate_code,
        "meals": stay.board and Board(stay.board).value,
        "channel": CHANNELS[stay.channel],
        "agent": stay.source,
        "market": stay.segment and SEGMENTS[stay.segment],
        "pays": stay.payment_method and PAYMENTS[stay.payment_method],
        "guest_no": named.get(GuestRole.PRIMARY),
        "booker_no": named.get(GuestRole.BOOKER),
        "with_no": named.get(GuestRole.COMPANION),
        "price": price,
        "extras": total - price,
        "remark": stay.notes,
        "changed": stamp,
    }


def stay_truth(stay: Reservation, row: Row, seen: Seen) -> Reservation:
    """What of the stay reaches a true mirror."""

    def shown(at: date | datetime | None) -> datetime | date | None:
        return seen(at) if isinstance(at, datetime) else at

    roles = {
        GuestRole.PRIMARY: row["guest_no"], GuestRole.BOOKER: row["booker_no"],
        GuestRole.COMPANION: row["with_no"],
    }  # fmt: skip
    is_closed = stay.status in (Status.CANCELLED, Status.NO_SHOW)
    return replace(
        stay,
        number=str(row["booking_no"]),
        leg=str(row["room_line"]),
        source_status=row["sts"],
        source_board=row["meals"],
        source_channel=row["channel"],
        source_segment=row["market"],
        source_payment=row["pays"],
        created_at=shown(stay.created_at),
        modified_at=seen(row["changed"]),
        cancelled_at=shown(stay.cancelled_at) if is_closed else None,
        checked_in_at=shown(stay.checked_in_at),
        checked_out_at=shown(stay.checked_out_at),
        tax_included=None,
        extras=[],
        guests=[GuestOnBooking(role, str(no)) for role, no in roles.items() if no is not None],
    )
