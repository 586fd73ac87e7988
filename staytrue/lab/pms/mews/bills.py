"""The bills of the simulated Mews: order items and payments, and their sums as the truth."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from staytrue.hotel.codes import FolioKind, Payment
from staytrue.hotel.records import Extra, FolioLine, Reservation
from staytrue.lab.house import House
from staytrue.lab.pms.mews.books import Books, Row, utc
from staytrue.lab.pms.mews.writing import MEALS, PAYMENTS, PRODUCTS

CENT = Decimal("0.01")
KINDS = {
    "SpaceOrder": FolioKind.ROOM,
    "ProductOrder": FolioKind.EXTRA,
    "Rebate": FolioKind.CORRECTION,
}


@dataclass
class Wanted:
    """A line that should stand on a bill."""

    type: str
    gross: Decimal
    on: date
    product: str = ""
    quantity: Decimal = Decimal(1)
    corrects: str = ""


@dataclass
class Bill:
    """The lines of one stay that stand, by their place on it, and what was paid."""

    lines: dict[str, tuple[Wanted, FolioLine]] = field(default_factory=dict)
    paid: list[FolioLine] = field(default_factory=list)
    method: Payment | None = None
    made: int = 0
    begun: bool = False


class Bills:
    """Posts, takes back, and knows the sums."""

    def __init__(self, books: Books, house: House) -> None:
        self.books, self.house = books, house
        self.bills: dict[str, Bill] = {}

    def of(self, number: str) -> Bill:
        """The bill of a stay."""
        return self.bills.setdefault(number, Bill())

    def settle(self, stay: Reservation, at: datetime, *, cancelled: bool) -> None:
        """Bring the lines of nights, meals and extras to what the stay is now."""
        bill = self.of(stay.number)
        wanted = {} if cancelled else _wanted(stay)
        for place in [place for place in bill.lines if place.startswith(("night", "board", "x"))]:
            if bill.lines[place][0] != wanted.get(place):
                self._take_back(stay.number, place, at)
        for place, line in wanted.items():
            if place not in bill.lines:
                self.post(stay.number, place, line, at)

    def post(self, number: str, place: str, wanted: Wanted, at: datetime) -> str:
        """A new line."""
        bill = self.of(number)
        bill.made, bill.begun = bill.made + 1, True
        id = self.books.id("item", f"{number}/{bill.made}")
        start = self.house.instant(wanted.on, 0)
        data: Row | None = None
        if wanted.product:
            product = {"ProductId": self.books.id("product", wanted.product)}
            data = {"Discriminator": "Product", "Product": product, "Rebate": None}
        if wanted.corrects:
            rebate = {"RebatedItemId": wanted.corrects}
            data = {"Discriminator": "Rebate", "Product": None, "Rebate": rebate}
        row = {
            "Id": id,
            "ServiceOrderId": self.books.id("stay", number),
            "ServiceId": self.books.id("service", "stay"),
            "Type": wanted.type,
            "UnitCount": float(wanted.quantity),
            "Amount": self._money(wanted.gross),
            "AccountingState": "Open",
            "StartUtc": utc(start),
            "ConsumedUtc": utc(start),
            "CreatedUtc": utc(at),
            "Data": data,
        }
        self.books.put("OrderItems", row, at)
        line = FolioLine(
            line=id,
            kind=KINDS[wanted.type],
            code=wanted.product or wanted.type,
            label=PRODUCTS.get(wanted.product),
            amount=wanted.gross,
            currency=self.house.currency,
            on=wanted.on,
            posted_at=at.replace(microsecond=0),
            corrects=wanted.corrects or None,
        )
        bill.lines[place] = (wanted, line)
        return id

    def _take_back(self, number: str, place: str, at: datetime) -> None:
        _, line = self.of(number).lines.pop(place)
        row = self.books.newest("OrderItems", line.line) or {}
        gone = {**row, "AccountingState": "Canceled", "CanceledUtc": utc(at)}
        self.books.put("OrderItems", gone, at)

    def pay(self, stay: Reservation, at: datetime) -> str:
        """The guest pays what stands on the bill. Money that comes in is negative."""
        bill = self.of(stay.number)
        bill.method = stay.payment_method
        id = self.books.id("payment", stay.number)
        value = -self.total(stay.number)
        kind = PAYMENTS[stay.payment_method or Payment.CARD]
        by_agency = stay.payment_method is Payment.AGENCY
        external = {"Discriminator": "External", "External": {"Type": "Reseller"}}
        row = {
            "Id": id,
            "ReservationId": self.books.id("stay", stay.number),
            "Type": kind,
            "State": "Charged",
            "AccountingState": "Closed",
            "Amount": self._money(value),
            "ConsumedUtc": utc(at),
            "CreatedUtc": utc(at),
            "Data": external if by_agency else None,
        }
        self.books.put("Payments", row, at)
        bill.paid.append(FolioLine(
            line=id, kind=FolioKind.PAYMENT, code=kind, amount=value,
            currency=self.house.currency, on=at.astimezone(self.house.zone).date(),
            posted_at=at.replace(microsecond=0),
        ))  # fmt: skip
        return id

    def total(self, number: str) -> Decimal:
        """What all lines come to."""
        return sum((wanted.gross for wanted, _ in self.of(number).lines.values()), Decimal(0))

    def truth(self, number: str) -> dict[str, Any]:
        """The money of a stay, as a canonical reservation holds it."""
        bill = self.of(number)
        lines = [line for _, line in bill.lines.values()]
        lines.sort(key=lambda line: (line.posted_at, line.line))
        rooms = {line.line for line in lines if line.kind is FolioKind.ROOM}
        of_rooms = [one.amount for one in lines if one.line in rooms or one.corrects in rooms]
        extras = [
            Extra(wanted.product, PRODUCTS[wanted.product], wanted.quantity, wanted.gross,
                  wanted.on)
            for line in lines
            for wanted, own in bill.lines.values()
            if own is line and wanted.type == "ProductOrder"
        ]  # fmt: skip
        return {
            "amount": self.total(number) if bill.begun else None,
            "room_amount": sum((a for a in of_rooms if a), Decimal(0)) if rooms else None,
            "currency": self.house.currency if lines else None,
            "tax_included": True if lines else None,
            "extras": extras,
            "folio": [*lines, *bill.paid],
        }

    def _money(self, gross: Decimal) -> Row:
        net = (gross / Decimal("1.1")).quantize(CENT)
        return {"Currency": self.house.currency, "GrossValue": float(gross),
                "NetValue": float(net), "TaxValues": []}  # fmt: skip


def _wanted(stay: Reservation) -> dict[str, Wanted]:
    nights = max(1, stay.nights)
    room = stay.room_amount or Decimal(0)
    each = (room / nights).quantize(CENT)
    lines = {}
    for night in range(nights):
        gross = each if night else room - each * (nights - 1)
        day = stay.arrival_on + timedelta(days=night)
        lines[f"night {night}"] = Wanted("SpaceOrder", gross, day)
    ordered = sum((extra.amount or Decimal(0) for extra in stay.extras), Decimal(0))
    meals = (stay.amount or Decimal(0)) - room - ordered
    if meals:
        lines["board"] = Wanted("ProductOrder", meals, stay.arrival_on, MEALS)
    for place, extra in enumerate(stay.extras):
        lines[f"x {place}"] = Wanted("ProductOrder", extra.amount or Decimal(0), stay.arrival_on,
                                     extra.code, extra.quantity or Decimal(1))  # fmt: skip
    return lines
