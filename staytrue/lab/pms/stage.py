"""What simulated PMSs share on the stage of the conformance suite: the house, the clock, the wire.

The suite's side of this is `connectors.contract.simulated`; words are plain text here, because a
simulated PMS knows nothing of the product.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache

from staytrue.hotel.codes import Status
from staytrue.kit.http import Response
from staytrue.lab.bookings import World, build_world
from staytrue.lab.house import hotel_sirga
from staytrue.lab.pms.serving import Application, Request

TODAY = date(2026, 5, 21)
START = datetime(2026, 5, 12, 5, tzinfo=UTC)
ROOMS = 6
SOON = timedelta(hours=2)


class Clock:
    """Virtual time."""

    def __init__(self, now: datetime) -> None:
        self.instant = now

    def __call__(self) -> datetime:
        return self.instant


@cache
def small_world() -> World:
    """A few rooms, three weeks before the day of the tests and six after it."""
    first, last = TODAY - timedelta(days=21), TODAY + timedelta(days=42)
    return build_world(11, hotel_sirga(rooms=ROOMS), first, last, today=TODAY)


def opening(world: World, situations: frozenset[str]) -> datetime:
    """When the house opens: where a no-show is asked for, the evening before the first one."""
    if "no-shows" not in situations:
        return START
    absent = [at for life in world.bookings.values() for at, _, stay in life.versions
              if stay.status is Status.NO_SHOW and at > START]  # fmt: skip
    return min(absent) - timedelta(hours=12)


def absent(world: World, since: datetime, until: datetime) -> set[str]:
    """The numbers of those who did not come in this time."""
    return {
        number
        for number, life in world.bookings.items()
        for at, _, stay in life.versions
        if stay.status is Status.NO_SHOW and since < at <= until
    }


def answered(
    application: Application,
    method: str,
    url: str,
    headers: Mapping[str, str] | None,
    body: bytes,
) -> Response:
    """The reply of a PMS in this process, as it would come over the wire."""
    reply = application(Request.to(method, url, headers, body))
    low = {name.lower(): value for name, value in reply.headers.items()}
    return Response(reply.status, low, b"" if method == "HEAD" else reply.body, 0.0)
