"""Faults between a PMS and us, and our own: seeded, at the rates of SIMULATION section 5."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from random import Random
from typing import Any

from django.db import OperationalError, connection
from psycopg import errors

from staytrue.connectors.base import Http
from staytrue.kit.errors import Temporary
from staytrue.kit.http import Response
from staytrue.lab.rigs.houses import Clock, Post

SLOW, PAUSED = timedelta(seconds=40), timedelta(minutes=25)
JUMP = timedelta(minutes=10)


class Killed(BaseException):
    """Our process ended in the middle: no handler of ours may stop it."""


@dataclass(frozen=True)
class Rates:
    """How often each fault happens: of calls, of pushes, of our own database statements; of steps
    of time, that our clock becomes wrong by other minutes than before.
    """

    too_many: float = 0.01
    server_error: float = 0.01
    timeout: float = 0.005
    timeout_after: float = 0.005
    empty: float = 0.0005
    page_of_html: float = 0.0002
    slow: float = 0.01
    cut: float = 0.001
    push_lost: float = 0.01
    push_twice: float = 0.03
    push_late: float = 0.10
    push_reordered: float = 0.10
    push_forged: float = 0.001
    push_cut: float = 0.001
    killed: float = 1 / 500
    lost_race: float = 0.005
    lost_server: float = 0.0005
    disk_full: float = 0.0001
    paused: float = 1 / 5_000
    clock_jump: float = 0.05

    def stronger(self, times: float) -> Rates:
        """The same faults, so many times as often."""
        return replace(self, **{name: min(0.5, rate * times) for name, rate in vars(self).items()})


CALM = Rates(**dict.fromkeys(Rates.__dataclass_fields__, 0.0))


@dataclass
class Network:
    """A way to a PMS on which calls get lost. Every fault is counted by its name."""

    http: Http
    clock: Clock
    chance: Random
    rates: Rates
    happened: dict[str, int] = field(default_factory=dict)

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> Response:
        """The reply, or what came instead."""
        if self._strikes("timeout"):
            raise Temporary("The PMS did not answer in time.", "timeout")
        if self._strikes("too_many"):
            return Response(429, {"retry-after": "40"}, b"", 0.0)
        if self._strikes("server_error"):
            return Response(503, {}, b"", 0.0)
        answer = self.http.request(method, url, headers=headers, body=body)
        if self._strikes("timeout_after"):
            raise Temporary("The PMS did not answer in time.", "timeout")
        if self._strikes("empty"):
            return Response(200, {}, b"", 0.0)
        if self._strikes("page_of_html"):
            return Response(200, {"content-type": "text/html"}, b"<html>Sign in</html>", 0.0)
        if answer.body and self._strikes("cut"):
            return replace(answer, body=answer.body[: len(answer.body) // 2])
        if self._strikes("slow"):
            self.clock.instant += SLOW
        return answer

    def _strikes(self, name: str) -> bool:
        if self.chance.random() >= getattr(self.rates, name):
            return False
        self.happened[name] = self.happened.get(name, 0) + 1
        return True


@dataclass
class Pushes:
    """The way of a PMS's calls to us: some get lost, come twice, late, or in another order."""

    post: Post
    clock: Clock
    chance: Random
    rates: Rates
    late: list[tuple[Any, int, bytes]] = field(default_factory=list)
    sent: int = 0
    lost: int = 0

    def __call__(self, body: bytes) -> int:
        rates, roll = self.rates, self.chance.random
        self.sent += 1
        if roll() < rates.push_lost:
            self.lost += 1
            return 200
        if roll() < rates.push_forged:
            self.post(
                b'{"Events":[{"Discriminator":"ServiceOrderUpdated","Value":{"Id":"nobody"}}]}'
            )
        if roll() < rates.push_cut:
            return self.post(body[: len(body) // 2])
        if roll() < rates.push_late + rates.push_reordered:
            hours = 72 * roll() if roll() < 0.5 else 0.2
            heapq.heappush(self.late, (self.clock() + timedelta(hours=hours), self.sent, body))
            return 200
        if roll() < rates.push_twice:
            self.post(body)
        return self.post(body)

    def deliver_late(self) -> None:
        """Calls whose delay is over."""
        while self.late and self.late[0][0] <= self.clock():
            self.post(heapq.heappop(self.late)[2])


@contextmanager
def unlucky(chance: Random, rates: Rates, happened: dict[str, int], clock: Clock) -> Iterator[None]:
    """Our own database statements fail, or our process sleeps or ends at one of them."""

    def strikes(name: str) -> bool:
        if chance.random() >= getattr(rates, name):
            return False
        happened[name] = happened.get(name, 0) + 1
        return True

    def strike(execute: Callable[..., Any], sql: Any, params: Any, many: Any, context: Any) -> Any:
        if strikes("paused"):
            # The machine stood still, and what was claimed may be another's by now.
            clock.instant += PAUSED
        if strikes("killed"):
            raise Killed
        if connection.in_atomic_block and strikes("lost_race"):
            raise OperationalError("could not serialize access") from errors.SerializationFailure()
        if strikes("disk_full"):
            raise OperationalError("no space left on the device") from errors.DiskFull()
        if strikes("lost_server"):
            connection.close()
            raise OperationalError("the connection is lost") from errors.AdminShutdown()
        return execute(sql, params, many, context)

    with connection.execute_wrapper(strike):
        yield
