"""SQL is made of allowed names and parameters only, whatever a mapping or a guest says (attack 42)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from staytrue.connectors.sql_views.database import Query, View, column_named, view_named
from staytrue.connectors.sql_views.mapping import parsed, shipped
from staytrue.kit.errors import Misconfigured, StaytrueError

MAPPING = """
[reservation]
view = "staytrue.bookings"
[reservation.fields]
number = "id"
status = ["state", "sub_state"]
arrival_on = "arrives"
departure_on = "leaves"
"""


def double(name: str) -> str:
    """Names in double quotes, as most databases want them."""
    return f'"{name}"'


def question(_number: int) -> str:
    """A question mark for each value."""
    return "?"


def test_a_query_is_names_and_marks() -> None:
    query = Query(
        View("staytrue", "bookings"), ("id", "leaves"), (("leaves", ">=", "x' OR 1=1"),), ("id",)
    )
    assert query.sql(double, question) == (
        'SELECT "id", "leaves" FROM "staytrue"."bookings" WHERE "leaves" >= ? ORDER BY "id"'
    )
    assert query.parameters == ["x' OR 1=1"]


@pytest.mark.parametrize(
    "name",
    ["", "a b", 'a"b', "a;b", "a--", "a.b.c", "*", "1a", "a]", "a`", "ä", "a\n", "a\x00", "(SELECT 1)",
     "a" * 129],
)  # fmt: skip
def test_a_name_that_is_more_than_a_name_is_refused(name: str) -> None:
    with pytest.raises(Misconfigured):
        column_named(name)
    with pytest.raises(Misconfigured):
        view_named(f"staytrue.{name}")
    with pytest.raises(Misconfigured):
        Query(View("staytrue", name), ("id",)).sql(double, question)
    with pytest.raises(Misconfigured):
        Query(View("staytrue", "bookings"), (name,)).sql(double, question)
    with pytest.raises(Misconfigured):
        Query(View("staytrue", "bookings"), ("id",), order_by=(name,)).sql(double, question)


def test_an_operator_is_one_of_three() -> None:
    query = Query(View("a", "b"), ("id",), (("id", "= 1 OR 1 =", 1),))
    with pytest.raises(ValueError, match="OR"):
        query.sql(double, question)


@given(st.text(), st.text())
def test_no_text_ever_leaves_its_quotes(column: str, view: str) -> None:
    try:
        statement = Query(View("s", view), (column,)).sql(double, question)
    except StaytrueError:
        return
    assert statement == f'SELECT "{column}" FROM "s"."{view}"'
    assert '"' not in column + view


@pytest.mark.parametrize("name", shipped())
def test_the_mappings_that_come_with_us_are_whole(name: str) -> None:
    views = parsed(name)
    assert list(views) == ["profile", "reservation"]
    assert all(view.key for view in views.values())


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('"sub_state"', '"sub state"', "sub state"),
        ('number = "id"', "", "number"),
        ('number = "id"', 'numbr = "id"', "numbr"),
        ('view = "staytrue.bookings"', 'view = "bookings"', "schema.name"),
        ('view = "staytrue.bookings"', "", "view"),
        ("[reservation]\n", "[reservation]\nwhere = '1=1'\n", "where"),
        ("[reservation]", "[folio]", "[folio]"),
        ("[reservation]\n", "[reservation]\nnull = 0\n", "null"),
        ("[reservation]\n", '[reservation]\nguests = { owner = "a" }\n', "owner"),
        ("[reservation]\n", '[reservation]\nvalues.status = { a = "gone" }\n', "gone"),
        ("[reservation]\n", '[reservation]\nvalues.amount = { a = "b" }\n', "amount"),
        ("[reservation]\n", "[reservation\n", "TOML"),
        ('"id"', "[]", "column"),
    ],
)
def test_a_mapping_with_a_fault_says_which(before: str, after: str, said: str) -> None:
    text = MAPPING.replace(before, after, 1)
    assert text != MAPPING
    with pytest.raises(Misconfigured) as refusal:
        parsed(text)
    assert said in refusal.value.sentence


def test_an_unknown_mapping_lists_the_known_ones() -> None:
    with pytest.raises(Misconfigured, match="plain, protel"):
        parsed("opera")


def test_only_columns_of_the_mapping_are_read_and_each_once() -> None:
    view = parsed("protel")["reservation"]
    assert len(set(view.columns)) == len(view.columns)
    assert {"buchstatus", "resstatus", "mpehotel", "kundennr"} <= set(view.columns)
