"""Statements asked often: planned once, with arrays as PostgreSQL writes them."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from staytrue.hotel import scope
from staytrue.kit.asking import ask, ask_all

pytestmark = pytest.mark.django_db

TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=9)


@given(st.lists(st.none() | TEXTS, max_size=5))
def test_texts_arrive_as_they_were_sent(texts: list[str | None]) -> None:
    assert ask("SELECT * FROM unnest(%s::text[])", [texts]) == [(text,) for text in texts]


@pytest.mark.parametrize("count", [3, 2_000])
def test_few_and_many_numbers_are_answered_alike(count: int) -> None:
    numbers = list(range(-1, count))
    rows = ask("SELECT x FROM unnest(%(these)s::bigint[]) x", {"these": numbers})
    assert rows == [(number,) for number in numbers]


def test_a_statement_is_planned_once_per_session_whatever_the_size_of_its_numbers() -> None:
    for number in (1, 1 << 20, 1 << 40):
        ask("SELECT 'planned once' FROM unnest(%s::bigint[])", [[number]])
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%planned once%'"
        )
        assert cursor.fetchone() == (1,)


def test_an_error_is_one_of_djangos() -> None:
    with scope.everything(), pytest.raises(IntegrityError), transaction.atomic():
        ask("INSERT INTO matching_setting SELECT * FROM matching_setting")


def test_what_is_asked_of_whole_tables_hashes_and_leaves_the_session_as_it_was() -> None:
    with scope.everything():
        plan = ask_all("EXPLAIN SELECT FROM profile p JOIN reservation r ON r.id = p.id")
        [(after,)] = ask("SELECT current_setting('enable_nestloop')")
    assert not any("Nested Loop" in line for (line,) in plan)
    assert after == "on"
