"""The intake bench: calls of a PMS, durable before the answer, against an empty Django view.

Both over HTTP on this machine, on the same server: the product's own, with a disk that is waited
for. Whatever was answered is counted in the database afterwards.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from staytrue.cli.bench_import import Size
from staytrue.cli.callers import Ran, call
from staytrue.cli.frame import ACTOR
from staytrue.cli.measuring import Measure, fresh_home
from staytrue.hotel import actions as hotel
from staytrue.hotel import scope
from staytrue.inbox import actions as inbox
from staytrue.inbox import notifications, secrets
from staytrue.kit import clock
from staytrue.kit.errors import Refused
from staytrue.kit.processes import CHILD
from staytrue.staff import audit

SITE = "staytrue.cli.bench_site:application"
EMPTY = "/empty"
_CALLERS = 64
_ROUNDS = 6
_CALLS_MOST = 3_000
_RATE = 300
_LIMIT_MS = 100
_START_TRIES, _START_PAUSE = 600, 0.05
_FILLING = "x" * 900
"""A Mews call that names some ten records is about a kilobyte."""


def measures(size: Size) -> Iterator[Measure]:
    """How many a second are durable, and how soon when three hundred a second come."""
    with fresh_home() as home:
        address = _hook()
        with serving(home) as port:
            calls = _Calls(port, address, min(_CALLS_MOST, size.reservations // 10))
            kept, empty = calls.in_turn()
            steady = calls.steady()
        _check_kept(calls.sent)
    yield Measure("intake", round(kept), "req/s", round(empty), round(kept / empty, 3))
    p99 = steady.percentile(0.99) * 1_000
    yield Measure("intake.p99", round(p99, 1), "ms", _LIMIT_MS, round(p99 / _LIMIT_MS, 3))


class _Calls:
    """Calls of two kinds; each notification differs, as equal ones would be absorbed."""

    def __init__(self, port: int, address: str, count: int) -> None:
        self.port = port
        self.address = address
        self.count = count
        self.sent = 0

    def in_turn(self) -> tuple[float, float]:
        """Calls a second that were durable, and of the empty view, in turns of the same run."""
        self._notify(_CALLERS)
        self._empty(_CALLERS)
        kept = empty = 0.0
        for _ in range(_ROUNDS):
            kept += self._notify(self.count).seconds
            empty += self._empty(self.count).seconds
        return _ROUNDS * self.count / kept, _ROUNDS * self.count / empty

    def steady(self) -> Ran:
        """As they come on a busy day."""
        return self._notify(self.count, rate=_RATE)

    def _notify(self, count: int, rate: float | None = None) -> Ran:
        first = self.sent
        self.sent += count
        request = _request(self.address)
        return call(
            self.port, lambda number: request(first + number), count, callers=_CALLERS, rate=rate
        )

    def _empty(self, count: int) -> Ran:
        return call(self.port, _request(EMPTY), count, callers=_CALLERS)


def _request(address: str) -> Callable[[int], bytes]:
    """One kilobyte, the same to both."""
    body = f'{{"number": "%012d", "filling": "{_FILLING}"}}'
    head = (
        f"POST {address} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
        f"content-length: {len(body % 0)}\r\n\r\n"
    )
    form = (head + body).encode()
    return lambda number: form % number


def _hook() -> str:
    """A connection of an invented house, and where its PMS calls."""
    now = clock.now()
    with scope.everything(), audit.acting(ACTOR, now):
        house = hotel.add_property(
            "BIO", name="Hotel Sirga", timezone="Europe/Madrid", country="ES", currency="EUR"
        )
        link = inbox.connect("bench", house, "mews", {}, now=now)
        secret = secrets.new_hook(link)
    return f"/hooks/{link.name}/{secret}"


def _check_kept(sent: int) -> None:
    with scope.everything():
        kept = notifications.waiting()
    if kept != sent:
        raise Refused(f"{sent} were answered, but {kept} are kept.", "bench_broken")


@contextmanager
def serving(home: Path, site: str = SITE) -> Iterator[int]:
    """The web server on this home, in a process of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    place = ["--port", str(port), "--address", "127.0.0.1"]
    command = [sys.executable, "-m", "staytrue.cli", "web", *place]
    environment = {**os.environ, "STAYTRUE_HOME": str(home), CHILD: "web"}
    server = subprocess.Popen(
        [*command, "--site", site],
        process_group=0,
        env=environment,
    )
    try:
        _wait_for(port, server)
        yield port
    finally:
        server.terminate()
        server.wait()


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    pause = threading.Event()
    for _ in range(_START_TRIES):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        if server.poll() is not None:
            break
        pause.wait(_START_PAUSE)
    raise Refused("The web server did not start; its log above says why.", "bench_broken")
