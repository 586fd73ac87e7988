"""The bulk road: COPY into a stage, then one upsert that refuses older versions.

The only place that writes in bulk. `INSERT … ON CONFLICT` and not `MERGE`: with two writers on one
new key `MERGE` raised where this waits and updates. Keys are ordered, so writers never deadlock;
what is known already is left out by a join first, so that no identity value is burned.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, OperationalError, connection, transaction
from psycopg import errors, sql

LARGE_STAGE_BYTES = 16 << 20
"""From here on a stage is emptied as a whole: each deleted row would have to be vacuumed."""


@dataclass(frozen=True)
class Target:
    """A table with its stage.

    `columns` are staged; `batch` columns are the same for the whole batch and given as values;
    `marks` order versions, oldest first; `content` is the column that tells whether anything
    differs; `tells` are columns of the new row that a further statement reads; `on_update` replaces the plain "take the new value" (`t` old row, `excluded` new one).
    """

    table: str
    stage: str
    key: tuple[str, ...]
    columns: tuple[str, ...]
    batch: tuple[str, ...]
    marks: tuple[str, ...]
    content: str
    tells: tuple[str, ...] = ()
    on_update: Mapping[str, str] = field(default_factory=dict)
    on_insert: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Merged:
    """What one merge did: new ids, (before, after) of rows that differ, rows only re-marked."""

    inserted: list[int]
    updated: list[tuple[dict[str, Any], dict[str, Any]]]
    touched: int = 0


def stage(target: Target, lines: Iterable[str | bytes]) -> None:
    """COPY ready lines (COPY text format: batch, seq, then the columns) into the stage."""
    names = sql.SQL(", ").join(map(sql.Identifier, ("batch", "seq", *target.columns)))
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(target.stage), names)
    with connection.cursor() as cursor, cursor.cursor.copy(statement) as copy:
        for block in lines:
            copy.write(block)


def clear(target: Target, batch: int) -> None:
    """Empty the stage of one batch; as a whole where it is large and nobody else is at it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_relation_size(%s) >= %s", [target.stage, LARGE_STAGE_BYTES])
        (is_large,) = cursor.fetchone()
        if not (is_large and _truncated(target, batch)):
            cursor.execute(f'DELETE FROM "{target.stage}" WHERE batch = %s', [batch])


def _truncated(target: Target, batch: int) -> bool:
    """Whether the stage held no other batch and is empty now.

    Whoever stages rows that nobody sees yet has a lock; it is not waited for.
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f'LOCK TABLE "{target.stage}" IN ACCESS EXCLUSIVE MODE NOWAIT')
            cursor.execute(
                f"""SELECT EXISTS (SELECT FROM "{target.stage}" WHERE batch < %s)
                        OR EXISTS (SELECT FROM "{target.stage}" WHERE batch > %s)""",
                [batch, batch],
            )
            (is_shared,) = cursor.fetchone()
            if is_shared:
                # Lets go of the lock.
                transaction.set_rollback(True)
            else:
                cursor.execute(f'TRUNCATE "{target.stage}"')
    except OperationalError as error:
        if connection.needs_rollback or not isinstance(error.__cause__, errors.LockNotAvailable):
            raise
        return False
    if connection.needs_rollback:
        # Django says nothing where going back to the savepoint fails.
        raise OperationalError("The server was lost while a stage was let go of.")
    return not is_shared


def describe(target: Target) -> None:
    """Tell the planner what is staged; it would take a million rows for one, and merge by loops."""
    # Only what the merge selects and joins by: of all columns it would take seconds.
    names = ", ".join(("batch", "seq", *(key for key in target.key if key in target.columns)))
    with connection.cursor() as cursor:
        cursor.execute(f'ANALYZE "{target.stage}" ({names})')


def _marks(row: str, target: Target) -> str:
    return ", ".join(f"coalesce({row}.{m}, 0)" if m == "version" else f"{row}.{m}"
                     for m in target.marks)  # fmt: skip


def merge_statement(target: Target, also: Sequence[str] = (), *, fresh: bool = False) -> str:
    """The one upsert, as SQL with named parameters `batch`, `first`, `last` and the batch values.

    `fresh` is a plain insert: of a first load no row is known, and to look for one at each row
    and to confirm it costs a sixth of the merge.

    `also` are statements that write from its result `m` (`old_id`, `id` and what the target
    tells): a second reading of the rows would cost as much again.
    """
    told = "".join(f", new.{name}" for name in target.tells)
    further = "".join(f", also_{number} AS ({sql_})" for number, sql_ in enumerate(also))
    key = ", ".join(target.key)
    # What is the same for the whole batch would make the planner sort what is in order already.
    order = ", ".join(name for name in target.key if name in target.columns)
    given = ", ".join(f"%({name})s AS {name}" for name in target.batch)
    staged = ", ".join(f"s.{name}" for name in target.columns)
    every = (*target.batch, *target.columns)
    names = ", ".join((*every, *target.on_insert))
    values = ", ".join((*(f"n.{c}" for c in every), *target.on_insert.values()))
    older = f"(t.{target.content} <> %s.{target.content} OR {_source('t')} <> {_source('%s')})"
    newer = f"({_marks('t', target)}) < ({_marks('%s', target)}) AND {older}"
    sets = ", ".join(
        f"{c} = {target.on_update.get(c, f'excluded.{c}')}"
        for c in (*every, *target.on_insert)
        if c not in target.key and target.on_update.get(c) != "keep"
    )
    joined = " AND ".join(f"t.{c} = d.{c}" for c in target.key)
    if fresh:
        fits, known = "SELECT * FROM d", ""
    else:
        known = f"ON CONFLICT ({key}) DO UPDATE SET {sets} WHERE {newer.replace('%s', 'excluded')}"
        fits = f"""SELECT d.* FROM d LEFT JOIN {target.table} t ON {joined}
   WHERE t.id IS NULL OR ({newer.replace("%s", "d")})"""
    differs = f"old.{target.content} IS DISTINCT FROM new.{target.content}"
    return f"""
WITH d AS (
  SELECT DISTINCT ON ({key}) *
    FROM (SELECT {given}, {staged} FROM {target.stage} s
           WHERE s.batch = %(batch)s AND s.seq >= %(first)s AND s.seq < %(last)s) s
   ORDER BY {key}, coalesce(version, 0) DESC, version_at DESC, line DESC
), n AS (
  {fits}
), m AS (
  INSERT INTO {target.table} AS t ({names})
  SELECT {values} FROM n ORDER BY {order}
  {known}
  RETURNING old.id AS old_id, new.id AS id,
    CASE WHEN old.id IS NOT NULL AND {differs} THEN to_jsonb(old)::text END AS was,
    CASE WHEN old.id IS NOT NULL AND {differs} THEN to_jsonb(new)::text END AS now{told}
){further}
SELECT array_agg(id) FILTER (WHERE old_id IS NULL),
       array_agg(was ORDER BY id) FILTER (WHERE was IS NOT NULL),
       array_agg(now ORDER BY id) FILTER (WHERE was IS NOT NULL),
       count(*) FILTER (WHERE old_id IS NOT NULL AND was IS NULL)
  FROM m"""


def _source(row: str) -> str:
    """The source's own version of a row: what a later read alone does not change."""
    return f"(coalesce({row}.version, 0), {row}.version_at)"


def expect_bulk() -> None:
    """Tune the present transaction for a page of a large batch.

    Sorting stays in memory. Known rows are looked up by their key: to read the whole table beside
    each page seems cheaper to the planner and makes a load grow with the square of its size. Its
    commit need not wait for the disk: what a crash takes away is merged again, because the
    delivery is concluded by a later commit that does wait.
    """
    chosen = {"work_mem": "96MB", "synchronous_commit": "off", "enable_hashjoin": "off",
              "enable_mergejoin": "off"}  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config(name, value, true) FROM unnest(%s::text[], %s::text[]) x(name, value)",
            [list(chosen), list(chosen.values())],
        )


def merge(
    target: Target,
    batch: int,
    first: int,
    last: int,
    given: Mapping[str, Any],
    also: Sequence[str] = (),
    *,
    fresh: bool = False,
) -> Merged:
    """Merge the staged rows with `first <= seq < last`; older and equal versions stay out.

    `fresh` says that none of them is known; one that is all the same is met by the upsert.
    """
    values = {**given, "batch": batch, "first": first, "last": last}
    try:
        with connection.cursor() as cursor, transaction.atomic():
            cursor.execute(merge_statement(target, also, fresh=fresh), values)
            inserted, was, now, touched = cursor.fetchone()
    except IntegrityError as error:
        if not (fresh and isinstance(error.__cause__, errors.UniqueViolation)):
            raise
        return merge(target, batch, first, last, given, also)
    pairs = zip(was or [], now or [], strict=True)
    return Merged(inserted or [], [(parse(a), parse(b)) for a, b in pairs], touched)


def parse(text: str) -> dict[str, Any]:
    """A row as JSON text → dictionary; decimals stay text, so that no cent is lost."""
    row: dict[str, Any] = json.loads(text, parse_float=str)
    return row


@contextmanager
def one_at_a_time(name: str, number: int) -> Iterator[None]:
    """Hold a session lock for a long task of several transactions; waits for its predecessor."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtext(%s), %s)", [name, number])
    with _held(name, number):
        yield


@contextmanager
def if_nobody_else(name: str, number: int) -> Iterator[bool]:
    """The same lock without waiting; False when another holds it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtext(%s), %s)", [name, number])
        (is_mine,) = cursor.fetchone()
    if not is_mine:
        yield False
        return
    with _held(name, number):
        yield True


@contextmanager
def _held(name: str, number: int) -> Iterator[None]:
    """The lock ends with its session, and is another worker's by then: no new session goes on.

    Django opens one at the first statement after a loss, such as one that tidies up.
    """
    session = connection.connection

    def only_here(
        execute: Callable[..., Any], sql_: Any, params: Any, many: Any, context: Any
    ) -> Any:
        if connection.connection is not session:
            raise OperationalError(f"The session that held the lock {name} {number} was lost.")
        return execute(sql_, params, many, context)

    try:
        with connection.execute_wrapper(only_here):
            yield
    finally:
        if connection.connection is session:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtext(%s), %s)", [name, number])
