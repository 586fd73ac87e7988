"""Lines of money: who decides them, and which of them the folio of the mirror shows. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import msgspec

from staytrue.desk.kinds import LineState, Money
from staytrue.hotel.codes import FolioKind
from staytrue.kit.errors import Refused

COMPENSATIONS = frozenset({Money.REFUND, Money.COST})
"""What a case pays for: it leaves its normal way."""
_AS: Mapping[Money, frozenset[FolioKind]] = MappingProxyType(
    {
        Money.CHARGE: frozenset({FolioKind.ROOM, FolioKind.EXTRA, FolioKind.TAX,
                                 FolioKind.CORRECTION}),
        Money.REFUND: frozenset({FolioKind.CORRECTION, FolioKind.EXTRA, FolioKind.ROOM}),
        Money.DEPOSIT: frozenset({FolioKind.PAYMENT}),
        Money.COST: frozenset(),
    }
)  # fmt: skip
"""As which lines of a folio each may show; what a hotel pays itself shows on none."""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A line of money of a case. `known` are the folio's lines when it was proposed."""

    id: int
    kind: Money
    amount: Decimal
    currency: str
    state: LineState
    folio_line: str = ""
    known: tuple[str, ...] = ()


def checked_amount(amount: Decimal) -> Decimal:
    """An amount of money, more than nothing, to the cent."""
    if not amount.is_finite() or not 0 < amount < 10**9 or round(amount, 2) != amount:
        raise Refused("Write an amount like 80.00.", "amount_unreadable")
    return amount


def is_over(amount: Decimal, limit: Decimal) -> bool:
    """Whether so much takes a second pair of eyes."""
    return amount > limit


def shown(lines: Sequence[Line], folio: Iterable[Mapping[str, Any]]) -> dict[int, str]:
    """Each line the folio shows, with the folio's line; none of them proves two.

    A line shown before keeps its proof as long as it stands; what stood there when it was proposed
    is no proof of it.
    """
    there = {str(each["line"]): each for each in folio}
    found = {
        each.id: each.folio_line for each in lines
        if each.folio_line in there and _is(each, there[each.folio_line])
    }  # fmt: skip
    taken = set(found.values())
    for each in sorted(lines, key=lambda line: line.id):
        if each.id in found:
            continue
        for name, posted in there.items():
            if name not in taken and name not in each.known and _is(each, posted):
                found[each.id] = name
                taken.add(name)
                break
    return found


def unapproved(
    folio: Iterable[Mapping[str, Any]], known: Collection[str], shown_lines: Collection[str]
) -> list[str]:
    """Lines by which money went back to a guest that no case knows."""
    return [
        str(each["line"]) for each in folio
        if each["kind"] == FolioKind.CORRECTION and Decimal(each.get("amount") or 0) < 0
        and str(each["line"]) not in known and str(each["line"]) not in shown_lines
    ]  # fmt: skip


def _is(line: Line, posted: Mapping[str, Any]) -> bool:
    amount = Decimal(posted.get("amount") or 0)
    if (posted.get("currency") or line.currency) != line.currency:
        return False
    if posted["kind"] not in _AS[line.kind] or abs(amount) != line.amount:
        return False
    # PMSs sign payments either way: a deposit is any, and no payment is proof of a refund.
    if posted["kind"] == FolioKind.PAYMENT:
        return True
    return amount < 0 if line.kind == Money.REFUND else amount > 0
