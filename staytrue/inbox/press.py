"""Raw text as it is stored: compressed slice by slice. Level 1: the disk is cheaper than the morning."""

from __future__ import annotations

import zlib
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO, Self

PIECE_BYTES = 1 << 20
_LEVEL = 1
_PRESSES = 2


def pieces(raw: BinaryIO) -> Iterator[bytes]:
    """A stream → compressed slices."""
    while block := raw.read(PIECE_BYTES):
        yield zlib.compress(block, _LEVEL)


class Press:
    """Compresses a text while it is still being checked and written.

    Threads do so, because zlib lets the others run meanwhile; the slices wait in a file until the
    text is found whole. Nothing is kept of one that is not.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("w+b")
        self._sizes: list[int] = []
        self._blocks: list[bytes] = []
        self._length = 0
        self._threads = ThreadPoolExecutor(max_workers=_PRESSES)
        self._waiting: deque[Future[bytes]] = deque()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._threads.shutdown(cancel_futures=True)
        self._file.close()

    def write(self, block: bytes) -> None:
        """The next block of the text."""
        self._blocks.append(block)
        self._length += len(block)
        if self._length >= PIECE_BYTES:
            self._press()
            # No further ahead than the threads can follow: a text may be larger than the memory.
            if len(self._waiting) > _PRESSES:
                self._store()

    def pieces(self) -> Iterator[bytes]:
        """The compressed slices of the whole text, once it is written."""
        if self._blocks:
            self._press()
        while self._waiting:
            self._store()
        self._file.seek(0)
        yield from map(self._file.read, self._sizes)

    def _press(self) -> None:
        text = b"".join(self._blocks)
        self._blocks.clear()
        self._length = 0
        self._waiting.append(self._threads.submit(zlib.compress, text, _LEVEL))

    def _store(self) -> None:
        body = self._waiting.popleft().result()
        self._file.write(body)
        self._sizes.append(len(body))
