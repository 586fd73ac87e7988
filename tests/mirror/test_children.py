"""What the mirror keeps of a child."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from staytrue.hotel.records import Email, Phone
from staytrue.mirror import children
from tests import make

DAY = date(2026, 5, 21)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"birth_date": "2010-05-21"}, False),
        ({"birth_date": "2010-05-22"}, True),
        ({"birth_date": "1980-05-22"}, False),
        ({"birth_date": "--05-22"}, False),
        ({}, False),
        ({"custom": {"is_child": True}}, True),
        ({"custom": {"is_child": False}, "birth_date": "1980-01-01"}, False),
    ],
)
def test_a_child_is_younger_than_sixteen_or_said_to_be_one(
    facts: dict[str, Any], *, expected: bool
) -> None:
    assert children.is_child(make.profile(**facts), DAY) is expected


def test_of_a_child_only_name_and_birth_year_stay() -> None:
    child = make.profile(
        birth_date="2018-03-04",
        emails=[Email("a@example.org")],
        phones=[Phone("1")],
        notes="allergic",
        custom={"school": "x"},
    )
    kept = children.minimised(child)
    expected = make.profile(custom={"is_child": True, "birth_year": 2018})
    assert kept == expected
    assert children.is_child(kept, date(2050, 1, 1))
    assert children.minimised(kept) == kept
