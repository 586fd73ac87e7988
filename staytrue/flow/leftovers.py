"""What an import that was killed leaves behind: spooled text and staged rows of nobody."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.conf import settings

from staytrue.hotel import scope
from staytrue.inbox.models import Connection
from staytrue.kit import merge
from staytrue.mirror import actions as mirror

_LOCK = ".in-use"


@contextmanager
def workshop() -> Iterator[Path]:
    """A private folder for spooled text (card numbers masked already), gone afterwards.

    It is locked while in use: the kernel lets go of a killed process's lock, and the next one
    clears the folder away.
    """
    place = settings.HOME / "spool"
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place, ignore_cleanup_errors=True) as name:
        lock = os.open(Path(name) / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            yield Path(name)
        finally:
            os.close(lock)


def clear() -> int:
    """Remove folders that nobody works in any more and staged rows of dead batches."""
    return _clear_folders() + _clear_stages()


def _clear_folders() -> int:
    place = settings.HOME / "spool"
    removed = 0
    for folder in place.iterdir() if place.is_dir() else ():
        with suppress(OSError):
            # A folder whose lock is not made yet is being born.
            lock = os.open(folder / _LOCK, os.O_RDWR)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder)
                removed += 1
            finally:
                os.close(lock)
    return removed


def _clear_stages() -> int:
    """Staged rows of a connection that nobody imports on: a batch is a delivery's id."""
    removed = 0
    with scope.everything():
        ids = list(Connection.objects.values_list("pk", flat=True))
    for id_ in ids:
        with merge.if_nobody_else("delivery", id_) as alone:
            if alone:
                with scope.everything():
                    removed += mirror.clear_stages(id_)
    return removed
