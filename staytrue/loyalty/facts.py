"""What points are computed from: a stay as it really was, and what was charged for it. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from staytrue.hotel.codes import FolioKind

ZERO = Decimal(0)


class Charged(msgspec.Struct, frozen=True):
    """What a stay brought, by what it was charged for; in the hotel's currency.

    `unplaced` are corrections that name no line: they lessen every base, so that nobody earns on
    money that was given back.
    """

    room: Decimal = ZERO
    extra: Decimal = ZERO
    tax: Decimal = ZERO
    unplaced: Decimal = ZERO
    currency: str = ""


class Stay(msgspec.Struct, frozen=True, kw_only=True):
    """One room for one span of nights that took place.

    `came_on` and `left_on` are the hotel's days of the real check-in and check-out.
    `is_first_room` is false for a further room of one booking whose guest has an account already
    in the room before: what is given once for a booking is given there.
    """

    id: int
    property_id: int
    came_on: date
    left_on: date
    charged: Charged = Charged()
    rate_code: str = ""
    channel: str = ""
    segment: str = ""
    is_of_group: bool = False
    is_first_room: bool = True

    @property
    def nights(self) -> int:
        """None for day use."""
        return max(0, (self.left_on - self.came_on).days)

    def nights_within(self, first: date, last: date) -> int:
        """How many of its nights begin on one of these days, both included."""
        begin, end = max(self.came_on, first), min(self.left_on, last + timedelta(days=1))
        return max(0, (end - begin).days)


_BASES = {FolioKind.ROOM: "room", FolioKind.EXTRA: "extra", FolioKind.TAX: "tax"}


def charged(folio: Iterable[dict[str, Any]], currency: str) -> Charged:
    """The folio's lines by what they are for; a correction counts with the line it corrects.

    Payments are no charges, and lines in another currency than the hotel's stay out: what they
    are worth is nobody's to guess.
    """
    lines = [each for each in folio if (each.get("currency") or currency) == currency]
    sums = {"room": ZERO, "extra": ZERO, "tax": ZERO, "unplaced": ZERO}
    for each in lines:
        kind = each["kind"]
        if kind == FolioKind.CORRECTION:
            corrected = each.get("corrects") or ""
            kind = next((one["kind"] for one in lines if one["line"] == corrected), kind)
        if kind != FolioKind.PAYMENT:
            sums[_BASES.get(kind, "unplaced")] += Decimal(each.get("amount") or 0)
    return Charged(**sums, currency=currency)
