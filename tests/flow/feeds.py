"""Daily files of one hotel for tests, written whole and imported at once."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import connection

from staytrue.hotel import scope
from staytrue.hotel.records import Reservation
from staytrue.inbox.models import Connection
from staytrue.mirror.models import Reservation as Row
from tests import make

MORNING = datetime(2026, 5, 21, 1, 10, tzinfo=make.UTC)
DAY = timedelta(days=1)


class StayFeed:
    """One file a day, each with all its bookings."""

    def __init__(self, link: Connection, folder: Path) -> None:
        self.link, self.folder, self.days = link, folder, 0

    def take(
        self, *stays: Reservation, mapping: str = "staytrue_stays", **how: Any
    ) -> make.Outcome:
        """Write the next day's file and import it."""
        made_at = MORNING + self.days * DAY
        self.days += 1
        zone = self.link.property.timezone
        path = make.stays_file(self.folder, made_at, *stays, zone=zone)
        return make.take(self.link, path, made_at, mapping, **how)


def stay(n: int = 1, **facts: Any) -> Reservation:
    """A booking of its own number, made a month ago."""
    given = {"number": str(30_000 + n), "created_at": MORNING - 30 * DAY}
    return make.reservation(**(given | facts))


def rows() -> list[Row]:
    """Every booking of the mirror, by hotel and number."""
    with scope.everything():
        return list(Row.objects.order_by("property__code", "number", "epoch"))


def count(condition: str) -> int:
    """How many bookings meet a condition in SQL."""
    with scope.everything(), connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM reservation WHERE {condition}")
        return int(cursor.fetchone()[0])
