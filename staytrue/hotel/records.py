"""Canonical records: what every connector translates to and the mirror keeps (DESIGN section 13).

Everything but the keys may be missing; missing is `None` or an empty list, never a guess. Dates
are local dates of the property, instants carry a zone, amounts are exact decimals.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import msgspec

from staytrue.hotel.codes import (
    Board,
    Channel,
    FolioKind,
    GuestRole,
    Payment,
    ProfileKind,
    Segment,
    Status,
    StatusOrigin,
)


class Email(msgspec.Struct):
    """An address as the PMS holds it. `masked` is an OTA's relay, never proof of identity."""

    address: str
    type: str | None = None
    masked: bool = False


class Phone(msgspec.Struct):
    """A number: E.164 where it can be read, else `None` and only `raw` stays. `type` is the PMS's
    word; `line` is what the number itself tells: mobile, fixed, or `None`.
    """

    raw: str
    number: str | None = None
    type: str | None = None
    line: str | None = None


class Address(msgspec.Struct):
    """A postal address. `country` is ISO 3166 alpha-2."""

    line1: str | None = None
    line2: str | None = None
    postcode: str | None = None
    city: str | None = None
    region: str | None = None
    country: str | None = None
    type: str | None = None


class Loyalty(msgspec.Struct):
    """A membership: the number identifies inside its programme only."""

    programme: str
    number: str | None = None
    level: str | None = None


class Consent(msgspec.Struct):
    """What the PMS says about permission: `state` is `in` or `out`."""

    purpose: str
    channel: str
    state: str
    at: datetime | None = None


class Extra(msgspec.Struct):
    """A service ordered with the stay. `amount` is the whole line."""

    code: str
    label: str | None = None
    quantity: Decimal | None = None
    amount: Decimal | None = None
    on: date | None = None


class FolioLine(msgspec.Struct):
    """A charge, payment or correction on the guest's bill. `corrects` names another line."""

    line: str
    kind: FolioKind
    code: str | None = None
    label: str | None = None
    amount: Decimal | None = None
    currency: str | None = None
    on: date | None = None
    posted_at: datetime | None = None
    corrects: str | None = None


class GuestOnBooking(msgspec.Struct):
    """One entry of the roster: the role and the source id of the profile."""

    role: GuestRole
    profile: str


class Reservation(msgspec.Struct, kw_only=True):
    """One room or unit for one span of dates. Key: property, number, leg (within a connection)."""

    number: str
    leg: str = "1"
    property: str
    group_number: str | None = None
    status: Status
    source_status: str
    status_origin: StatusOrigin = StatusOrigin.PMS
    arrival_on: date
    departure_on: date
    nights: int
    created_at: datetime | date | None = None
    modified_at: datetime | None = None
    cancelled_at: datetime | date | None = None
    checked_in_at: datetime | date | None = None
    checked_out_at: datetime | date | None = None
    adults: int | None = None
    children: int | None = None
    infants: int | None = None
    room_number: str | None = None
    room_category: str | None = None
    rate_code: str | None = None
    board: Board | None = None
    source_board: str | None = None
    channel: Channel = Channel.OTHER
    source_channel: str | None = None
    source: str | None = None
    segment: Segment | None = None
    source_segment: str | None = None
    amount: Decimal | None = None
    room_amount: Decimal | None = None
    currency: str | None = None
    tax_included: bool | None = None
    payment_method: Payment | None = None
    source_payment: str | None = None
    extras: list[Extra] = []
    folio: list[FolioLine] = []
    version: int | None = None
    guests: list[GuestOnBooking] = []
    notes: str | None = None
    custom: dict[str, Any] = {}


class Profile(msgspec.Struct, kw_only=True):
    """A person (or company) as one PMS knows him. Key: source_id (within a connection)."""

    source_id: str
    kind: ProfileKind = ProfileKind.PERSON
    title: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    second_last_name: str | None = None
    birth_date: str | None = None
    language: str | None = None
    nationality: str | None = None
    country: str | None = None
    emails: list[Email] = []
    phones: list[Phone] = []
    addresses: list[Address] = []
    loyalty: list[Loyalty] = []
    card_token: str | None = None
    vip: str | None = None
    consents: list[Consent] = []
    merged_into: str | None = None
    deleted: bool = False
    anonymised: bool = False
    modified_at: datetime | None = None
    version: int | None = None
    notes: str | None = None
    custom: dict[str, Any] = {}


class Parked(msgspec.Struct, kw_only=True):
    """A part of a delivery that was not understood: kept whole, with the reason, out of use.

    `object` is what it tells of, where a delivery of its kind holds several.
    """

    line: int | None
    object: str = ""
    reason: str
    code: str
    facts: dict[str, Any] = {}
    key: str | None = None
    raw: str = ""
