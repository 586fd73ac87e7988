"""What the money of cases adds up to: by kind and state, what presses, and what the hotel loses. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

import msgspec

from staytrue.desk.kinds import LineState, Money

PRESSURE, LEAK, MISSED, WRONG = "pressure", "leak", "missed", "wrong_refund"


class Paid(msgspec.Struct, frozen=True, kw_only=True):
    """A line of money as the figures need it; `is_over` where its guest has left."""

    id: int
    case: int
    kind: str
    state: str
    amount: Decimal
    currency: str
    is_over: bool = False


class Wrong(msgspec.Struct, frozen=True, kw_only=True):
    """Money a folio gave back that no line agreed to, with the case it belongs to."""

    case: int
    folio_line: str
    amount: Decimal
    currency: str


class Total(msgspec.Struct, frozen=True):
    """A sum in one currency, with the lines (of cases, or of folios) and the cases that make it."""

    name: str
    currency: str
    amount: Decimal
    lines: tuple[int | str, ...]
    cases: tuple[int, ...]


def money(lines: Iterable[Paid], wrong: Iterable[Wrong] = ()) -> list[Total]:
    """Sums by kind and state; besides pressure, missed charges, wrong refunds, and the whole leak.

    Pressure is agreed and not on the folio yet. A leak is what the hotel bears: costs it agreed to,
    charges nobody made or that were missing when the guest left, and money given back wrongly.
    """
    found: dict[tuple[str, str], list[tuple[int | str, int, Decimal]]] = defaultdict(list)
    for line in lines:
        for name in (f"{line.kind}.{line.state}", *_meanings(line)):
            found[name, line.currency].append((line.id, line.case, line.amount))
    for each in wrong:
        for name in (WRONG, LEAK):
            found[name, each.currency].append((each.folio_line, each.case, each.amount))
    return [
        Total(
            name,
            currency,
            sum((amount for _line, _case, amount in same), Decimal(0)),
            tuple(sorted((line for line, _case, _amount in same), key=str)),
            tuple(sorted({case for _line, case, _amount in same})),
        )
        for (name, currency), same in sorted(found.items())
    ]


def _meanings(line: Paid) -> tuple[str, ...]:
    if (line.kind, line.state) == (Money.CHARGE, LineState.REFUSED):
        return (LEAK,)
    if line.state != LineState.APPROVED:
        return ()
    if line.kind == Money.COST:
        return (LEAK,)
    # Who has left pays no more: it is not late, it is lost.
    if line.kind == Money.CHARGE and line.is_over:
        return (MISSED, LEAK)
    return (PRESSURE,)
