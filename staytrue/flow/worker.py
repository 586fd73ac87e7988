"""The working loop: reactions as they come, seals within seconds, the periodic work beside."""

from __future__ import annotations

import asyncio
import signal
import threading
from datetime import datetime
from typing import Any, cast

import psycopg
import structlog
from django.db import DatabaseError, close_old_connections, connection
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.exceptions import ConnectorException
from psycopg_pool import PoolTimeout

from staytrue.changes import pending
from staytrue.flow import jobs, leftovers, living, reactions, replanning, sending, streaming
from staytrue.flow.live_loop import LiveLoop
from staytrue.inbox import notifications
from staytrue.kit import clock, database
from staytrue.kit.errors import StaytrueError
from staytrue.staff import seal

# Also without a call: an audit row waits for its seal, a failed reaction for its next try.
SECONDS = 0.5
ENDS = (signal.SIGTERM, signal.SIGINT)
logger = structlog.get_logger(__name__)


def run_once(now: datetime) -> int:
    """One round of everything that is due, in this process: what `--until-idle` repeats."""
    for duty in jobs.DUTIES:
        duty(now)
    return living.take_turns(clock.now) + settle(now) + sending.send_now()


def settle(now: datetime) -> int:
    """Reactions and audit seals; returns how much was done."""
    return replanning.settle_many(now) + reactions.settle(now) + seal.seal_waiting(now)


def until_idle() -> int:
    """Work until a round finds nothing to do."""
    total = 0
    while done := run_once(clock.now()):
        total += done
    return total


def serve() -> None:
    """Work until told to stop: loop, streams and sending in threads, procrastinate in front."""
    leftovers.clear()
    stop = threading.Event()
    before = {each: signal.signal(each, lambda *_: stop.set()) for each in ENDS}
    loop = threading.Thread(target=_loop, args=(stop,), name="settle")
    ears = threading.Thread(target=streaming.serve, args=(stop,), name="streams")
    post = threading.Thread(target=sending.serve, args=(stop,), name="sending")
    for each in (loop, ears, post):
        each.start()
    try:
        while not stop.is_set():
            asyncio.run(_work_off_jobs(stop))
            stop.wait(SECONDS)
    finally:
        stop.set()
        for each in (loop, ears, post):
            each.join()
        for which, handler in before.items():
            signal.signal(which, handler)


async def _work_off_jobs(stop: threading.Event) -> None:
    """Procrastinate's worker, until it is told to stop or has lost the database.

    It ends without an error when one of its side tasks met one, so signals are ours.
    """
    worker = asyncio.create_task(_procrastinate())
    while not stop.is_set() and not worker.done():
        await asyncio.wait([worker], timeout=SECONDS)
    worker.cancel()
    try:
        await worker
    except asyncio.CancelledError:
        pass
    except (ConnectorException, PoolTimeout, psycopg.OperationalError):
        logger.warning("database away", exc_info=True)


async def _procrastinate() -> None:
    connector = cast(DjangoConnector, app.connector).get_worker_connector()
    with app.replace_connector(connector) as connected:
        async with connected.open_async():
            await connected.run_worker_async(
                concurrency=4,
                fetch_job_polling_interval=2,
                delete_jobs="successful",
                install_signal_handlers=False,
            )


def _loop(stop: threading.Event) -> None:
    bell, live = _Bell(), LiveLoop()
    while not stop.is_set():
        close_old_connections()
        try:
            live.round()
            settle(clock.now())
        except (DatabaseError, StaytrueError):
            # A lost connection answers once with an error; the next round has a new one.
            logger.warning("round failed", exc_info=True)
        bell.wait(stop)
    live.close()
    bell.close()
    connection.close()


class _Bell:
    """Rings when something waits to be settled; while the database is away it only lets time pass."""

    def __init__(self) -> None:
        self.line: psycopg.Connection[Any] | None = None

    def wait(self, stop: threading.Event) -> None:
        """Until something waits, and for `SECONDS` at most."""
        try:
            if self.line is None:
                self.line = database.address("app").connect(autocommit=True)
                self.line.execute(f"LISTEN {pending.CHANNEL}")
                self.line.execute(f"LISTEN {notifications.CHANNEL}")
            for _ in self.line.notifies(timeout=SECONDS, stop_after=1):
                return
        except psycopg.OperationalError:
            self.close()
            stop.wait(SECONDS)

    def close(self) -> None:
        if self.line is not None:
            self.line.close()
            self.line = None
