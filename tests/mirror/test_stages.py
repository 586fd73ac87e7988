"""Stages: emptied as a whole where possible, vacuumed after rows were deleted, idle while filled."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from staytrue.kit import merge
from staytrue.mirror import actions

PROFILE = actions.TARGETS["profile"]


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any stage counts as large."""
    monkeypatch.setattr(merge, "LARGE_STAGE_BYTES", 0)


@pytest.fixture
def other(transactional_db: None) -> Iterator[BaseDatabaseWrapper]:
    """Somebody else at the same database."""
    found = connection.copy()
    try:
        yield found
    finally:
        found.close()


def stage(*batches: int, at: BaseDatabaseWrapper = connection) -> None:
    """A row in the stage of profiles for each."""
    with at.cursor() as cursor:
        for batch in batches:
            cursor.execute("INSERT INTO stage_profile (batch, seq) VALUES (%s, 1)", [batch])


def staged() -> tuple[list[int], int]:
    """The batches with rows in the stage of profiles, and its size on the disk."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT array(SELECT batch FROM stage_profile ORDER BY 1),"
            " pg_relation_size('stage_profile')"
        )
        batches, size = cursor.fetchone()
    return batches, size


@pytest.mark.django_db
@pytest.mark.parametrize("table", ["stage_profile", "stage_reservation"])
def test_only_deleted_rows_call_the_vacuum(table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT reloptions FROM pg_class WHERE oid = %s::regclass", [table])
        (options,) = cursor.fetchone()
    said = dict(option.split("=") for option in options)
    assert said == {
        "autovacuum_vacuum_threshold": "10000",
        "autovacuum_vacuum_scale_factor": "0",
        "autovacuum_vacuum_insert_threshold": "-1",
        "autovacuum_analyze_threshold": "2147483647",
    }


@pytest.mark.django_db
@pytest.mark.usefixtures("large")
def test_a_large_stage_leaves_nothing_to_be_vacuumed() -> None:
    stage(7, 7, 7)
    merge.clear(PROFILE, 7)
    assert staged() == ([], 0)


@pytest.mark.django_db
@pytest.mark.usefixtures("large")
@pytest.mark.parametrize("neighbour", [-3, 6, 8])
def test_rows_of_another_batch_stay(neighbour: int) -> None:
    stage(7, neighbour, 7)
    merge.clear(PROFILE, 7)
    assert staged()[0] == [neighbour]


@pytest.mark.usefixtures("large")
def test_who_stages_at_the_same_time_is_not_waited_for(other: BaseDatabaseWrapper) -> None:
    stage(7)
    other.set_autocommit(False)
    stage(8, at=other)
    merge.clear(PROFILE, 7)
    other.commit()
    assert staged()[0] == [8]
    merge.clear(PROFILE, 8)


@pytest.mark.django_db
def test_a_small_stage_is_cleared_row_by_row(monkeypatch: pytest.MonkeyPatch) -> None:
    # What tests before this one rolled back still stands in the file.
    monkeypatch.setattr(merge, "LARGE_STAGE_BYTES", 2**40)
    stage(7)
    merge.clear(PROFILE, 7)
    batches, size = staged()
    assert batches == []
    assert size > 0


@pytest.mark.django_db
@pytest.mark.usefixtures("large")
def test_a_server_lost_while_the_lock_is_let_go_of_is_told_as_such() -> None:
    stage(7, 8)

    def lose(execute: Any, sql: str, params: Any, many: Any, context: Any) -> Any:
        if sql.startswith("ROLLBACK TO"):
            raise OperationalError("the connection is lost")
        return execute(sql, params, many, context)

    with (
        pytest.raises(OperationalError, match="lost"),
        transaction.atomic(),
        connection.execute_wrapper(lose),
    ):
        merge.clear(PROFILE, 7)
