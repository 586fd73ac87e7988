"""OPERA reservations, in full or as a line of a search, → canonical reservations."""

from __future__ import annotations

from datetime import date
from typing import Any

from staytrue.connectors.opera_cloud.money import amounts_of, share_of
from staytrue.connectors.opera_cloud.profiles import id_of, read_profile, read_seen_guest
from staytrue.connectors.opera_cloud.reading import (
    Json,
    amount,
    count,
    day,
    every,
    flag,
    lines,
    moment,
    objects,
    one,
    text,
)
from staytrue.connectors.opera_cloud.words import PAYMENTS, House, Notes, status_of
from staytrue.hotel.codes import Board, Channel, GuestRole, Payment, Status
from staytrue.hotel.records import Extra, GuestOnBooking, Profile, Reservation
from staytrue.kit.errors import Unreadable

BOARDS = (Board.RO, Board.BB, Board.HB, Board.FB, Board.AI)


def number_of(body: Json) -> str | None:
    """OPERA's internal number: the one in events, in addresses, and unique per room.

    The confirmation number is what guests know, but several rooms share one.
    """
    return id_of(objects(body, "reservationIdList"), "Reservation")


def is_no_stay(body: Json) -> str | None:
    """Why this is no stay: a posting master in a pseudo room, or services without a room."""
    stay = one(body, "roomStay")
    if flag(stay, "pseudoRoom") or flag(stay, "roomRates", "pseudoRoom"):
        return "pseudo_room"
    return "no_room" if flag(body, "roomStayReservation") is False else None


def read_reservation(body: Json, house: House, notes: Notes) -> tuple[Reservation, list[Profile]]:
    """A reservation, and the guests it shows in passing."""
    number = number_of(body)
    if number is None:
        raise Unreadable("The reservation has no id of type Reservation.", "no_number")
    stay, ids = one(body, "roomStay"), objects(body, "reservationIdList")
    rates = objects(stay, "roomRates")
    # The computed status only adds what the business date says; the actual one is the status.
    word = text(body, "reservationStatus") or text(body, "computedReservationStatus")
    status = status_of(word)
    arrival_on, departure_on = span_of(day(stay, "arrivalDate"), day(stay, "departureDate"))
    counts = one(stay, "guestCounts")
    reservation = Reservation(
        number=number,
        property=house.property_of(text(body, "hotelId")),
        group_number=id_of(ids, "Confirmation") if len(ids) > 1 else None,
        status=status,
        source_status=word or "",
        arrival_on=arrival_on,
        departure_on=departure_on,
        nights=(departure_on - arrival_on).days,
        created_at=moment(body, house.instants, "createDateTime")
        or day(body, "createBusinessDate"),
        modified_at=moment(
            body, house.instants, "lastModifyDateTime", until=house.settings.read_at
        ),
        adults=first_of(count(counts, "adults"), count(stay, "adultCount")),
        children=first_of(count(counts, "children"), count(stay, "childCount")),
        room_number=text(stay, "currentRoomInfo", "roomId")
        or text(stay, "roomId")
        or text(stay, "roomNumber")
        or text(rates, "roomId"),
        room_category=text(stay, "currentRoomInfo", "roomType")
        or text(stay, "roomType")
        or text(rates, "roomType"),
        rate_code=text(stay, "ratePlanCode") or text(rates, "ratePlanCode"),
        notes=_comments(body),
        custom={},
    )
    if status is Status.CANCELLED:
        # After a reinstatement the cancellation stays behind as history: only the status counts.
        _cancellation(reservation, body, ids)
    _partners(reservation, body)
    _sold(reservation, stay, rates, house, notes)
    _payment(reservation, body, house, notes)
    amounts_of(reservation, body, stay, rates)
    share_of(reservation, body, stay, rates)
    _packages(reservation, body, house)
    _details(reservation, body, stay, rates)
    profiles = _guests(reservation, body, house, notes)
    return reservation, profiles


def span_of(arrival_on: date | None, departure_on: date | None) -> tuple[date, date]:
    """Both days of a stay, or a reason to park it."""
    if arrival_on is None or departure_on is None:
        missing = "arrivalDate" if arrival_on is None else "departureDate"
        raise Unreadable(f"The reservation has no {missing}.", "no_dates", field=missing)
    if departure_on < arrival_on:
        raise Unreadable(
            f"It leaves on {departure_on}, before it arrives on {arrival_on}.",
            "dates_disagree",
            arrival_on=arrival_on.isoformat(),
            departure_on=departure_on.isoformat(),
        )
    return arrival_on, departure_on


def first_of(*values: int | None) -> int | None:
    """The first number that is said; zero is said."""
    return next((value for value in values if value is not None), None)


def origin(
    reservation: Reservation,
    house: House,
    notes: Notes,
    *,
    medium: str | None,
    source_code: str | None,
    source_label: str | None,
    markets: list[str],
) -> None:
    """Channel, source and segment: the hotel's own codes, explained by the settings or by none."""
    reservation.source_channel = medium
    said = [word for word in (medium, source_code) if word]
    known = [house.channels[word.upper()] for word in said if word.upper() in house.channels]
    reservation.channel = known[0] if known else Channel.OTHER
    if said and not known:
        notes.unknown("channel", said[0])
    reservation.source = reservation.source or source_label or source_code
    _keep(reservation, "source_code", source_code)
    codes = list(dict.fromkeys(markets))
    if codes:
        # The market may change inside a stay; the segment is the one it was sold in.
        reservation.source_segment = codes[0]
        reservation.segment = house.segments.get(codes[0].upper())
        if reservation.segment is None:
            notes.unknown("segment", codes[0])
    if len(codes) > 1:
        reservation.custom["market_codes"] = codes


def _keep(reservation: Reservation, name: str, value: Any) -> None:
    if value:
        reservation.custom[name] = value


def _comments(body: Json) -> str | None:
    found = objects(body, "comments", "commentInfo", "comment") or objects(
        body, "comments", "comment"
    )
    said = [lines(one, "text", "value") for one in found if not flag(one, "confidential")]
    return "\n".join(note for note in said if note) or None


def _cancellation(reservation: Reservation, body: Json, ids: list[Json]) -> None:
    cancelled = one(body, "cancellation") or one(body, "cancellationInfo")
    reservation.cancelled_at = day(cancelled, "date")
    _keep(reservation, "cancellation_reason", text(cancelled, "code"))
    said = text(cancelled, "cancellationNo", "id") or text(cancelled, "cancellationNo")
    _keep(reservation, "cancellation_number", said or id_of(ids, "CancellationNumber"))


def _sold(
    reservation: Reservation, stay: Json, rates: list[Json], house: House, notes: Notes
) -> None:
    """How and to whom it was sold, wherever a detail or a search line says it."""
    origin(
        reservation,
        house,
        notes,
        medium=text(stay, "bookingMedium")
        or text(stay, "bookingChannelCode")
        or text(rates, "bookingMedium"),
        source_code=text(stay, "sourceCode")
        or text(stay, "sourceOfBusiness")
        or text(rates, "sourceCode"),
        source_label=text(stay, "sourceCodeDescription")
        or text(stay, "sourceOfBusinessDescription")
        or text(rates, "sourceCodeDescription"),
        markets=[found for found in every([stay, rates], "marketCode") if text(found)],
    )


def _partners(reservation: Reservation, body: Json) -> None:
    """Agent, company and source that stand on the reservation, by name; they are no guests."""
    partners = objects(body, "reservationProfiles", "reservationProfile")
    names: dict[str, str] = {}
    for partner in [*partners, *objects(body, "attachedProfiles")]:
        name = text(partner, "profile", "company", "companyName") or text(partner, "name")
        if name:
            names.setdefault(text(partner, "reservationProfileType") or "", name)
    for kind, field in (("TravelAgent", "travel_agent"), ("Source", "source_profile"),
                        ("Company", "company"), ("Group", "group_name")):  # fmt: skip
        _keep(reservation, field, names.get(kind))
    reservation.source = names.get("TravelAgent") or names.get("Source") or names.get("Company")


def _payment(reservation: Reservation, body: Json, house: House, notes: Notes) -> None:
    """How it is paid. Of a card nothing is read but that it is one."""
    methods = (
        objects(body, "reservationPaymentMethods", "reservationPaymentMethod")
        or objects(body, "reservationPaymentMethods")
        or objects(body, "reservationPaymentMethod")
    )
    word = text(methods, "paymentMethod") or text(body, "paymentMethod")
    has_card = bool(text(methods[:1], "paymentCard", "cardType"))
    if word is None and not has_card:
        return
    reservation.source_payment = word
    code = (word or "").upper()
    found = house.payments.get(code) or (Payment.CARD if has_card else PAYMENTS.get(code))
    if found is None:
        notes.unknown("payment_method", code)
    reservation.payment_method = found or Payment.OTHER


def _packages(reservation: Reservation, body: Json, house: House) -> None:
    """What is ordered beside the room; meals are packages too, by the hotel's own codes."""
    meals: dict[str, Board] = {}
    extras: list[Extra] = []
    for package in objects(body, "reservationPackages"):
        code = text(package, "packageCode")
        if code is None:
            continue
        if board := house.boards.get(code.upper()):
            meals[code] = board
        used = one(package, "consumptionDetails")
        prices = [amount(each, "computedResvPrice") for each in objects(package, "scheduleList")]
        # A package of the rate is paid with it: its price would count twice.
        is_own = (text(package, "source") or "Reservation") == "Reservation"
        said = [price for price in prices if price is not None]
        primary = one(package, "packageHeaderType", "primaryDetails")
        extras.append(
            Extra(
                code,
                text(primary, "description") or text(primary, "shortDescription"),
                amount(used, "totalQuantity") or amount(used, "defaultQuantity"),
                sum(said, start=said[0] * 0) if said and is_own else None,
            )
        )
    for item in objects(body, "inventoryItems", "item"):
        if code := text(item, "item", "code"):
            label = text(item, "item", "name") or text(item, "item", "description")
            extras.append(Extra(code, label, amount(item, "quantity")))
    reservation.extras = extras
    if meals:
        reservation.board = max(meals.values(), key=BOARDS.index)
        reservation.source_board = "+".join(meals)


def _details(reservation: Reservation, body: Json, stay: Json, rates: list[Json]) -> None:
    """What a hotelier may look for and no other system has a word for."""
    ids = objects(body, "reservationIdList")
    references = [
        found
        for item in ids
        if text(item, "type") == "ExternalReference" and (found := text(item, "id"))
    ]
    references += [
        said for item in objects(body, "externalReferences") if (said := text(item, "id"))
    ]
    sale = [text(body, "sourceOfSale", "sourceType"), text(body, "sourceOfSale", "sourceCode")]
    rooms = first_of(count(stay, "numberOfRooms"), count(rates, "numberOfUnits")) or 1
    # Several rooms on one reservation until the desk splits it; each then has its own number.
    _keep(reservation, "rooms", rooms if rooms > 1 else None)
    _keep(reservation, "external_references", list(dict.fromkeys(references)))
    parents = [item for item in ids if text(item, "type") == "ParentReservation"]
    _keep(reservation, "parent_reservation", text(parents, "id"))
    _keep(reservation, "source_of_sale", " ".join(part for part in sale if part))
    _keep(reservation, "guarantee", text(stay, "guarantee", "guaranteeCode"))
    _keep(
        reservation,
        "promotion",
        text(rates, "promotionCode") or text(stay, "promotion", "promotionCode"),
    )
    block = one([stay, rates], "reservationBlock")
    _keep(reservation, "block", text(block, "blockName") or text(block, "blockIdList", "id"))
    _keep(reservation, "party", text(stay, "partyCode") or text(body, "party"))
    _keep(reservation, "walk_in", flag(body, "walkIn") or flag(body, "walkInIndicator"))
    ages = [age for age in every(stay, "guestCounts", "childAges", "age") if text(age)]
    _keep(reservation, "child_ages", ages)
    times = one(stay, "expectedTimes")
    _keep(reservation, "expected_arrival", text(times, "reservationExpectedArrivalTime"))
    _keep(reservation, "expected_departure", text(times, "reservationExpectedDepartureTime"))
    reinstated = day(body, "reinstateDate")
    _keep(reservation, "reinstated_on", reinstated and reinstated.isoformat())


def _guests(reservation: Reservation, body: Json, house: House, notes: Notes) -> list[Profile]:
    """The roster, and the profiles it shows. Who shares the room has a reservation of his own."""
    roster: list[tuple[GuestRole, str]] = []
    profiles: list[Profile] = []
    guests = objects(body, "reservationGuests", "reservationGuest") or objects(
        body, "reservationGuests"
    )
    main = next((guest for guest in guests if flag(guest, "primary")), next(iter(guests), None))
    for guest in guests:
        info = one(guest, "profileInfo")
        if source_id := id_of(objects(info, "profileIdList"), "Profile"):
            roster.append((GuestRole.PRIMARY if guest is main else GuestRole.COMPANION, source_id))
            if shown := one(info, "profile"):
                profiles.append(read_profile(source_id, shown, house, notes))
    seen = one(body, "reservationGuest")
    if profile := read_seen_guest(seen, house, notes):
        roster.append((GuestRole.PRIMARY, profile.source_id))
        profiles.append(profile)
    for other in objects(seen, "accompanyGuests"):
        source_id = id_of(objects(other, "profileIdList"), "Profile")
        said = {"id": source_id, "givenName": other.get("firstName"),
                "surname": other.get("lastName")}  # fmt: skip
        if profile := read_seen_guest(said, house, notes):
            roster.append((GuestRole.COMPANION, profile.source_id))
            profiles.append(profile)
    partners = objects(body, "reservationProfiles", "reservationProfile")
    for partner in [*partners, *objects(body, "attachedProfiles")]:
        booker = id_of(objects(partner, "profileIdList"), "Profile")
        if booker and text(partner, "reservationProfileType") == "ReservationContact":
            roster.append((GuestRole.BOOKER, booker))
    reservation.guests = [GuestOnBooking(role, found) for role, found in dict.fromkeys(roster)]
    return profiles
