"""The working loop: reactions as they come, seals within seconds, the periodic work beside."""

from __future__ import annotations

import threading
from datetime import datetime

import structlog
from django.db import DatabaseError, close_old_connections
from procrastinate.contrib.django import app

from staytrue.flow import jobs, reactions
from staytrue.kit import clock
from staytrue.kit.errors import StaytrueError
from staytrue.staff import seal

SECONDS = 1.0
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
    stop = threading.Event()
    loop = threading.Thread(target=_loop, args=(stop,), name="settle")
    loop.start()
    try:
        app.run_worker(concurrency=2, fetch_job_polling_interval=2, delete_jobs="successful")
    finally:
        stop.set()
        loop.join()


def _loop(stop: threading.Event) -> None:
    while not stop.wait(SECONDS):
        try:
            settle(clock.now())
        except (DatabaseError, StaytrueError):
            # A lost connection answers once with an error; the next round has a new one.
            logger.warning("round failed", exc_info=True)
            close_old_connections()
