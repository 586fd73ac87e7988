"""Living PMSs in the worker: every connection has its turn in a thread, none waits for another."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor

import structlog
from django.db import DatabaseError, close_old_connections

from staytrue.flow import living
from staytrue.inbox.models import Connection
from staytrue.kit import clock

AT_ONCE = 8
logger = structlog.get_logger(__name__)


class LiveLoop:
    """Gives turns to connections; one that is still at its turn is left alone."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="live")
        self._busy: dict[int, Future[None]] = {}
        self._stop = threading.Event()

    def round(self) -> None:
        """Begin a turn of every connection that has none under way."""
        self._busy = {pk: turn for pk, turn in self._busy.items() if not turn.done()}
        for link in living.live_links():
            if link.pk not in self._busy and not self._stop.is_set():
                self._busy[link.pk] = self._pool.submit(_turn, link)

    def close(self) -> None:
        """Begin no more turns and let those under way come to their end."""
        self._stop.set()
        self._pool.shutdown(wait=True, cancel_futures=True)


def _turn(link: Connection) -> None:
    close_old_connections()
    try:
        living.turn(link, clock.now)
    except DatabaseError:
        # What was kept is applied by the next turn; nothing is lost.
        logger.warning("turn failed", connection=link.name, exc_info=True)
    except Exception:  # a bug met by one PMS must not stop the others
        logger.exception("turn failed", connection=link.name)
    finally:
        close_old_connections()
