"""Processes that belong together: children that end with their parent, and one `up` per home."""

from __future__ import annotations

import ctypes
import fcntl
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from staytrue.kit import clock

# Set by `up` for its children: a worker of one's own must outlive the shell that started it.
CHILD = "STAYTRUE_CHILD"

_PR_SET_PDEATHSIG = 1
_POLL_SECONDS = 0.02


def die_with_parent() -> None:
    """A child of `up` gets SIGTERM when its parent goes, even by `kill -9`. Linux only."""
    if sys.platform != "linux" or CHILD not in os.environ:
        return
    parent = os.getppid()
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        # It went before the kernel was asked.
        os.kill(os.getpid(), signal.SIGTERM)


class Signals:
    """Waits for signals as for bytes: no race between looking and sleeping."""

    def __init__(self, *wanted: signal.Signals) -> None:
        self._arrived, self._wakeup = socket.socketpair()
        self._wakeup.setblocking(False)
        signal.set_wakeup_fd(self._wakeup.fileno())
        self._before = {each: signal.signal(each, lambda *_: None) for each in wanted}

    def close(self) -> None:
        """Back to what the signals did before."""
        signal.set_wakeup_fd(-1)
        for each, before in self._before.items():
            signal.signal(each, before)
        self._arrived.close()
        self._wakeup.close()

    def next(self, seconds: float | None = None) -> signal.Signals | None:
        """The next signal, or None when none came in time."""
        self._arrived.settimeout(seconds)
        try:
            return signal.Signals(self._arrived.recv(1)[0])
        except TimeoutError:
            return None


@contextmanager
def only_one(path: Path) -> Iterator[bool]:
    """Hold this file's lock with our process id in it; False when another process holds it."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        os.ftruncate(handle, 0)
        os.write(handle, str(os.getpid()).encode())
        yield True
    finally:
        os.close(handle)


def end_holder(path: Path, seconds: float) -> bool:
    """End the process that holds this file's lock and wait until it let go; False if none does."""
    if not path.exists():
        return False
    with path.open("rb") as file:
        if _lets_go(file.fileno()):
            return False
        os.kill(int(file.read()), signal.SIGTERM)
        until = clock.monotonic() + seconds
        while clock.monotonic() < until:
            if _lets_go(file.fileno()):
                return True
            time.sleep(_POLL_SECONDS)
    raise TimeoutError


def _lets_go(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    fcntl.flock(handle, fcntl.LOCK_UN)
    return True
