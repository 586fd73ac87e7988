"""What a stay costs: OPERA's totals, its posted revenue, its shares, and the lines of its folio."""

from __future__ import annotations

from decimal import Decimal

from staytrue.connectors.opera_cloud.reading import (
    Json,
    amount,
    day,
    flag,
    moment,
    objects,
    one,
    text,
)
from staytrue.connectors.opera_cloud.words import House
from staytrue.hotel.codes import FolioKind, Status
from staytrue.hotel.records import FolioLine, Reservation

_CENT = Decimal("0.01")


def amounts_of(reservation: Reservation, body: Json, stay: Json, rates: list[Json]) -> None:
    """The amounts of the whole stay. The price of one night is never taken for them."""
    reservation.currency = _currency(stay, rates)
    room, room_taxed = _sum_of(rates)
    total = one(stay, "total")
    whole, taxed = _total(total, is_inclusive=None)
    if whole is None:
        whole, taxed = amount(stay, "totalAmount", "amount"), None
    if whole is None:
        whole, taxed = room, room_taxed
    revenue = one(body, "cashiering", "revenuesAndBalances") or one(body, "revenuesAndBalances")
    posted = amount(revenue, "totalRevenue", "amount")
    if reservation.status is Status.CHECKED_OUT and posted is not None:
        # Once the guest has left, what was posted is the truth and what was booked only a plan.
        whole, taxed = posted, None
        room = amount(revenue, "roomRevenue", "amount")
        reservation.currency = text(revenue, "totalRevenue", "currencyCode") or reservation.currency
    reservation.amount, reservation.room_amount, reservation.tax_included = whole, room, taxed
    nightly = amount(stay, "rateAmount", "amount")
    if nightly is not None:
        reservation.custom["rate_amount"] = written(nightly)


def share_of(reservation: Reservation, body: Json, stay: Json, rates: list[Json]) -> None:
    """Two reservations may share one room: one of them counts for the room and its amount."""
    others = [
        found
        for item in objects(body, "sharedGuests")
        if (found := text(item, "reservationId", "id"))
    ]
    kind = text(stay, "primaryShareType")
    if not others and kind != "NonPrimary":
        return
    if others:
        reservation.custom["shares_with"] = others
    tell_sharer(reservation, others, is_primary=None if kind is None else kind == "Primary")
    instruction = text(rates, "rates", "rate", "shareDistributionInstruction")
    if reservation.custom.get("is_sharer") and instruction != "Split":
        # Split shares add up to the room's price; anything else repeats it.
        if reservation.amount is not None:
            reservation.custom["share_amount"] = written(reservation.amount)
        reservation.amount = reservation.room_amount = reservation.tax_included = None


def tell_sharer(
    reservation: Reservation, others: list[str], *, is_primary: bool | None = None
) -> None:
    """Where OPERA does not say which of them is primary, the oldest number is."""
    if is_primary is None:
        is_primary = min([reservation.number, *others], key=_age) == reservation.number
    if not is_primary:
        reservation.custom["is_sharer"] = True


def folio_lines(body: Json, house: House) -> list[FolioLine]:
    """The postings of every window. Payments count against the guest's debt, so they are minus."""
    found: list[FolioLine] = []
    for posting in objects(body, "folioWindows", "folios", "postings"):
        if (line := text(posting, "transactionNo")) is None:
            continue
        charged, paid = _money(posting, "debitAmount"), _money(posting, "creditAmount")
        value = _money(posting, "postedAmount")
        value = charged if charged is not None else value
        is_payment = text(posting, "transactionType") == "Payment" or (
            paid is not None and charged is None
        )
        if is_payment:
            value = paid if paid is not None else value
            value = -value if value is not None else None
        code = text(posting, "transactionCode")
        corrects = text(posting, "reversePaymentTransactionNo")
        found.append(
            FolioLine(
                line,
                _kind(code, value, house, is_payment=is_payment, corrects=corrects),
                code,
                text(posting, "transactionDescription"),
                value,
                next(
                    (
                        said
                        for name in ("debitAmount", "creditAmount", "postedAmount")
                        if (said := text(posting, name, "currencyCode"))
                    ),
                    None,
                ),
                day(posting, "revenueDate") or day(posting, "transactionDate"),
                moment(posting, house.instants, "postingDate"),
                corrects,
            )
        )
    return found


def written(value: Decimal) -> str:
    """An amount as text, with at least two decimals."""
    exponent = value.as_tuple().exponent
    is_short = isinstance(exponent, int) and exponent >= -2
    return str(value.quantize(_CENT)) if is_short else str(value)


def _kind(
    code: str | None, value: Decimal | None, house: House, *, is_payment: bool, corrects: str | None
) -> FolioKind:
    if corrects:
        return FolioKind.CORRECTION
    if is_payment:
        return FolioKind.PAYMENT
    if value is not None and value < 0:
        return FolioKind.CORRECTION
    if code in house.tax_codes:
        return FolioKind.TAX
    return FolioKind.ROOM if code in house.room_codes else FolioKind.EXTRA


def _money(posting: Json, name: str) -> Decimal | None:
    return amount(posting, name, "amount")


def _age(number: str) -> tuple[int, str]:
    return len(number), number


def _total(total: Json, *, is_inclusive: bool | None) -> tuple[Decimal | None, bool | None]:
    """An amount after tax where there is one, else before tax, and whether tax is in it."""
    after = amount(total, "amountAfterTax")
    if after is not None:
        return after, True
    before = amount(total, "amountBeforeTax")
    return before, None if before is None else bool(is_inclusive)


def _sum_of(rates: list[Json]) -> tuple[Decimal | None, bool | None]:
    """Each segment of dates has its own total. One that is missing leaves the sum unknown."""
    parts = [
        _total(one(rate, "total"),
               is_inclusive=flag(rate, "rateIncludesTax") or flag(rate, "taxIncluded"))
        for rate in rates
    ]  # fmt: skip
    values = [value for value, _ in parts if value is not None]
    if not parts or len(values) < len(parts):
        return None, None
    taxed = {is_taxed for _, is_taxed in parts}
    return sum(values, Decimal(0)), taxed.pop() if len(taxed) == 1 else None


def _currency(stay: Json, rates: list[Json]) -> str | None:
    return (
        text(stay, "total", "currencyCode")
        or text(rates, "total", "currencyCode")
        or text(rates, "rates", "rate", "base", "currencyCode")
        or text(stay, "totalAmount", "currencyCode")
        or text(stay, "rateAmount", "currencyCode")
        or text(stay, "balance", "currencyCode")
    )
