"""Standard codes: every source word becomes one of these, or is parked, or is `other` and counted."""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    """Where a reservation stands. An unknown source word is never mapped: the record is parked."""

    INQUIRY = "inquiry"
    OPTION = "option"
    WAITLIST = "waitlist"
    CONFIRMED = "confirmed"
    IN_HOUSE = "in_house"
    CHECKED_OUT = "checked_out"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"


FINAL = frozenset({Status.CHECKED_OUT, Status.CANCELLED, Status.NO_SHOW})
EXPECTED = frozenset({Status.INQUIRY, Status.OPTION, Status.WAITLIST, Status.CONFIRMED})


class StatusOrigin(StrEnum):
    """Who said the status: the PMS, or we inferred it (no-show at day close)."""

    PMS = "pms"
    INFERRED = "inferred"


class Channel(StrEnum):
    """The way a reservation came in."""

    WEBSITE = "website"
    DIRECT = "direct"
    CORPORATE = "corporate"
    OTA = "ota"
    GDS = "gds"
    TOUR_OPERATOR = "tour_operator"
    WHOLESALE = "wholesale"
    GROUP = "group"
    OTHER = "other"


class Segment(StrEnum):
    """Why they travel, commercially."""

    BUSINESS = "business"
    LEISURE = "leisure"
    GROUP = "group"
    OTHER = "other"


class Board(StrEnum):
    """Which meals are included."""

    RO = "RO"
    BB = "BB"
    HB = "HB"
    FB = "FB"
    AI = "AI"


class Payment(StrEnum):
    """How a stay is paid, by category only: never a card number."""

    CARD = "card"
    TRANSFER = "transfer"
    CASH = "cash"
    AGENCY = "agency"
    OTHER = "other"


class GuestRole(StrEnum):
    """The part a profile plays on a reservation."""

    BOOKER = "booker"
    PRIMARY = "primary"
    COMPANION = "companion"


class ProfileKind(StrEnum):
    """What a profile stands for."""

    PERSON = "person"
    COMPANY = "company"
    AGENCY = "agency"
    OTHER = "other"


class FolioKind(StrEnum):
    """What a folio line is."""

    ROOM = "room"
    EXTRA = "extra"
    TAX = "tax"
    PAYMENT = "payment"
    CORRECTION = "correction"


class OutOfSight(StrEnum):
    """Why a reservation is no longer in the feed: it left a window, or a full file lacks it."""

    WINDOW = "window"
    MISSING = "missing"
