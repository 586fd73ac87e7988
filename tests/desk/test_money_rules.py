"""Money is posted when the folio of the mirror shows it, and by nothing else."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from staytrue.desk.kinds import LineState, Money
from staytrue.desk.money_rules import Line, checked_amount, is_over, shown, unapproved
from staytrue.kit.errors import Refused


def line(kind: str = "refund", amount: str = "80", **facts: Any) -> Line:
    return Line(**{"id": 1, "kind": Money(kind), "amount": Decimal(amount), "currency": "EUR",
                   "state": LineState.APPROVED, **facts})  # fmt: skip


def posted(name: str, kind: str, amount: str, currency: str | None = "EUR") -> dict[str, Any]:
    return {"line": name, "kind": kind, "amount": amount, "currency": currency}


@pytest.mark.parametrize(
    ("wanted", "on_folio", "is_shown"),
    [
        (line(), posted("7", "correction", "-80.00"), True),
        (line(), posted("7", "correction", "-80.00", None), True),
        (line(), posted("7", "correction", "80.00"), False),
        (line(), posted("7", "correction", "-79.99"), False),
        (line(), posted("7", "correction", "-80.00", "USD"), False),
        # The guest paid as much as he was to get back: that proves nothing.
        (line(), posted("7", "payment", "-80.00"), False),
        (line("charge"), posted("7", "extra", "80.00"), True),
        (line("charge"), posted("7", "extra", "-80.00"), False),
        (line("deposit"), posted("7", "payment", "-80.00"), True),
        (line("cost"), posted("7", "extra", "80.00"), False),
        (line(known=("7",)), posted("7", "correction", "-80.00"), False),
    ],
)
def test_only_the_folio_makes_it_posted(
    wanted: Line,
    on_folio: dict[str, Any],
    is_shown: bool,  # noqa: FBT001 - a table
) -> None:
    assert bool(shown([wanted], [on_folio])) is is_shown


def test_one_line_of_the_folio_never_proves_two() -> None:
    lines = [line(id=1), line(id=2)]
    assert shown(lines, [posted("7", "correction", "-80")]) == {1: "7"}
    both = [posted("8", "correction", "-80"), posted("7", "correction", "-80")]
    kept = [line(id=1, folio_line="7"), line(id=2)]
    assert shown(kept, both) == {1: "7", 2: "8"}


def test_what_left_the_folio_is_posted_no_more() -> None:
    assert shown([line(folio_line="7")], []) == {}


def test_money_nobody_approved_is_found() -> None:
    folio = [posted("1", "correction", "-5"), posted("2", "correction", "-80"),
             posted("3", "correction", "9"), posted("4", "room", "-3")]  # fmt: skip
    assert unapproved(folio, {"1"}, set()) == ["2"]
    assert unapproved(folio, set(), {"2"}) == ["1"]


@pytest.mark.parametrize("amount", ["0", "-1", "NaN", "1.005", "1e12"])
def test_only_amounts_are_amounts(amount: str) -> None:
    with pytest.raises(Refused):
        checked_amount(Decimal(amount))


def test_the_limit_itself_is_not_over_it() -> None:
    assert not is_over(Decimal(50), Decimal(50))
    assert is_over(Decimal("50.01"), Decimal(50))
