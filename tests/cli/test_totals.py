"""Nights and revenue, as the command line tells them."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

import pytest

from tests.cli.conftest import Cli


@pytest.mark.parametrize("by", ["year", "month", "status"])
def test_totals_are_the_sum_of_the_list(filled: Cli, by: str) -> None:
    report: dict[str, tuple[int, int, Decimal]] = defaultdict(lambda: (0, 0, Decimal(0)))
    for stay in filled("list", "reservations", "--json").document:
        period = (
            stay["status"] if by == "status" else stay["arrival_on"][: 4 if by == "year" else 7]
        )
        bookings, nights, amount = report[period]
        added = amount + Decimal(stay["amount"] or 0)
        report[period] = bookings + 1, nights + stay["nights"], added
    found = {
        total["period"]: (total["bookings"], total["nights"], Decimal(total["amount"]))
        for total in filled("totals", "--by", by, "--json").document
    }
    assert found == dict(report)


def test_totals_of_one_status_are_a_table_for_people(filled: Cli) -> None:
    ran = filled("totals", "--property", "BIO", "--status", "cancelled")
    titles, *lines = ran.out.splitlines()
    assert titles.split()[:4] == ["property", "period", "currency", "bookings"]
    assert all(line.startswith("BIO") for line in lines)
    assert filled("totals", "--by", "moon").code == 2
