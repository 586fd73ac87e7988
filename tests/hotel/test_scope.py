"""The second net: what the database itself shows to the app's role."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError, ProgrammingError

from staytrue.hotel import rls, scope
from staytrue.staff.actions import NewAsk, open_asks
from staytrue.staff.models import Ask
from tests.staff import people

pytestmark = pytest.mark.django_db


@pytest.fixture
def asks() -> tuple[int, int]:
    """One ask at each of two hotels, and one of the group."""
    here, there = people.property_().pk, people.property_().pk
    with scope.everything():
        open_asks(
            [
                NewAsk("a", "stale", "front_desk", here),
                NewAsk("b", "stale", "front_desk", there),
                NewAsk("c", "stale", "front_desk"),
            ],
            people.NOW,
        )
    return here, there


def keys() -> str:
    return "".join(Ask.objects.order_by("key").values_list("key", flat=True))


def test_nothing_of_a_property_is_visible_without_a_scope(asks: tuple[int, int]) -> None:
    assert keys() == "c"


def test_a_scope_shows_its_properties_and_what_belongs_to_none(asks: tuple[int, int]) -> None:
    with scope.properties([asks[0]]):
        assert keys() == "ac"
    with scope.properties(asks):
        assert keys() == "abc"
    with scope.properties([]):
        assert keys() == "c"


def test_everything_shows_everything_and_never_casts_the_star(asks: tuple[int, int]) -> None:
    with scope.everything():
        assert keys() == "abc"


def test_an_inner_scope_ends_with_its_block(asks: tuple[int, int]) -> None:
    with scope.properties([asks[0]]):
        with scope.everything():
            assert keys() == "abc"
        assert keys() == "ac"
    assert keys() == "c"


def test_an_inner_scope_ends_with_an_error_too(asks: tuple[int, int]) -> None:
    with scope.properties([asks[0]]):
        with pytest.raises(DatabaseError), scope.everything(), connection.cursor() as cursor:
            cursor.execute("SELECT 1/0")
        assert keys() == "ac"


def test_a_row_of_another_property_cannot_be_written(asks: tuple[int, int]) -> None:
    with pytest.raises(ProgrammingError, match="row-level security"), scope.properties([asks[0]]):
        open_asks([NewAsk("d", "stale", "front_desk", asks[1])], people.NOW)


def test_a_row_of_another_property_cannot_be_changed_or_removed(asks: tuple[int, int]) -> None:
    with scope.properties([asks[0]]):
        assert Ask.objects.filter(key="b").update(link="/x") == 0
        assert Ask.objects.filter(key="b").delete()[0] == 0
    with scope.everything():
        assert keys() == "abc"


def test_the_setting_is_read_once_per_statement(asks: tuple[int, int]) -> None:
    with scope.everything(), connection.cursor() as cursor:
        cursor.execute("EXPLAIN SELECT * FROM ask")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert plan.count("InitPlan") >= 2
    assert "SubPlan" not in plan


def test_every_policy_reads_the_one_setting() -> None:
    assert rls.allowed().count(f"'{rls.SETTING}'") == 2


@pytest.mark.django_db(transaction=True)
def test_a_connection_reused_after_an_error_carries_no_scope() -> None:
    here = people.property_().pk
    with scope.everything():
        open_asks([NewAsk("a", "stale", "front_desk", here)], people.NOW)
    before = backend()
    with pytest.raises(DatabaseError), scope.everything(), connection.cursor() as cursor:
        cursor.execute("SELECT 1/0")
    assert backend() == before
    assert scope.current(rls.SETTING) == ""
    assert keys() == ""


@pytest.mark.django_db(transaction=True)
def test_a_scope_without_a_transaction_is_refused() -> None:
    with pytest.raises(transaction.TransactionManagementError):
        scope.assign(rls.SETTING, scope.EVERYTHING)


def backend() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])
