"""OPERA's JSON of what the book holds, as its specification and its examples show it."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from staytrue.hotel.codes import GuestRole, Payment, Status
from staytrue.hotel.records import Extra, Phone, Profile, Reservation
from staytrue.lab.pms.opera_cloud.book import BOARDS, LANGUAGES, PSEUDO, Held
from staytrue.lab.pms.opera_cloud.quirks import Quirk

UNSET = -100_000_000
DATABASE_STATUSES = {
    "Reserved": "RESERVED", "Requested": "REQUESTED", "NoShow": "NO SHOW",
    "Cancelled": "CANCELLED", "InHouse": "IN HOUSE", "CheckedOut": "CHECKED OUT",
    "Waitlisted": "WAITLIST",
}  # fmt: skip

Json = dict[str, Any]


class Bodies:
    """Writes bodies of one hotel, with the vices that are on."""

    def __init__(self, hotel: str, zone: ZoneInfo, quirks: frozenset[Quirk]) -> None:
        self.hotel, self.zone, self.quirks = hotel, zone, quirks
        self.sold_by = hotel

    def dumped(self, body: Json) -> bytes:
        """The body as bytes; lists of one element may come without their list."""
        if Quirk.LONE_OBJECTS in self.quirks:
            body = {name: _lone(value) for name, value in body.items()}
        return json.dumps(body, ensure_ascii=False).encode()

    def reservation(self, held: Held, profiles: dict[str, Profile], today: date) -> Json:
        """The answer to a read by id."""
        return {"reservations": {"reservation": [self._detail(held, profiles, today)]}, "links": []}

    def search(self, helds: list[Held], profiles: dict[str, Profile], today: date) -> list[Json]:
        """Lines of a search: one guest, one night's price, no companions."""
        return [self._line(held, profiles, today) for held in helds]

    def row(self, held: Held) -> Json:
        """A line of the daily summary, in the words of the database and in UTC."""
        stay = held.stay
        return {
            "hotelId": self.hotel,
            "reservationIdList": self._ids(stay),
            "resvStatus": DATABASE_STATUSES[stay.source_status],
            "arrival": stay.arrival_on.isoformat(),
            "departure": stay.departure_on.isoformat(),
            "noOfRooms": stay.custom.get("rooms", 1),
            "adults": stay.adults,
            "children1": stay.children,
            "bookingMedium": stay.source_channel,
            "createDateTime": _stamp(stay.created_at, ZoneInfo("UTC")),
            "lastModifiedDateTime": _stamp(stay.modified_at, ZoneInfo("UTC")),
        }

    def profile(self, profile: Profile) -> Json:
        """The answer to a read of a profile."""
        return {
            "profileIdList": [
                {"id": profile.source_id, "type": "Profile"},
                {"id": f"EXT{profile.source_id}", "type": "ExternalReference"},
            ],
            "profileDetails": self._profile(profile),
        }

    def _detail(self, held: Held, profiles: dict[str, Profile], today: date) -> Json:
        stay = held.stay
        body: Json = {
            "reservationIdList": self._ids(stay),
            "sourceOfSale": {"sourceType": "PMS", "sourceCode": self.sold_by},
            "roomStay": self._room_stay(stay),
            "reservationGuests": self._guests(stay, profiles),
            "reservationProfiles": {"reservationProfile": _partners(stay)},
            "reservationPackages": [self._package(extra) for extra in stay.extras],
            "comments": _comments(stay.notes),
            "hotelId": self.hotel,
            "roomStayReservation": True,
            "reservationStatus": stay.source_status,
            "computedReservationStatus": self._computed(stay, today),
            "walkIn": False,
            "createDateTime": _stamp(stay.created_at, self.zone),
            "lastModifyDateTime": _stamp(stay.modified_at, self.zone),
        }
        if stay.source_payment:
            body["reservationPaymentMethods"] = [self._payment(stay)]
        if others := stay.custom.get("shares_with"):
            body["sharedGuests"] = [
                {"reservationId": {"id": other, "type": "Reservation"}} for other in others
            ]
        is_cancelled = stay.status is Status.CANCELLED
        if held.cancelled_on and (is_cancelled or Quirk.CANCELLATION_STAYS in self.quirks):
            body["cancellation"] = {
                "code": "PLANS", "description": "Change of plans",
                "date": held.cancelled_on.isoformat(), "cancellationNo": {"id": f"X{stay.number}"},
            }  # fmt: skip
        if stay.status is Status.CHECKED_OUT:
            whole, room = _amounts(stay)
            body["cashiering"] = {
                "revenuesAndBalances": {
                    "roomRevenue": self._money(room, stay.currency),
                    "totalRevenue": self._money(whole, stay.currency),
                }
            }
        return body

    def _room_stay(self, stay: Reservation) -> Json:
        """Two segments of rates where the stay is long enough, each with its own total."""
        whole, room = _amounts(stay)
        cut = stay.arrival_on + timedelta(days=stay.nights // 2)
        spans = [(stay.arrival_on, cut), (cut, stay.departure_on)]
        spans = spans if stay.nights > 1 else [(stay.arrival_on, stay.departure_on)]
        first = (room / len(spans)).quantize(Decimal("0.01"))
        parts = [first, room - first] if len(spans) > 1 else [room]
        rates = [
            {
                "total": {"amountBeforeTax": self._number(part),
                          "amountAfterTax": self._number(part), "currencyCode": stay.currency},
                "roomType": stay.room_category,
                "roomTypeCharged": stay.room_category,
                "ratePlanCode": stay.rate_code,
                "marketCode": stay.source_segment,
                "start": start.isoformat(),
                "end": max(start, end - timedelta(days=1)).isoformat(),
                "numberOfUnits": self._number(stay.custom.get("rooms", 1)),
                "pseudoRoom": _is_pseudo(stay),
            }
            for part, (start, end) in zip(parts, spans, strict=True)
        ]  # fmt: skip
        current: Json = {"roomType": stay.room_category}
        if stay.room_number:
            current["roomId"] = stay.room_number
        found: Json = {
            "currentRoomInfo": current,
            "roomRates": rates,
            "guestCounts": {
                "adults": self._number(stay.adults),
                "children": self._number(stay.children),
            },
            "arrivalDate": stay.arrival_on.isoformat(),
            "departureDate": stay.departure_on.isoformat(),
            "guarantee": {"guaranteeCode": stay.custom["guarantee"], "shortDescription": "Hold"},
            "total": {"amountAfterTax": self._number(whole), "currencyCode": stay.currency},
            "bookingMedium": stay.source_channel,
        }
        if "shares_with" in stay.custom:
            is_sharer = stay.custom.get("is_sharer")
            found["primaryShareType"] = "NonPrimary" if is_sharer else "Primary"
        return found

    def _guests(self, stay: Reservation, profiles: dict[str, Profile]) -> list[Json]:
        return [
            {
                "profileInfo": {
                    "profileIdList": [{"id": guest.profile, "type": "Profile"}],
                    "profile": _shown(profiles.get(guest.profile)),
                },
                "primary": guest.role is GuestRole.PRIMARY,
            }
            for guest in stay.guests
            if guest.role is not GuestRole.BOOKER
        ]

    def _line(self, held: Held, profiles: dict[str, Profile], today: date) -> Json:
        stay = held.stay
        main = next((g.profile for g in stay.guests if g.role is GuestRole.PRIMARY), None)
        profile = profiles.get(main) if main else None
        guest: Json = {}
        if profile:
            guest = {
                "givenName": profile.first_name, "surname": profile.last_name,
                "language": LANGUAGES.get(profile.language or ""), "nameType": "Guest",
                "id": profile.source_id, "type": "Profile", "anonymization": {},
            }  # fmt: skip
        return {
            "reservationIdList": self._ids(stay),
            "roomStay": {
                "arrivalDate": stay.arrival_on.isoformat(),
                "departureDate": stay.departure_on.isoformat(),
                "adultCount": self._number(stay.adults),
                "childCount": self._number(stay.children),
                "roomType": stay.room_category,
                "numberOfRooms": self._number(stay.custom.get("rooms", 1)),
                "roomId": stay.room_number,
                "ratePlanCode": stay.rate_code,
                "marketCode": stay.source_segment,
                "pseudoRoom": _is_pseudo(stay),
            },
            "reservationGuest": guest,
            "hotelId": self.hotel,
            "roomStayReservation": True,
            "reservationStatus": stay.source_status,
            "computedReservationStatus": self._computed(stay, today),
            "createDateTime": _stamp(stay.created_at, self.zone),
            "lastModifyDateTime": _stamp(stay.modified_at, self.zone),
        }

    def _profile(self, profile: Profile) -> Json:
        names: list[Json] = [
            {
                "givenName": profile.first_name, "surname": profile.last_name,
                "name2": profile.second_last_name, "nameTitle": profile.title,
                "nameType": "PRIMARY",
            }
        ]  # fmt: skip
        if Quirk.OTHER_NAMES in self.quirks:
            hidden = {"givenName": "Jan", "surname": "Doe", "nameType": "Incognito"}
            names = [hidden, *names, {"nameType": "Alternate"}, {"nameType": "External"}]
        born = profile.birth_date
        customer: Json = {
            "personName": names,
            "anonymization": ({"anonymizationStatus": "Anonymized"} if profile.anonymised else {}),
            "birthDate": born or "XX-XX-XXXX",
            "birthDateMasked": "XX-XX-XXXX",
            "language": LANGUAGES.get(profile.language or ""),
            "nationality": profile.nationality,
            "vipStatus": profile.vip,
        }
        if Quirk.PLACEHOLDERS in self.quirks:
            customer["decimalPlaces"] = UNSET
        status = profile.custom.get("status", "Active")
        return {
            "customer": customer,
            "addresses": {"addressInfo": [
                {"address": {
                    "addressLine": [found.line1, "", "", ""], "cityName": found.city,
                    "postalCode": found.postcode, "country": {"code": found.country},
                    "type": found.type, "primaryInd": place == 0,
                }} for place, found in enumerate(profile.addresses)]},
            "telephones": {"telephoneInfo": [
                {"telephone": self._phone(found, place)}
                for place, found in enumerate(profile.phones)]},
            "emails": {"emailInfo": [
                {"email": {"emailAddress": found.address, "type": found.type,
                           "primaryInd": place == 0}}
                for place, found in enumerate(profile.emails)]},
            "comments": {"commentInfo": _comments(profile.notes)},
            "profileMemberships": {"profileMembership": [
                {"membershipType": found.programme, "membershipId": found.number,
                 "membershipLevel": found.level, "currentPoints": self._unset()}
                for found in profile.loyalty]},
            "privacyInfo": {
                f"optIn{found.channel.title()}": found.state == "in" for found in profile.consents},
            "profileType": "Guest",
            "statusCode": status,
            "lastModifyDateTime": _stamp(profile.modified_at, self.zone),
        }  # fmt: skip

    def _phone(self, found: Phone, place: int) -> Json:
        return {
            "phoneTechType": "PHONE", "phoneUseType": found.type, "phoneNumber": found.raw,
            "primaryInd": place == 0, "orderSequence": self._unset(),
        }  # fmt: skip

    def _package(self, extra: Extra) -> Json:
        is_meal = extra.code in BOARDS.values()
        quantity = extra.quantity or Decimal(1)
        price = extra.amount or Decimal(0)
        return {
            "packageHeaderType": {"primaryDetails": {"description": extra.label}},
            "scheduleList": [{"computedResvPrice": self._number(price)}],
            "consumptionDetails": {
                "defaultQuantity": self._number(quantity), "totalQuantity": self._number(quantity),
            },
            "packageCode": extra.code,
            "source": "RateHeader" if is_meal else "Reservation",
        }  # fmt: skip

    def _payment(self, stay: Reservation) -> Json:
        found: Json = {"paymentMethod": stay.source_payment, "folioView": self._number(1)}
        if stay.payment_method is Payment.CARD and Quirk.MASKED_CARDS in self.quirks:
            found["paymentCard"] = {"cardType": "Va", "cardNumberMasked": "XXXXXXXXXXXX1486"}
        return found

    def _computed(self, stay: Reservation, today: date) -> str:
        if Quirk.COMPUTED_STATUS in self.quirks:
            if stay.status is Status.CONFIRMED and stay.arrival_on <= today:
                return "DueIn"
            if stay.status is Status.IN_HOUSE and stay.departure_on <= today:
                return "DueOut"
        return stay.source_status

    def _ids(self, stay: Reservation) -> list[Json]:
        ids = [{"id": stay.number, "type": "Reservation"}]
        if stay.group_number:
            ids.append({"id": stay.group_number, "type": "Confirmation"})
        return ids

    def _number(self, value: Decimal | int | None) -> Any:
        if value is None:
            return self._unset()
        return str(value) if Quirk.NUMBERS_AS_TEXT in self.quirks else float(value)

    def _unset(self) -> int | None:
        return UNSET if Quirk.PLACEHOLDERS in self.quirks else None

    def _money(self, value: Decimal, currency: str | None) -> Json:
        return {"amount": self._number(value), "currencyCode": currency}


def _stamp(value: datetime | date | None, zone: ZoneInfo) -> str | None:
    """An instant as OPERA writes it: without its zone."""
    if not isinstance(value, datetime):
        return value.isoformat() if value else None
    return value.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S.0")


def _amounts(stay: Reservation) -> tuple[Decimal, Decimal]:
    """What stands on the reservation; a sharer's repeats what the room costs."""
    shared = Decimal(stay.custom.get("share_amount", 0))
    return stay.amount or shared, stay.room_amount or shared


def _is_pseudo(stay: Reservation) -> bool:
    return int(stay.number) >= PSEUDO


def _comments(notes: str | None) -> list[Json]:
    return [{"comment": {"text": {"value": notes}, "type": "GEN", "internal": False}}] * bool(notes)


def _shown(profile: Profile | None) -> Json:
    """As much of a profile as a reservation shows."""
    if profile is None:
        return {}
    name = {"givenName": profile.first_name, "surname": profile.last_name, "nameType": "Primary"}
    return {"customer": {"personName": [name, {"nameType": "External"}]}, "profileType": "Guest"}


def _partners(stay: Reservation) -> list[Json]:
    partners: list[Json] = [
        {"profileIdList": [{"id": guest.profile, "type": "Profile"}],
         "reservationProfileType": "ReservationContact"}
        for guest in stay.guests if guest.role is GuestRole.BOOKER
    ]  # fmt: skip
    kinds = (("travel_agent", "TravelAgent"), ("company", "Company"), ("group_name", "Group"))
    partners += [
        {"profileIdList": [], "profile": {"company": {"companyName": stay.custom[name]}},
         "reservationProfileType": kind}
        for name, kind in kinds if name in stay.custom
    ]  # fmt: skip
    return partners


def _lone(value: Any) -> Any:
    """The same tree with every list of one element written as that element."""
    if isinstance(value, dict):
        return {name: _lone(inner) for name, inner in value.items()}
    if isinstance(value, list):
        inner = [_lone(item) for item in value]
        return inner[0] if len(inner) == 1 else inner
    return value
