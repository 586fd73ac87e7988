"""The intake bench's other half: from a change at the PMS until its row stands in the change log.

A simulated Mews on this machine is changed a hundred times a second and calls the product's own
server each time; the product's own worker reads what each call hints at. Every change is waited for.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from django.db import connection

from staytrue.cli.bench_import import Size
from staytrue.cli.bench_intake import serving
from staytrue.cli.callers import Ran, call
from staytrue.cli.frame import ACTOR
from staytrue.cli.measuring import Measure, fresh_home
from staytrue.flow import connecting, living
from staytrue.hotel import actions as hotel
from staytrue.hotel import scope
from staytrue.hotel.codes import Status
from staytrue.inbox.models import Connection
from staytrue.kit import clock
from staytrue.kit.errors import Refused
from staytrue.kit.processes import CHILD
from staytrue.lab.bookings import World, build_world
from staytrue.lab.house import hotel_sirga
from staytrue.lab.pms.mews import ACCESS_TOKEN, CLIENT_TOKEN, Mews
from staytrue.lab.pms.serving import Served
from staytrue.staff import audit

_RATE = 100
_CALLERS = 16
_CHANGES_MOST = 2_000
_LIMIT_MS = 2_000
_BOOKINGS_PER_ROOM = 12
_DAYS_BEHIND, _DAYS_AHEAD = 3, 60
_LOOK_SECONDS = 0.02
_PATIENCE_SECONDS = 60.0


def measures(size: Size) -> Iterator[Measure]:
    """How soon a change is in the change log, when a hundred come a second."""
    count = min(_CHANGES_MOST, size.reservations // 10)
    now = clock.now()
    pms = Mews(_world(count, now), clock.now, quirks=frozenset())
    with fresh_home() as home, Served(pms.application) as served:
        link = _connected(served)
        for _pause in living.until_read(link, clock.now):
            # It is our own and asks for no patience.
            pass
        address = connecting.new_address(link, by=ACTOR, now=now)
        numbers = _coming(pms, now)[: count + 1]
        with serving(home) as port, working(home):
            # A first one, so that nobody waits for the worker to get up.
            _changed(pms, served, numbers[:1], port, address)
            ran = _changed(pms, served, numbers[1:], port, address)
    for name, share in (("p50", 0.5), ("p99", 0.99)):
        waited = ran.percentile(share) * 1_000
        yield Measure(f"intake.change.{name}", round(waited), "ms", _LIMIT_MS,
                      round(waited / _LIMIT_MS, 3))  # fmt: skip


def _world(count: int, now: datetime) -> World:
    """A house with enough stays to come that each is changed only once."""
    today = now.date()
    first, last = today - timedelta(days=_DAYS_BEHIND), today + timedelta(days=_DAYS_AHEAD)
    house = hotel_sirga(rooms=max(8, count // _BOOKINGS_PER_ROOM * 2))
    return build_world(7, house, first, last, today=today)


def _coming(pms: Mews, now: datetime) -> list[str]:
    world = pms.script.world
    return [stay.number for stay in world.bookings_at(now) if stay.status is Status.CONFIRMED]


def _connected(served: Served) -> Connection:
    now = clock.now()
    with scope.everything(), audit.acting(ACTOR, now):
        house = hotel.add_property(
            "BIO", name="Hotel Sirga", timezone="Europe/Madrid", country="ES", currency="EUR"
        )
    values = {"client_token": CLIENT_TOKEN, "access_token": ACCESS_TOKEN,
              "base_url": served.url, "calls_a_minute": "60000"}  # fmt: skip
    return connecting.connect("bench", house, "mews", values, cadence_seconds=3_600,
                              is_private=True, by=ACTOR, now=now)  # fmt: skip


def _changed(pms: Mews, served: Served, numbers: list[str], port: int, address: str) -> Ran:
    """Change each of these once, at the pace, and wait for all of them."""
    seen = _Seen(set(numbers))
    begun: dict[str, float] = {}

    def tell(position: int) -> bytes:
        number = numbers[position]
        begun[number] = clock.monotonic()
        with served.lock:
            body = pms.change(number, adults=7)
        head = (
            f"POST {address} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
            f"content-length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body

    call(port, tell, len(numbers), callers=_CALLERS, rate=_RATE)
    at = seen.wait()
    return Ran(waits=[at[number] - begun[number] for number in numbers])


class _Seen:
    """Looks into the change log all the time, and notes when each stay's change was there."""

    def __init__(self, numbers: set[str]) -> None:
        self._missing = set(numbers)
        self._at: dict[str, float] = {}
        self._over = threading.Event()
        self._last = self._newest()
        self._watch = threading.Thread(target=self._look, daemon=True)
        self._watch.start()

    def wait(self) -> dict[str, float]:
        """When each was seen, once all were."""
        self._watch.join(_PATIENCE_SECONDS)
        self._over.set()
        if self._missing:
            raise Refused(
                f"{len(self._missing)} changes never came to the change log.", "bench_broken"
            )
        return self._at

    def _newest(self) -> int:
        with scope.everything(), connection.cursor() as cursor:
            cursor.execute("SELECT coalesce(max(id), 0) FROM change")
            return int(cursor.fetchone()[0])

    def _look(self) -> None:
        try:
            while self._missing and not self._over.wait(_LOOK_SECONDS):
                self._note()
        finally:
            connection.close()

    def _note(self) -> None:
        with scope.everything(), connection.cursor() as cursor:
            cursor.execute(
                """SELECT c.id, r.number FROM change c JOIN reservation r ON r.id = c.object_id
                    WHERE c.id > %s AND c.object = 'reservation' ORDER BY c.id""",
                [self._last],
            )
            rows = cursor.fetchall()
        at = clock.monotonic()
        for self._last, number in rows:
            if number in self._missing:
                self._missing.remove(number)
                self._at[number] = at


@contextmanager
def working(home: Path) -> Iterator[None]:
    """The worker on this home, in a process of its own."""
    environment = {**os.environ, "STAYTRUE_HOME": str(home), CHILD: "worker"}
    command = [sys.executable, "-m", "staytrue.cli", "work"]
    worker = subprocess.Popen(command, process_group=0, env=environment)
    try:
        yield
    finally:
        worker.terminate()
        worker.wait()
