"""What a true mirror keeps of Mews's own words: those beside the standard codes, and the rest."""

from __future__ import annotations

from typing import Any

from staytrue.hotel.codes import Channel, Payment, Segment, Status
from staytrue.hotel.records import Profile, Reservation
from staytrue.lab.house import House
from staytrue.lab.pms.mews import writing
from staytrue.lab.pms.mews.bills import Bill
from staytrue.lab.pms.mews.books import Books

RESELLER = "Reseller"


def of_stay(books: Books, house: House, stay: Reservation, bill: Bill) -> dict[str, Any]:
    """The words of a reservation, as fields of its record."""
    origin, by = writing.ORIGINS[stay.channel]
    is_told = stay.source and stay.channel in writing.SOURCE_TYPES
    word = f"{origin}/{by}" if by else origin
    segment = writing.PURPOSES.get(stay.segment) if stay.segment else None
    return {
        "source_channel": writing.SOURCE_TYPES[stay.channel] if is_told else word,
        "source_segment": "Group" if stay.segment is Segment.GROUP else segment,
        "source_payment": _payment(stay, bill),
        "source_board": None,
        "custom": {name: value for name, value in _more(books, house, stay).items() if value},
    }


def of_guest(guest: Profile) -> dict[str, Any]:
    """What of a customer has no field of its own."""
    return {"number": guest.source_id, "classifications": writing.classifications(guest)}


def _payment(stay: Reservation, bill: Bill) -> str | None:
    if bill.method:
        return RESELLER if bill.method is Payment.AGENCY else writing.PAYMENTS[bill.method]
    return "CreditCard" if stay.payment_method is Payment.CARD else None


def _more(books: Books, house: House, stay: Reservation) -> dict[str, Any]:
    is_ota = writing.ORIGINS[stay.channel][0] == "ChannelManager"
    company = stay.source if stay.channel is Channel.CORPORATE else None
    reasons = {Status.CANCELLED: "RequestedByGuest", Status.NO_SHOW: "NoShow"}
    rooms = house.rooms.items()
    own = next((category for category, rooms in rooms if stay.room_number in rooms), None)
    return {
        "pms_id": books.id("stay", stay.number),
        "channel_number": f"CH{stay.number}" if is_ota else None,
        "rate_label": f"Rate {stay.rate_code}",
        "cancellation_reason": reasons.get(stay.status),
        "group_name": stay.group_number,
        "company_id": books.id("company", company) if company else None,
        "company": company,
        "assigned_category": own if own != stay.room_category else None,
    }
