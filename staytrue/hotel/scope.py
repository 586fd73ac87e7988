"""Which properties the present transaction may touch: the setting behind `hotel/rls.py`.

Always transaction-local, so a pooled connection can never carry it to the next request.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from staytrue.hotel.rls import SETTING

EVERYTHING = "*"


@contextmanager
def everything() -> Iterator[None]:
    """All properties: for the worker and the command line."""
    with setting(SETTING, EVERYTHING):
        yield


@contextmanager
def properties(ids: Iterable[int]) -> Iterator[None]:
    """Only these properties; none at all when `ids` is empty."""
    with setting(SETTING, scope_of(ids)):
        yield


def scope_of(ids: Iterable[int]) -> str:
    """The setting's text for these properties."""
    return ",".join(str(int(id_)) for id_ in sorted(ids))


@contextmanager
def setting(name: str, value: str) -> Iterator[None]:
    """Run a block in a transaction with `name` set to `value`; an outer value returns after it."""
    is_outermost = not connection.in_atomic_block
    with transaction.atomic():
        before = None if is_outermost else current(name)
        if before != value:
            assign(name, value)
        yield
        # The end of a transaction restores an outer value by itself, and so does a rollback; a
        # released savepoint does not.
        if before not in {None, value} and not connection.needs_rollback:
            assign(name, before)


def assign(name: str, value: str) -> None:
    """Set a value until the end of the present transaction."""
    if not connection.in_atomic_block:
        # Without a transaction the setting would end with its own statement, silently.
        raise transaction.TransactionManagementError(f"{name} can only be set in a transaction.")
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, true)", [name, value])


def current(name: str) -> str:
    """The value as set in the present transaction, or the empty string."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(current_setting(%s, true), '')", [name])
        return str(cursor.fetchone()[0])
