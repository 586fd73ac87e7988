"""The working loop: reactions as they come, seals within seconds, the periodic work beside."""

from __future__ import annotations

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
from staytrue.flow import jobs, leftovers, reactions
from staytrue.kit import clock, database
from staytrue.kit.errors import StaytrueError
from staytrue.staff import seal

# Also without a call: an audit row waits for its seal, a failed reaction for its next try.
SECONDS = 0.5
logger = structlog.get_logger(__name__)


def run_once(now: datetime) -> int:
    """One round of everything that is due, in this process: what `--until-idle` repeats."""
    for duty in jobs.DUTIES:
        duty(now)
    return settle(now)


def settle(now: datetime) -> int:
    """Reactions and audit seals; returns how much was done."""
    return reactions.settle(now) + seal.seal_waiting(now)


def until_idle() -> int:
    """Work until a round finds nothing to do."""
    total = 0
    while done := run_once(clock.now()):
        total += done
    return total


def serve() -> None:
    """Work until told to stop: the loop in a thread, procrastinate's worker in front."""
    leftovers.clear()
    stop = threading.Event()
    loop = threading.Thread(target=_loop, args=(stop,), name="settle")
    loop.start()
    try:
        while not _work_off_jobs():
            stop.wait(SECONDS)
    finally:
        stop.set()
        loop.join()


def _work_off_jobs() -> bool:
    """Procrastinate's worker until a signal ends it: True. A lost database: False, try again."""
    django = cast(DjangoConnector, app.connector)
    try:
        with app.replace_connector(django.get_worker_connector()) as connected:
            connected.run_worker(
                concurrency=2, fetch_job_polling_interval=2, delete_jobs="successful"
            )
    except (ConnectorException, PoolTimeout, psycopg.OperationalError):
        logger.warning("database away", exc_info=True)
        return False
    return True


def _loop(stop: threading.Event) -> None:
    bell = _Bell()
    while not stop.is_set():
        close_old_connections()
        try:
            settle(clock.now())
        except (DatabaseError, StaytrueError):
            # A lost connection answers once with an error; the next round has a new one.
            logger.warning("round failed", exc_info=True)
        bell.wait(stop)
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
            for _ in self.line.notifies(timeout=SECONDS, stop_after=1):
                return
        except psycopg.OperationalError:
            self.close()
            stop.wait(SECONDS)

    def close(self) -> None:
        if self.line is not None:
            self.line.close()
            self.line = None
