"""The group-commit writer: many notifications at once wait for the disk once, then are answered.

One thread per process. What comes while a group is being committed is the next group.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Any

import psycopg
import structlog

from staytrue.inbox import notifications
from staytrue.inbox.notifications import Arrived
from staytrue.kit import database
from staytrue.kit.errors import Temporary

GROUP_MOST = 500
WAIT_SECONDS = 10.0

log = structlog.get_logger(__name__)


@dataclass
class _Waiting:
    """One notification and whoever waits until it is durable."""

    row: Arrived
    settled: threading.Lock = field(default_factory=threading.Lock)
    is_kept: bool = False

    def __post_init__(self) -> None:
        # A bare lock wakes its waiter twice as fast as an event.
        self.settled.acquire()


class Writer:
    """Keeps notifications, in groups, on a connection of its own."""

    def __init__(self) -> None:
        self._queue: SimpleQueue[_Waiting] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        self._line: psycopg.Connection[Any] | None = None

    def keep(self, row: Arrived) -> None:
        """Return when it is durable; Temporary when it is not, or nobody can say."""
        if self._thread is None or not self._thread.is_alive():
            self._start()
        waiting = _Waiting(row)
        self._queue.put(waiting)
        if not waiting.settled.acquire(timeout=WAIT_SECONDS) or not waiting.is_kept:
            raise Temporary("The database cannot answer now. Send it again.", "database_away")

    def _start(self) -> None:
        # At the first call and not at import: a thread does not live through a fork.
        with self._starting:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._work, name="notified", daemon=True)
                self._thread.start()

    def _work(self) -> None:
        while True:
            group = [self._queue.get()]
            while len(group) < GROUP_MOST:
                try:
                    group.append(self._queue.get_nowait())
                except Empty:
                    break
            is_kept = self._keep([each.row for each in group])
            for each in group:
                each.is_kept = is_kept
                each.settled.release()

    def _keep(self, rows: list[Arrived]) -> bool:
        """Whether the group is durable. A line that broke since the last group is tried anew once."""
        had_line = self._line is not None
        try:
            self._insert(rows)
        except psycopg.Error as error:
            self._hang_up()
            if had_line and isinstance(error, psycopg.OperationalError):
                return self._keep(rows)
            log.warning("notifications not kept", count=len(rows), exc_info=True)
            return False
        return True

    def _insert(self, rows: list[Arrived]) -> None:
        if self._line is None:
            self._line = database.address("app").connect(autocommit=True)
            self._line.execute(
                # Who turned it off for speed did not mean the answer to a PMS.
                "SELECT set_config('staytrue.properties', '*', false),"
                " set_config('synchronous_commit', 'on', false)"
            )
        with self._line.cursor() as cursor:
            notifications.keep_many(rows, cursor)

    def _hang_up(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None
