"""What every bench needs: a home of its own, a watch on memory, and the form of an answer."""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from django.conf import settings

from staytrue.kit import clock, database
from staytrue.kit.home import prepare

_LOOK_SECONDS = 0.05


@dataclass(frozen=True)
class Measure:
    """One figure beside its yardstick, both of the same run; without one where it is not there."""

    name: str
    value: float
    unit: str
    yardstick: float | None
    ratio: float | None


@contextmanager
def fresh_home() -> Iterator[Path]:
    """A migrated home that nobody else uses, with every safety of a real one; gone afterwards."""
    before = settings.HOME
    # Beside the real one: a temporary directory may lie in memory, where fsync costs nothing.
    with tempfile.TemporaryDirectory(prefix="bench-", dir=prepare(before)) as name:
        settings.HOME = Path(name)
        try:
            with database.running():
                database.migrate(clock.now())
                yield Path(name)
        finally:
            settings.HOME = before


@contextmanager
def kept_home(place: Path | None) -> Iterator[Path]:
    """A home that stays as it is for the next time; without a place a fresh one."""
    if place is None:
        with fresh_home() as home:
            yield home
        return
    before, settings.HOME = settings.HOME, prepare(place)
    try:
        with database.running():
            database.migrate(clock.now())
            yield place
    finally:
        settings.HOME = before


class Memory:
    """The most memory that this process and its children held together inside the block."""

    def __init__(self) -> None:
        self.peak_bytes = 0
        self._over = threading.Event()
        self._watch = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Self:
        self._watch.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._watch.join()

    def _look(self) -> None:
        while not self._over.wait(_LOOK_SECONDS):
            held = sum(_resident_bytes(pid) for pid in _family(os.getpid()))
            self.peak_bytes = max(self.peak_bytes, held)


def _family(pid: int) -> Iterator[int]:
    """A process and all its descendants; the database server is nobody's child."""
    yield pid
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        children = [(task / "children").read_text().split() for task in tasks]
    except OSError:
        return
    for each in (child for some in children for child in some):
        yield from _family(int(each))


def _resident_bytes(pid: int) -> int:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")
