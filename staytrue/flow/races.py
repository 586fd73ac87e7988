"""Transactions that lost a race for a lock are run again: no person has to hear of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from django.db import OperationalError

from staytrue.hotel import scope

T = TypeVar("T")
# Without a pause who lost is back before the winner has woken up, and loses again.
PAUSES = (0.05, 0.2, 0.8)
# Serialization failure, deadlock, lock timeout.
_LOST = ("40001", "40P01", "55P03")


def run(transaction: Callable[[], T]) -> T:
    """One transaction over all properties; it must end the same when it is run again."""
    for pause in PAUSES:
        try:
            with scope.everything():
                return transaction()
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", None) not in _LOST:
                raise
            time.sleep(pause)
    with scope.everything():
        return transaction()
