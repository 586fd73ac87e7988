"""Bookings day by day: each day one whole file, imported at once."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from staytrue.changes.models import Change
from staytrue.hotel import scope
from staytrue.hotel.codes import GuestRole
from staytrue.hotel.records import GuestOnBooking, Reservation
from staytrue.inbox.models import Connection
from staytrue.mirror import hashing
from staytrue.mirror.models import Reservation as Row
from tests import make

MORNING = datetime(2026, 5, 21, 1, 10, tzinfo=make.UTC)
DAY = timedelta(days=1)


def stay(n: int = 1, **facts: Any) -> Reservation:
    given = {
        "number": str(30_000 + n),
        "guests": [GuestOnBooking(GuestRole.PRIMARY, f"G{n}")],
        "created_at": MORNING - timedelta(days=30),
        "modified_at": MORNING - timedelta(days=3),
    } | facts
    return make.reservation(**given)


def rows() -> dict[str, Row]:
    with scope.everything():
        return {row.number: row for row in Row.objects.all()}


def log_of(number: str) -> list[Change]:
    row = rows()[number]
    with scope.everything():
        return list(Change.objects.filter(object="reservation", object_id=row.id).order_by("no"))


def state_hash() -> str:
    with scope.everything():
        return hashing.state_hash().hash


class Feed:
    """Daily files of one hotel, each written whole and imported at once."""

    def __init__(self, link: Connection, folder: Path) -> None:
        self.link, self.folder = link, folder

    def day(self, n: int, *stays: Reservation, **how: Any) -> make.Outcome:
        made_at = MORNING + n * DAY
        path = make.stays_file(self.folder, made_at, *stays)
        return make.take(self.link, path, made_at + timedelta(minutes=2), **how)
