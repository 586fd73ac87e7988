"""Extras and bill of a stay as lines: what was ordered, how much of it, what it cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import ngettext

from staytrue.web import formats, words


@dataclass(frozen=True)
class MoneyLine:
    """An extra or a line of the bill."""

    label: str
    note: str
    amount: str


def money_lines(
    of: Sequence[Mapping[str, Any]], currency: str | None, hidden: Sequence[str]
) -> list[MoneyLine]:
    """Extras and folio lines; what was ordered is no secret, what it cost may be."""
    made = []
    for line in of:
        count = _quantity(line.get("quantity"))
        kind = words.word(words.FOLIO_KIND, line.get("kind"))
        day = formats.day(date.fromisoformat(line["on"])) if line.get("on") else ""
        amount = (
            ""
            if "amount" in hidden
            else formats.money(line.get("amount"), line.get("currency") or currency)
        )
        label = line.get("label") or line.get("code") or kind
        made.append(MoneyLine(str(label), ", ".join(filter(None, [kind, count, day])), amount))
    return made


def _quantity(of: Any) -> str:
    if of is None:
        return ""
    try:
        count = Decimal(str(of))
    except InvalidOperation:
        return str(of)
    whole = int(count)
    if count != whole:
        return formats.number(count)
    return ngettext("%(n)s piece", "%(n)s pieces", whole) % {"n": whole} if whole != 1 else ""
