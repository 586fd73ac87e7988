"""The guest's bill in OPERA: a room charge each night, extras, payment, late and corrected lines."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from staytrue.hotel.codes import FolioKind, Status
from staytrue.hotel.records import FolioLine
from staytrue.lab.pms.opera_cloud.book import BOARDS, Book, Held
from staytrue.lab.pms.opera_cloud.quirks import Quirk
from staytrue.lab.streams import stream

LATE, CORRECTED = 0.1, 0.1
NIGHT_AUDIT_MINUTE = 150

Json = dict[str, Any]


KINDS = {"1000": FolioKind.ROOM, "9000": FolioKind.PAYMENT}


def bill(book: Book, number: str, held: Held, now: datetime) -> list[FolioLine]:
    """The same as a true mirror holds it: payments count against what is owed."""
    lines = _lines(book, number, held)
    return [_line(line, book.seen(at)) for at, line in lines if at <= now]


def _line(line: Json, posted_at: datetime) -> FolioLine:
    code = line["transactionCode"]
    money = line.get("debitAmount") or line["creditAmount"]
    amount = Decimal(money["amount"]) * (1 if "debitAmount" in line else -1)
    kind = FolioKind.CORRECTION if "debitAmount" in line and amount < 0 else KINDS.get(code)
    return FolioLine(
        line=str(line["transactionNo"]),
        kind=kind or FolioKind.EXTRA,
        code=code,
        label=line["transactionDescription"],
        amount=amount,
        currency=money["currencyCode"],
        on=date.fromisoformat(line["revenueDate"]),
        posted_at=posted_at,
    )


def folio(book: Book, number: str, held: Held, now: datetime, bodies: Any) -> Json:
    """The answer to a read of a reservation's folio, as far as it is posted at this instant."""
    stay = held.stay
    postings = [line for at, line in _lines(book, number, held) if at <= now]
    return {
        "reservationFolioInformation": {
            "reservationInfo": {
                "reservationIdList": [{"id": number, "type": "Reservation"}],
                "roomStay": {
                    "arrivalDate": stay.arrival_on.isoformat(),
                    "departureDate": stay.departure_on.isoformat(),
                },
                "hotelId": bodies.hotel,
                "reservationStatus": stay.source_status,
            },
            "folioWindows": [{"folioWindowNo": 1, "folios": [{"postings": postings}]}],
        }
    }


def _lines(book: Book, number: str, held: Held) -> list[tuple[datetime, Json]]:
    """Every posting with its instant. A line's number follows from its place, so it never moves."""
    stay, rng = held.stay, stream(book.seed, f"folio {number}")
    if stay.status not in (Status.IN_HOUSE, Status.CHECKED_OUT) or stay.room_amount is None:
        return []
    house, lines = book.world.house, []
    nightly = (stay.room_amount / max(1, stay.nights)).quantize(Decimal("0.01"))

    def post(at: datetime, place: int, code: str, label: str, amount: Decimal, on: date,
             kind: str = "Revenue", **more: Any) -> None:  # fmt: skip
        side = "creditAmount" if kind == "Payment" else "debitAmount"
        local = (at + book.drift(at)).astimezone(house.zone)
        lines.append((at, {
            "transactionNo": int(number) * 1000 + place, "transactionCode": code,
            "transactionDescription": label, "transactionType": kind,
            side: {"amount": str(amount), "currencyCode": stay.currency},
            "revenueDate": on.isoformat(), "postingDate": f"{local:%Y-%m-%d %H:%M:%S}.0", **more,
        }))  # fmt: skip

    for night in range(stay.nights):
        on = stay.arrival_on + timedelta(days=night)
        at = house.instant(on + timedelta(days=1), NIGHT_AUDIT_MINUTE)
        post(at, night, "1000", "Accommodation", nightly, on)
    own = [extra for extra in stay.extras if extra.code not in BOARDS.values() and extra.amount]
    for place, extra in enumerate(own):
        at = house.instant(stay.arrival_on, 20 * 60 + place)
        amount = extra.amount or Decimal(0)
        post(at, 500 + place, "2100", extra.label or extra.code, amount, stay.arrival_on)
        if Quirk.CORRECTIONS in book.quirks and rng.random() < CORRECTED:
            post(at + timedelta(hours=2), 600 + place, "2100", extra.label or extra.code,
                 -amount, stay.arrival_on)  # fmt: skip
    if stay.status is Status.CHECKED_OUT:
        at = house.instant(stay.departure_on, 10 * 60)
        post(at, 900, "9000", "Card", stay.amount or Decimal(0), stay.departure_on, "Payment")
        if Quirk.LATE_POSTINGS in book.quirks and rng.random() < LATE:
            post(at + timedelta(hours=20), 950, "2100", "Minibar", Decimal("6.20"),
                 stay.departure_on)  # fmt: skip
    return lines
