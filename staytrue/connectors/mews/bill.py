"""Order items and payments of a stay: what it costs, what was ordered, how it was paid."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from staytrue.connectors.mews import entities, words
from staytrue.connectors.mews.choices import paired
from staytrue.connectors.mews.known import Known, Notes, said, utc
from staytrue.hotel.codes import Board, FolioKind, Payment
from staytrue.hotel.records import Extra, FolioLine

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass
class Bill:
    """The money of one stay. Without a single item nothing is known of its price."""

    amount: Decimal | None = None
    room_amount: Decimal | None = None
    currency: str | None = None
    tax_included: bool | None = None
    payment: Payment | None = None
    source_payment: str | None = None
    board: Board | None = None
    source_board: str | None = None
    extras: list[Extra] = field(default_factory=list)
    folio: list[FolioLine] = field(default_factory=list)


def of(order: str | None, known: Known, zone: ZoneInfo, notes: Notes) -> Bill:
    """The bill of a service order."""
    items = known.of("OrderItems", entities.OrderItem, "service_order_id", order)
    payments = known.of("Payments", entities.Payment, "reservation_id", order)
    bill = Bill()
    if items:
        charged = [item for item in items if item.accounting_state != words.CANCELED]
        charged.sort(key=lambda item: (utc(item.created_utc) or _LONG_AGO, item.id or ""))
        lines = [(item, _line(item, known, zone, notes)) for item in charged]
        bill.folio = [line for _, line in lines]
        bill.extras = [
            _extra(item, line, known) for item, line in lines if item.type == words.ORDERED
        ]
        _total(bill, charged, notes)
        _board(bill, charged, known)
    paid = sorted(
        (payment for payment in payments if _is_paid(payment, notes)),
        key=lambda payment: (utc(payment.created_utc) or _LONG_AGO, payment.id or ""),
    )
    bill.folio += [_payment_line(payment, zone) for payment in paid]
    _method(bill, paid, notes)
    return bill


def _line(item: entities.OrderItem, known: Known, zone: ZoneInfo, notes: Notes) -> FolioLine:
    kind = words.FOLIO.get(item.type or "")
    if kind is None:
        notes.append(("unknown_word", {"field": "order_item", "word": item.type}))
        kind = FolioKind.EXTRA
    product = known.named("Products", _product_id(item))
    rebate = item.data.rebate if item.data else None
    value, currency = _value(item.amount)
    return FolioLine(
        line=item.id or "",
        kind=kind,
        code=known.code(product) or item.type,
        label=known.label(product) or said(item.notes),
        amount=value,
        currency=currency,
        on=_day(item.start_utc or item.consumed_utc, zone),
        posted_at=utc(item.created_utc),
        corrects=rebate.rebated_item_id if rebate else None,
    )


def _extra(item: entities.OrderItem, line: FolioLine, known: Known) -> Extra:
    product_id = _product_id(item)
    code = known.code(known.named("Products", product_id)) or product_id or item.type or ""
    return Extra(code, line.label, item.unit_count, line.amount, line.on)


def _total(bill: Bill, charged: Sequence[entities.OrderItem], notes: Notes) -> None:
    """Sums of the lines. Amounts of several currencies have no sum."""
    if any(line.amount is None for line in bill.folio):
        notes.append(("amount_unknown", {"field": "amount"}))
        return
    currencies = sorted({line.currency for line in bill.folio if line.currency})
    if len(currencies) > 1:
        notes.append(("several_currencies", {"currencies": ", ".join(currencies)}))
        return
    rooms = {line.line for line in bill.folio if line.kind is FolioKind.ROOM}
    bill.amount = sum((line.amount or Decimal(0) for line in bill.folio), Decimal(0))
    if rooms:
        # What a rebate takes back of a night is no revenue of the room any more.
        bill.room_amount = sum(
            (line.amount or Decimal(0) for line in bill.folio
             if line.line in rooms or line.corrects in rooms), Decimal(0),
        )  # fmt: skip
    bill.currency = currencies[0] if currencies else None
    if charged:
        bill.tax_included = all(i.amount and i.amount.gross_value is not None for i in charged)


def _board(bill: Bill, charged: Sequence[entities.OrderItem], known: Known) -> None:
    """Mews has no board: the connection's settings tell which products are meals (`meals`)."""
    meals = paired(known.settings.values, "meals")
    if not meals:
        return
    eaten: dict[str, str] = {}
    for item in charged:
        product_id = _product_id(item)
        product = known.named("Products", product_id)
        external = product.external_identifier if product else None
        for word in (product_id, known.code(product), external):
            if word and word in meals:
                eaten[meals[word]] = word
    bill.source_board = ", ".join(sorted(eaten.values())) or None
    if "all_inclusive" in eaten:
        bill.board = Board.AI
    elif "breakfast" in eaten:
        bill.board = (Board.BB, Board.HB, Board.FB)[len(eaten) - 1]
    elif not eaten:
        bill.board = Board.RO


def _is_paid(payment: entities.Payment, notes: Notes) -> bool:
    if payment.accounting_state == words.CANCELED or payment.state in words.UNPAID:
        return False
    if payment.state is not None and payment.state not in words.PAID:
        notes.append(("unknown_word", {"field": "payment_state", "word": payment.state}))
        return False
    return True


def _payment_line(payment: entities.Payment, zone: ZoneInfo) -> FolioLine:
    value, currency = _value(payment.amount)
    return FolioLine(
        line=payment.id or "",
        kind=FolioKind.PAYMENT,
        code=payment.type,
        amount=value,
        currency=currency,
        on=_day(payment.consumed_utc, zone),
        posted_at=utc(payment.created_utc),
    )


def _method(bill: Bill, paid: Sequence[entities.Payment], notes: Notes) -> None:
    """How most of the money came."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for payment in paid:
        external = payment.data.external if payment.data else None
        kind = (external.type if external else None) or payment.type
        if kind:
            sums[kind] += abs(_value(payment.amount)[0] or Decimal(0))
    if not sums:
        return
    word = max(sorted(sums), key=lambda kind: sums[kind])
    method = words.PAYMENT.get(word) or words.EXTERNAL_PAYMENT.get(word)
    if method is None:
        notes.append(("unknown_word", {"field": "payment_method", "word": word}))
    bill.payment, bill.source_payment = method or Payment.OTHER, word


def _value(money: entities.Money | None) -> tuple[Decimal | None, str | None]:
    """With tax where it is told, else without."""
    if money is None:
        return None, None
    value = money.gross_value if money.gross_value is not None else money.net_value
    return value, money.currency


def _product_id(item: entities.OrderItem) -> str | None:
    product = item.data.product if item.data else None
    return product.product_id if product else None


def _day(moment: datetime | None, zone: ZoneInfo) -> date | None:
    moment = utc(moment)
    return moment.astimezone(zone).date() if moment else None
