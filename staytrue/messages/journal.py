"""What left this machine and who said no, appended to files outside the database before it happens.

A database that was restored has forgotten what it sent; these files have not. No address stands in
them: an address is a keyed hash, so that one who steals the files learns nobody's name.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from staytrue.kit.home import own_secret, prepare, trouble

FOLDER = "journal"
ARMED, LEASED, STOPPED, OPTED_OUT = "armed", "leased", "stopped", "opted_out"
ALIVE = "alive"
"""The database that sends knows this instant too; one that does not was restored."""
READY, HANDED, BEGUN, SETTLED = "ready", "handed", "begun", "settled"
"""A message may leave once the database says so; it may now; its bytes are on their way; the
carrier's answer.
"""
_TAIL_BYTES = 1 << 20
"""Far more than the lines of what one worker has under way."""
_KEY = "journal"


@dataclass(frozen=True)
class Line:
    """One thing that happened: what, when, and its facts."""

    what: str
    at: datetime
    facts: Mapping[str, Any]


class Journal:
    """The journal of one home: a file per month, each line durable before `write` returns."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.folder = home / FOLDER
        self._stays_open = False
        self._open: tuple[Path, int] | None = None

    def __enter__(self) -> Self:
        """Keep the file open from line to line inside the block."""
        self._stays_open = True
        return self

    def __exit__(self, *_: object) -> None:
        self._stays_open = False
        self._close()

    def write(
        self, what: str, facts: Iterable[Mapping[str, Any]], now: datetime, *, durable: bool = True
    ) -> None:
        """Append one line for each of these; with `durable`, the disk has them when this returns."""
        lines = [{"what": what, "at": now.isoformat(), **each} for each in facts]
        if not lines:
            return
        text = "".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines)
        try:
            self._append(self._file_of(now), text.encode(), durable=durable)
        except OSError as error:
            raise trouble(self.home, error) from error

    def lines(self) -> Iterator[Line]:
        """Everything ever written, oldest file first; a line torn by a crash is left out."""
        for path in self._files():
            with path.open("rb") as file:
                yield from _read(file)

    def tail(self) -> list[Line]:
        """The newest lines, oldest of them first: the last piece of the newest file that has any."""
        for path in reversed(self._files()):
            with path.open("rb") as file:
                size = file.seek(0, os.SEEK_END)
                file.seek(max(size - _TAIL_BYTES, 0))
                # The first line of the piece may be cut; it is no JSON then and left out.
                if found := list(_read(file)):
                    return found
        return []

    @property
    def exists(self) -> bool:
        """Whether anything was ever written here."""
        return bool(self._files())

    def hash_of(self, address: str) -> str:
        """What stands here for an address, however it is written."""
        key = own_secret(self.home, _KEY).encode()
        return hmac.new(key, address.strip().lower().encode(), "sha256").hexdigest()

    def _files(self) -> Sequence[Path]:
        return sorted(self.folder.glob("*.jsonl"))

    def _file_of(self, now: datetime) -> Path:
        return self.folder / f"{now.astimezone(UTC):%Y-%m}.jsonl"

    def _append(self, path: Path, text: bytes, *, durable: bool) -> None:
        try:
            handle, is_new = self._opened(path)
            _write(handle, text)
            if durable:
                os.fsync(handle)
        finally:
            if not self._stays_open:
                self._close()
        if is_new and durable:
            _sync_folder(self.folder)

    def _opened(self, path: Path) -> tuple[int, bool]:
        """The handle of this file, and whether it is a new one."""
        if self._open is not None:
            if self._open[0] == path and os.fstat(self._open[1]).st_nlink:
                return self._open[1], False
            # Another month, or somebody took the file away.
            self._close()
        if is_new := not path.exists():
            prepare(self.home)
            self.folder.mkdir(mode=0o700, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        self._open = (path, handle)
        # A line torn by a crash must not swallow the next one.
        size = os.lseek(handle, 0, os.SEEK_END)
        if size and os.pread(handle, 1, size - 1) != b"\n":
            _write(handle, b"\n")
        return handle, is_new

    def _close(self) -> None:
        if self._open is not None:
            os.close(self._open[1])
        self._open = None


def _write(handle: int, text: bytes) -> None:
    """All of it: a disk that fills up in the middle says so at the next piece."""
    while text:
        text = text[os.write(handle, text) :]


def slot_of(*parts: object) -> str:
    """The name of a slot that outlives the database's own numbers."""
    text = json.dumps([str(part) for part in parts], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _read(file: Iterable[bytes]) -> Iterator[Line]:
    for raw in file:
        with suppress(ValueError, KeyError, TypeError):
            facts = json.loads(raw)
            at = datetime.fromisoformat(facts.pop("at"))
            yield Line(facts.pop("what"), at, facts)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
