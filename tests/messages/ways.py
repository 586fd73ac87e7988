"""A hotel with a way out to a mail server, armed in a home of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from staytrue.hotel import scope
from staytrue.hotel.models import Property
from staytrue.messages import leases, outlets
from staytrue.messages.carriers.base import Sender
from staytrue.messages.models import Outlet
from staytrue.staff import audit
from tests import make

WORKER = "tests"
SENDER = Sender("stay@sirga.example", "Hotel Sirga")


@contextmanager
def home(place: Path) -> Iterator[Path]:
    """A home whose token and journal are this test's own."""
    before, settings.HOME = settings.HOME, place
    try:
        yield place
    finally:
        settings.HOME = before


def outlet(house: Property, port: int = 25, now: datetime = make.NOON, **values: Any) -> Outlet:
    """A way out to a mail server on this machine."""
    given = {"host": "127.0.0.1", "port": port, "security": "none", **values}
    with scope.everything(), audit.acting(WORKER, now):
        return outlets.set_up(house, "email", "smtp", given, SENDER)


def armed(house: Property, port: int = 25, now: datetime = make.NOON, **how: Any) -> int:
    """The hotel may send, and this worker holds the lease; answers its fence."""
    outlet(house, port, now)
    outlets.arm(house, "email", by=WORKER, now=now, **how)
    held = leases.take(WORKER, now)
    assert held is not None
    return held.fence
