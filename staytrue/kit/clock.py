"""Where time comes from. The only place that reads the machine's clock.

Edges (web, cli, worker) call `now()` once and pass the instant down; rules and actions take it
as an argument and never ask. Tests and simulations replace the source with `use(...)`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

_source: Callable[[], datetime] = lambda: datetime.now(UTC)  # noqa: E731 - replaced by use()


def now() -> datetime:
    """The present instant, always with zone UTC."""
    return _source()


def monotonic() -> float:
    """Seconds for measuring how long something took; never a date."""
    return time.monotonic()


@contextmanager
def use(source: Callable[[], datetime]) -> Iterator[None]:
    """Take time from `source` inside the block: a frozen or a virtual clock."""
    global _source
    before, _source = _source, source
    try:
        yield
    finally:
        _source = before
