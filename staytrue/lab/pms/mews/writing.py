"""How Mews writes down a house, its stays and its guests: canonical records become its rows."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from staytrue.hotel.codes import Channel, Payment, Segment, Status
from staytrue.hotel.records import Profile, Reservation
from staytrue.lab.house import House
from staytrue.lab.pms.mews.books import Books, Row, utc

STATES = {
    Status.INQUIRY: "Inquired",
    Status.OPTION: "Optional",
    Status.WAITLIST: "Requested",
    Status.CONFIRMED: "Confirmed",
    Status.IN_HOUSE: "Started",
    Status.CHECKED_OUT: "Processed",
    Status.CANCELLED: "Canceled",
    Status.NO_SHOW: "Canceled",
}
ORIGINS = {
    Channel.WEBSITE: ("Distributor", None),
    Channel.OTA: ("ChannelManager", None),
    Channel.GDS: ("ChannelManager", None),
    Channel.TOUR_OPERATOR: ("Connector", None),
    Channel.DIRECT: ("Commander", "Phone"),
    Channel.CORPORATE: ("Commander", "Email"),
    Channel.GROUP: ("Commander", "RoomingList"),
}
SOURCE_TYPES = {
    Channel.OTA: "OnlineTravelAgency",
    Channel.GDS: "GlobalDistributionSystem",
    Channel.TOUR_OPERATOR: "TourOperatorSystem",
}
PURPOSES = {Segment.BUSINESS: "Business", Segment.LEISURE: "Leisure", Segment.OTHER: "Student"}
PAYMENTS = {
    Payment.CARD: "CreditCardPayment",
    Payment.CASH: "CashPayment",
    Payment.TRANSFER: "InvoicePayment",
    Payment.AGENCY: "ExternalPayment",
}
AGES = {"adults": "Adult", "children": "Child", "infants": "Child"}
VIP = {"VIP1": "Important", "VIP2": "VeryImportant"}
MEALS = "MEALS"
PRODUCTS = {
    "PARK": "Parking", "SPA": "Spa circuit", "BAR": "Bar", "LATE": "Late check-out",
    "MINI": "Minibar", MEALS: "Meals",
}  # fmt: skip
LEVELS = ("Blue", "Silver", "Gold")
RATES = ("BAR", "FLEX", "CORP")
CHECK_IN, CHECK_OUT = 15 * 60, 11 * 60


def furnish(books: Books, house: House, at: datetime) -> None:
    """What the house has before the first booking: rooms, rates, price list."""
    enterprise, service = books.id("enterprise", house.code), books.id("service", "stay")
    books.put("Enterprises", {
        "Id": enterprise, "Name": house.name, "TimeZoneIdentifier": str(house.zone),
        "DefaultLanguageCode": "en-US", "Pricing": "Gross",
        "Currencies": [{"Currency": house.currency, "IsDefault": True, "IsEnabled": True}],
        "Address": {"CountryCode": house.country},
    }, at)  # fmt: skip
    books.put("Services", {"Id": service, "EnterpriseId": enterprise, "IsActive": True,
                           "Name": "Stay", "Data": {"Discriminator": "Bookable"}}, at)  # fmt: skip
    for category, rooms in house.rooms.items():
        own = books.id("category", category)
        books.put("ResourceCategories", _named(own, category, ServiceId=service), at)
        for number in rooms:
            room = books.id("room", number)
            books.put("Resources", {"Id": room, "Name": number, "EnterpriseId": enterprise}, at)
            books.put("ResourceCategoryAssignments", {
                "Id": books.id("assignment", number), "ResourceId": room, "CategoryId": own,
                "IsActive": True,
            }, at)  # fmt: skip
    for code in RATES:
        books.put("Rates", {"Id": books.id("rate", code), "ServiceId": service,
                            "Name": f"Rate {code}", "ShortName": code}, at)  # fmt: skip
    for code, label in PRODUCTS.items():
        books.put("Products", _named(books.id("product", code), label, ServiceId=service,
                                     ShortNames={"en-US": code}), at)  # fmt: skip
    for name, kind in AGES.items():
        books.put("AgeCategories", _named(books.id("age", name), name, Classification=kind), at)
    books.put("BusinessSegments", {"Id": books.id("segment", "group"), "Name": "Group"}, at)
    books.put("LoyaltyPrograms", {"Id": books.id("programme", ""), "Name": "Sirga Club"}, at)
    for level in LEVELS:
        books.put("LoyaltyTiers", {"Id": books.id("tier", level), "Name": level,
                                   "LoyaltyProgramId": books.id("programme", "")}, at)  # fmt: skip


def _named(id: str, name: str, **more: Any) -> Row:
    return {"Id": id, "IsActive": True, "Names": {"en-US": name, "es-ES": f"{name} (es)"}} | more


def stay_row(books: Books, house: House, stay: Reservation, *, at_midnight: bool) -> Row:
    """The reservation itself: no money, no names, no companions."""
    origin, by = ORIGINS[stay.channel]
    roster = {guest.role.value: guest.profile for guest in reversed(stay.guests)}
    counts = [
        {"AgeCategoryId": books.id("age", name), "Count": count}
        for name in AGES
        if (count := getattr(stay, name))
    ]
    start = house.instant(stay.arrival_on, 0 if at_midnight else CHECK_IN)
    end = house.instant(stay.departure_on, CHECK_OUT)
    is_over = stay.status in (Status.CANCELLED, Status.NO_SHOW)
    reason = "NoShow" if stay.status is Status.NO_SHOW else "RequestedByGuest"
    is_corporate = stay.channel is Channel.CORPORATE and stay.source
    return {
        "Id": books.id("stay", stay.number),
        "Number": stay.number,
        "ServiceId": books.id("service", "stay"),
        "AccountId": roster["primary"],
        "AccountType": "Customer",
        "BookerId": roster.get("booker"),
        "State": STATES[stay.status],
        "Origin": origin,
        "CommanderOrigin": by,
        "CreatedUtc": utc(stay.created_at) if isinstance(stay.created_at, datetime) else None,
        "CancelledUtc": _told(stay.cancelled_at, house) if is_over else None,
        "CancellationReason": reason if is_over else None,
        "GroupId": group_id(books, stay),
        "ScheduledStartUtc": utc(start),
        "ScheduledEndUtc": utc(max(end, start + timedelta(hours=4))),
        "ActualStartUtc": _told(stay.checked_in_at, house),
        "ActualEndUtc": _told(stay.checked_out_at, house),
        "RequestedResourceCategoryId": books.id("category", stay.room_category),
        "AssignedResourceId": books.id("room", stay.room_number) if stay.room_number else None,
        "RateId": books.id("rate", stay.rate_code),
        "Purpose": PURPOSES.get(stay.segment) if stay.segment else None,
        "BusinessSegmentId": (
            books.id("segment", "group") if stay.segment is Segment.GROUP else None
        ),
        "PartnerCompanyId": books.id("company", stay.source) if is_corporate else None,
        "TravelAgencyId": None,
        "ChannelNumber": f"CH{stay.number}" if origin == "ChannelManager" else None,
        "CreditCardId": (
            books.id("card", stay.number) if stay.payment_method is Payment.CARD else None
        ),
        "PersonCounts": counts,
    }


def group_id(books: Books, stay: Reservation) -> str:
    """Every reservation of Mews has a group, be it alone in it."""
    return books.id("group", stay.group_number or stay.number)


def guest_row(source_id: str, guest: Profile) -> Row:
    """The customer himself: no addresses, no cards."""
    email = guest.emails[0] if guest.emails else None
    options = [] if not guest.consents else [
        "SendMarketingEmails" for consent in guest.consents if consent.state == "in"
    ]  # fmt: skip
    return {
        "Id": source_id,
        "Number": guest.source_id,
        "Title": guest.title,
        "FirstName": guest.first_name,
        "LastName": guest.last_name,
        "SecondLastName": guest.second_last_name,
        "BirthDate": guest.birth_date,
        "PreferredLanguageCode": guest.language,
        "NationalityCode": guest.nationality,
        "Email": email.address if email else None,
        "HasOtaEmail": bool(email and email.masked),
        "Phone": guest.phones[-1].raw if guest.phones else None,
        "Notes": guest.notes,
        "Options": options,
        "Classifications": classifications(guest),
        "MergeTargetId": None,
        "ActivityState": "Active",
        "IsActive": True,
    }


def classifications(guest: Profile) -> list[str]:
    """The flags on a customer."""
    return ["Returning"] + ([VIP[guest.vip]] if guest.vip else [])


def address_rows(books: Books, source_id: str, guest: Profile) -> list[Row]:
    """His addresses, rows of their own."""
    return [
        {
            "Id": books.id("address", f"{source_id}/{place}"),
            "AccountId": source_id,
            "AccountType": "Customer",
            "Line1": address.line1,
            "PostalCode": address.postcode,
            "City": address.city,
            "CountryCode": address.country,
            "IsActive": True,
        }
        for place, address in enumerate(guest.addresses)
    ]


def membership_rows(books: Books, source_id: str, guest: Profile) -> list[Row]:
    """His cards, rows of their own."""
    return [
        {
            "Id": books.id("membership", f"{source_id}/{card.number}"),
            "AccountId": source_id,
            "LoyaltyProgramId": books.id("programme", ""),
            "LoyaltyTierId": books.id("tier", card.level) if card.level else None,
            "MembershipNumber": card.number,
            "IsPrimary": True,
            "State": "Enrolled",
        }
        for card in guest.loyalty
    ]


def _told(moment: datetime | date | None, house: House) -> str | None:
    if moment is None:
        return None
    return utc(moment if isinstance(moment, datetime) else house.instant(moment, 0))
