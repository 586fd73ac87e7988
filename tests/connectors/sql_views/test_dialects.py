"""What is asked of SQL Server and Oracle is SQL of theirs, by a parser: neither server is at hand.

Syntax only: that the servers know these catalogue views and answer as meant is not proven here.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
import sqlglot
from hypothesis import given
from hypothesis import strategies as st
from sqlglot import exp

from staytrue.connectors.sql_views import oracle, sqlserver
from staytrue.connectors.sql_views.database import Query, Value, View, Where
from staytrue.connectors.sql_views.mapping import parsed, shipped
from staytrue.connectors.sql_views.polling import digest_of, parcel
from staytrue.connectors.sql_views.translate import opened
from tests.connectors.sql_views.test_engines import SETTINGS

WRITING = (exp.Insert, exp.Update, exp.Delete, exp.Create, exp.Drop, exp.Alter, exp.Command,
           exp.Merge, exp.TruncateTable)  # fmt: skip
FIXED = [
    ("tsql", sqlserver._COLUMNS),
    ("tsql", sqlserver._ROLES),
    ("tsql", sqlserver._GRANTS),
    ("oracle", oracle._COLUMNS),
    ("oracle", oracle._POWERS),
    ("oracle", oracle._GRANTS),
]
VALUES: st.SearchStrategy[Value] = (
    st.text(max_size=20) | st.integers() | st.dates() | st.datetimes()
)
ALL = [
    *((View("staytrue", "stays"), columns) for columns in (("id",), ("id", "Order", "select"))),
    *((view.view, view.columns) for name in shipped() for view in parsed(name).values()),
]


WRITTEN = {
    "tsql": lambda query: query.sql(sqlserver.quoted, sqlserver.marker),
    "oracle": lambda query: query.sql(oracle.quoted, oracle.marker),
}


def readable(statement: str) -> str:
    """The statement with names where the drivers have marks of their own, for the parser."""
    return re.sub(r":(\d+)", r":v\1", statement.replace("%s", "@v"))


@pytest.mark.parametrize(("dialect", "statement"), FIXED)
def test_our_own_questions_parse_and_only_ask(dialect: str, statement: str) -> None:
    (tree,) = sqlglot.parse(readable(statement), dialect=dialect)
    assert tree is not None
    assert not list(tree.find_all(*WRITING))


@pytest.mark.parametrize("dialect", sorted(WRITTEN))
@given(
    which=st.sampled_from(ALL),
    conditions=st.lists(
        st.tuples(st.sampled_from(["=", "<=", ">="]), VALUES)
        | st.tuples(st.just("IN"), st.lists(VALUES, min_size=1, max_size=4).map(tuple)),
        max_size=4,
    ),
)
def test_what_is_generated_parses_to_one_select_of_marks_and_no_values(
    dialect: str, which: tuple[View, tuple[str, ...]], conditions: list[Any]
) -> None:
    view, columns = which
    where: tuple[Where, ...] = tuple(
        (columns[0], operator, value) for operator, value in conditions
    )
    query = Query(view, columns, where, columns[:1])
    text = readable(WRITTEN[dialect](query))
    (tree,) = sqlglot.parse(text, dialect=dialect)
    assert isinstance(tree, exp.Select)
    assert not list(tree.find_all(*WRITING, exp.Literal))
    marks = list(tree.find_all(exp.Parameter, exp.Placeholder))
    assert len(marks) == len(query.parameters)
    (table,) = tree.find_all(exp.Table)
    assert (table.db.lower(), table.name.lower()) == (view.schema.lower(), view.name.lower())
    found = [column.name.lower() for column in tree.expressions]
    assert found == [name.lower() for name in columns]


def test_values_are_given_beside_the_statement_in_their_order() -> None:
    where: tuple[Where, ...] = (("a", "=", "x"), ("b", "IN", ("1", "2")), ("c", ">=", 3))
    query = Query(View("s", "v"), ("a",), where)
    assert query.sql(oracle.quoted, oracle.marker) == (
        'SELECT "A" FROM "S"."V" WHERE "A" = :1 AND "B" IN (:2, :3) AND "C" >= :4'
    )
    assert query.parameters == ["x", "1", "2", 3]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (Decimal("119.90"), "119.90"),
        (Decimal("1E+3"), "1000"),
        (119.9, "119.9"),
        (1e22, "10000000000000000000000"),
        (True, True),
        (7, 7),
        (1 << 70, str(1 << 70)),
        (date(2026, 5, 4), "2026-05-04"),
        (datetime.fromisoformat("2026-05-04T10:30"), "2026-05-04T10:30:00"),
        (datetime(2026, 5, 4, 10, tzinfo=UTC), "2026-05-04T10:00:00+00:00"),
        (time(14, 30), "14:30:00"),
        (timedelta(hours=14), "14:00:00"),
        (UUID(int=7), "00000000-0000-0000-0000-000000000007"),
        (None, None),
    ],
)
def test_a_drivers_value_is_kept_exactly_and_the_same_at_every_read(given: Any, kept: Any) -> None:
    view = parsed("plain")["reservation"]
    (row,) = opened(parcel(view, [{"number": given}], SETTINGS).body).rows
    assert row == {"number": kept}
    assert digest_of([{"number": given}]) == digest_of([{"number": given}])
