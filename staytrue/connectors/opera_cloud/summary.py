"""Rows of the daily summary: flat, in the words of OPERA's database, without any contact."""

from __future__ import annotations

from decimal import Decimal
from zoneinfo import ZoneInfo

from staytrue.connectors.opera_cloud.money import tell_sharer
from staytrue.connectors.opera_cloud.profiles import id_of
from staytrue.connectors.opera_cloud.reading import (
    Json,
    amount,
    count,
    day,
    every,
    moment,
    objects,
    text,
)
from staytrue.connectors.opera_cloud.reservations import number_of, origin, span_of
from staytrue.connectors.opera_cloud.words import House, Notes, status_of
from staytrue.hotel.codes import GuestRole, Status
from staytrue.hotel.records import GuestOnBooking, Reservation
from staytrue.kit.errors import Unreadable

_UTC = ZoneInfo("UTC")


def read_row(row: Json, house: House, notes: Notes) -> Reservation:
    """A reservation as far as the summary tells it."""
    number = number_of(row)
    if number is None:
        raise Unreadable("The row has no id of type Reservation.", "no_number")
    word = text(row, "resvStatus")
    status = status_of(word)
    arrival_on, departure_on = span_of(day(row, "arrival"), day(row, "departure"))
    days, ids = objects(row, "dailySummary"), objects(row, "reservationIdList")
    children = [count(row, f"children{bucket}") for bucket in (1, 2, 3)]
    said = [found for found in children if found is not None]
    reservation = Reservation(
        number=number,
        property=house.property_of(text(row, "hotelId")),
        group_number=id_of(ids, "Confirmation") if len(ids) > 1 else None,
        status=status,
        source_status=word or "",
        arrival_on=arrival_on,
        departure_on=departure_on,
        nights=(departure_on - arrival_on).days,
        # Each instant comes twice: in UTC, and under another name in the hotel's time.
        created_at=moment(row, _UTC, "createDateTime")
        or moment(row, house.zone, "createdHotelDateTime"),
        modified_at=moment(row, _UTC, "lastModifiedDateTime")
        or moment(row, house.zone, "modifiedHotelDateTime"),
        cancelled_at=day(row, "cancellationDate") if status is Status.CANCELLED else None,
        checked_out_at=day(row, "checkedOutDate") if status is Status.CHECKED_OUT else None,
        adults=count(row, "adults"),
        children=sum(said) if said else None,
        room_number=text(days[::-1], "room"),
        room_category=text(days, "roomType"),
        rate_code=text(days, "rateCode"),
        currency=text(days, "totalRevenueCurrency")
        or text(days, "roomRevenueCurrency")
        or text(days, "rateAmountCurrency"),
        source=text(row, "travelAgentName") or text(row, "sourceName") or text(row, "companyName"),
        custom={},
    )
    if status is Status.CHECKED_OUT:
        reservation.amount = _sum(days, "totalRevenue")
        reservation.room_amount = _sum(days, "roomRevenue")
    origin(
        reservation,
        house,
        notes,
        medium=text(row, "bookingMedium") or text(row, "origin_of_booking"),
        source_code=text(days, "sourceCode"),
        source_label=None,
        markets=[code for code in every(days, "marketCode") if text(code)],
    )
    _partners(reservation, row)
    return reservation


def _partners(reservation: Reservation, row: Json) -> None:
    """Who else stands on it, by id or by name."""
    if contact := text(row, "resvContactId", "id"):
        reservation.guests = [GuestOnBooking(GuestRole.BOOKER, contact)]
    others = [part.strip() for part in (text(row, "sharersResvIdList") or "").split(",")]
    sharers = [part for part in others if part and part != reservation.number]
    if sharers:
        reservation.custom["shares_with"] = sharers
        tell_sharer(reservation, sharers)
    rooms = count(row, "noOfRooms") or 1
    for name, value in (
        ("rooms", rooms if rooms > 1 else None),
        ("travel_agent", text(row, "travelAgentName")),
        ("company", text(row, "companyName")),
        ("group_name", text(row, "groupName")),
        ("block", text(row, "blockCode")),
        ("cancellation_reason", text(row, "cancellationReasonCode")),
    ):
        if value:
            reservation.custom[name] = value


def _sum(days: list[Json], name: str) -> Decimal | None:
    values = [amount(each, name) for each in days]
    said = [value for value in values if value is not None]
    return sum(said, Decimal(0)) if said and len(said) == len(values) else None
