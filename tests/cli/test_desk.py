"""The desk on the command line: decided money as a file for accounting."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from staytrue.desk import opening, paying
from staytrue.desk.opening import NewCase
from staytrue.hotel import scope
from staytrue.hotel.models import Property
from staytrue.staff import audit
from staytrue.staff.access import house_access
from tests.cli.conftest import Cli

NOW = datetime(2026, 5, 21, 12, tzinfo=UTC)


def test_accounting_gets_the_approved_lines_of_a_hotel_as_a_file(
    filled: Cli, tmp_path: Path
) -> None:
    # Another test may have left this process at another home.
    filled("list", "guests", "--json")
    chief = house_access("tests")
    with scope.everything(), audit.acting("tests", NOW):
        hotel = Property.objects.get(code="BIO")
        new = NewCase(property_id=hotel.pk, kind="request", words="Parking")
        case = opening.open_case(chief, new, NOW)
        lines = [
            paying.propose(chief, case.pk, "charge", Decimal(amount), "Two nights", NOW)
            for amount in (30, 12)
        ]
        paying.approve(chief, lines[0].pk, "", NOW)
    file = tmp_path / "accounting.csv"
    told = filled("desk", "accounting", "BIO", str(file), "--json")
    assert told.document == {"lines": 1}
    (row,) = csv.DictReader(file.open(encoding="utf-8"))
    assert (row["line"], row["kind"], row["amount"], row["state"]) == (
        str(lines[0].pk), "charge", "30.00", "approved",
    )  # fmt: skip
