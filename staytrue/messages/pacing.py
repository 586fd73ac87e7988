"""How fast mail leaves to one domain: a large provider turns away who comes too fast. Pure.

Counted in the one process that holds the lease; after its end the count begins anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

PER_MINUTE = 300
"""Messages to one domain where nothing else was set; 0 in an outlet's settings is no limit."""
MINUTE = timedelta(minutes=1)


class Pace:
    """When the next message to a domain may leave."""

    def __init__(self) -> None:
        self._spent: dict[str, datetime] = {}
        self._queue: dict[str, datetime] = {}

    def next(self, address: str, told: Mapping[str, Any], now: datetime) -> datetime:
        """Now, and then the place is taken; or the later instant at which there should be one.

        A minute's worth may leave at once, so that few messages never wait. Who waits gets an
        instant of his own, so that not all come back at the same.
        """
        per_minute = int(told.get("per_minute", PER_MINUTE))
        if per_minute <= 0:
            return now
        domain = address.rpartition("@")[2].lower()
        step = MINUTE / per_minute
        spent = max(self._spent.get(domain, now - MINUTE), now - MINUTE) + step
        if spent <= now:
            self._spent[domain] = spent
            return now
        place = max(self._queue.get(domain, now), spent)
        self._queue[domain] = place + step
        return place
