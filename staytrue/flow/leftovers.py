"""What an import that was killed leaves behind: spooled text and staged rows of nobody."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from staytrue.hotel import scope
from staytrue.inbox.models import Connection
from staytrue.kit import merge
from staytrue.kit.home import FULL, disk_full, prepare, trouble
from staytrue.mirror import actions as mirror

_IN_USE = ".in-use"


@contextmanager
def workshop() -> Iterator[Path]:
    """A private folder for spooled text (card numbers masked already), gone afterwards.

    It is locked while in use: the kernel lets go of a killed process's lock, and the next one
    clears the folder away.
    """
    with _spool() as place:
        _clear_folders(place)
        folder = Path(tempfile.mkdtemp(dir=place))
        use = _open(folder / _IN_USE)
        fcntl.flock(use, fcntl.LOCK_EX)
    try:
        yield folder
    except OSError as error:
        if error.errno in FULL:
            raise disk_full(settings.HOME) from error
        raise
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(use)


def clear() -> int:
    """Remove folders that nobody works in any more and staged rows of dead batches."""
    with _spool() as place:
        return _clear_folders(place) + _clear_stages()


@contextmanager
def _spool() -> Iterator[Path]:
    """The folder of all workshops, in which one at a time opens or clears any."""
    place = prepare(settings.HOME / "spool")
    door = _open(place / ".door")
    try:
        fcntl.flock(door, fcntl.LOCK_EX)
        yield place
    finally:
        os.close(door)


def _clear_folders(place: Path) -> int:
    dead = [folder for folder in place.iterdir() if folder.is_dir() and not _is_used(folder)]
    for folder in dead:
        shutil.rmtree(folder, ignore_errors=True)
    return len(dead)


def _is_used(folder: Path) -> bool:
    try:
        use = os.open(folder / _IN_USE, os.O_RDWR)
    except FileNotFoundError:
        # Its process has just ended and takes it away, or was killed before it had begun.
        return False
    except OSError as error:
        raise trouble(settings.HOME, error) from error
    try:
        fcntl.flock(use, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        return False
    finally:
        os.close(use)


def _open(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise trouble(settings.HOME, error) from error


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
