"""Sending in the worker: a thread of its own, so that a slow carrier delays nothing else."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.db import DatabaseError, close_old_connections, connection

from staytrue.flow.last_looks import LastLooks
from staytrue.hotel import scope
from staytrue.kit import clock, ids
from staytrue.kit.errors import StaytrueError
from staytrue.messages import (
    dispatching,
    gate,
    guest_links,
    leases,
    letters,
    texting,
    ways_out,
)
from staytrue.messages.dispatching import Ports
from staytrue.messages.opt_outs import Notes

SECONDS = 0.5
SHADOWS = 200
JUMP, REST = timedelta(minutes=5), timedelta(minutes=5)
"""A clock that jumps so far is not believed for so long: what is due by it may not be."""
logger = structlog.get_logger(__name__)


def ports() -> Ports:
    """The neighbours as they are in this installation."""
    write = letters.written(guest_links.of_claims)
    return Ports(write=write, clock=clock.now, lookup=LastLooks(), ahead=True)


def send_now() -> int:
    """Send what is due, once, and let the next worker have the lease: for `--until-idle`."""
    worker, with_ = str(ids.new()), ports()
    try:
        return _round(worker, with_)
    finally:
        with_.close()
        leases.release(worker)


def _round(worker: str, with_: Ports) -> int:
    """What may leave leaves, what runs in shadow is decided; how many there were of both."""
    sent = dispatching.send_due(worker, with_).claimed
    confirmed = texting.confirm_due(clock.now())
    return sent + confirmed + gate.decide_shadows(SHADOWS, clock.now(), with_.lookup)


def serve(stop: threading.Event, make: Callable[[], Ports] = ports) -> None:
    """Send until told to stop; the lease is given back at the end."""
    worker, with_, watch, notes = str(ids.new()), make(), Watch(), Notes()
    is_first = True
    while not stop.is_set():
        close_old_connections()
        sent = 0
        try:
            if is_first:
                open_forgotten_ways(clock.now())
                is_first = False
            notes.write()
            if watch.believes(clock.now(), clock.monotonic()):
                sent = _round(worker, with_)
        except (DatabaseError, StaytrueError, OSError):
            # A full disk or a lost connection: nothing is half done, and the next round goes on.
            logger.warning("sending failed", exc_info=True)
        stop.wait(0 if sent else SECONDS)
    with_.close()
    try:
        leases.release(worker)
    except DatabaseError:
        logger.warning("lease not given back; it ends by itself", exc_info=True)
    connection.close()


def open_forgotten_ways(now: datetime) -> int:
    """A guest may say no by any mail he has, also where the database that wrote it is gone."""
    with scope.everything():
        return ways_out.refill(now) if ways_out.is_forgetful() else 0


@dataclass
class Watch:
    """Holds the wall clock against the one that only runs forward."""

    wall: datetime | None = None
    ran: float = 0.0
    rests_until: float = 0.0

    def believes(self, wall: datetime, ran: float) -> bool:
        """Whether this instant follows from the last one; a jump is waited out."""
        if self.wall is not None:
            expected = self.wall + timedelta(seconds=ran - self.ran)
            if abs(wall - expected) > JUMP:
                logger.warning("clock jumped, sending rests", by=str(wall - expected))
                self.rests_until = ran + REST.total_seconds()
        self.wall, self.ran = wall, ran
        return ran >= self.rests_until
