"""Transactions that lost a race for a lock are run again: no person has to hear of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.db import OperationalError

from staytrue.hotel import scope

T = TypeVar("T")
TRIES = 4
# Serialization failure, deadlock, lock timeout. The other side of the race has won by then, so
# the next try waits for it like anybody else and needs no pause.
_LOST = ("40001", "40P01", "55P03")


def run(transaction: Callable[[], T]) -> T:
    """One transaction over all properties; it must end the same when it is run again."""
    for _ in range(TRIES - 1):
        try:
            with scope.everything():
                return transaction()
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", None) not in _LOST:
                raise
    with scope.everything():
        return transaction()
