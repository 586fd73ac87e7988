"""The same group behind several workers at once, each in a thread and on a session of its own."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from random import Random

from django.db import OperationalError, connection

from staytrue.connectors.base import Http
from staytrue.flow import living, release, watching, worker
from staytrue.hotel import scope
from staytrue.kit import clock as clocks
from staytrue.kit.http import Response
from staytrue.lab.rigs.group import ACTOR, Group, Member
from staytrue.lab.rigs.weather import Killed, unlucky


@dataclass
class Door:
    """A way to a PMS that notes what was asked, by which workers, and who met another in it."""

    http: Http
    met: int = 0
    asked: list[str] = field(default_factory=list)
    workers: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._lock = threading.Lock()

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> Response:
        """The reply; a simulated PMS answers one at a time."""
        is_alone = self._lock.acquire(blocking=False)
        if not is_alone:
            self.met += 1
            self._lock.acquire()
        try:
            self.asked.append(f"{method} {url}")
            self.workers.add(threading.current_thread().name)
            return self.http.request(method, url, headers=headers, body=body)
        finally:
            self._lock.release()


@dataclass
class Shift(Group):
    """A group whose rounds several workers begin together; each is told nothing of the others.

    Each time another one begins first: whoever does may have done all before the next looks.
    """

    workers: int = 3
    rounds: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        self.chances = [Random(f"{self.seed} worker {n}") for n in range(self.workers)]

    def turn(self) -> None:
        """A round of every worker, at once."""
        for member in self.members:
            with scope.everything():
                member.link.refresh_from_db(fields=["stopped_at", "stopped_code"])
            if member.link.stopped_at:
                self.stops.append(member.link.stopped_code)
                watching.resume(member.link, by=ACTOR, now=self.clock())
        self.rounds += 1
        order = [(self.rounds + place) % self.workers for place in range(self.workers)]
        with clocks.use(self.clock), ThreadPoolExecutor(self.workers) as pool:
            for ended in [pool.submit(self._round, number) for number in order]:
                ended.result()

    def _round(self, number: int) -> None:
        threading.current_thread().name = f"worker {number}"
        try:
            with unlucky(self.chances[number], self.rates, self.happened, self.clock):
                release.finish_interrupted(self.clock())
                ways = {member.link.pk: member.network for member in self.members}
                for link in living.live_links():
                    living.turn(link, self.clock, ways[link.pk])
                worker.settle(self.clock())
        except (Killed, OperationalError):
            # As after a crash or a lost server: a new worker finds what the old one left.
            pass
        finally:
            # With the process its session ends, and every lock it held.
            connection.close()


def door_of(member: Member) -> Door:
    """Put a door before this house, inside the weather."""
    door = Door(member.network.http)
    member.network.http = door
    return door
