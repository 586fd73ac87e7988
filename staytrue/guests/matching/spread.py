"""Long work in pieces, over several processes where the machine can copy a running one."""

from __future__ import annotations

import gc
import multiprocessing
import sys
from collections.abc import Callable, Iterator
from typing import TypeVar

T = TypeVar("T")
Piece = Callable[[int, int], T]
Progress = Callable[[int, int], None]

CAN_COPY = sys.platform == "linux"
"""Copies share what is already read; elsewhere the system's own libraries do not survive it."""

_piece: Piece[object] | None = None


def spread(
    piece: Piece[T], total: int, step: int, processes: int = 1, progress: Progress | None = None
) -> Iterator[T]:
    """`piece(start, end)` over all places, in their order. Whatever it reads is shared with the
    copies; only its answer is sent back. More than one process: never beside other threads' work.
    """
    starts = range(0, total, step)
    for start, answer in zip(starts, _answers(piece, total, step, processes), strict=True):
        yield answer
        if progress:
            progress(min(start + step, total), total)


def _answers(piece: Piece[T], total: int, step: int, processes: int) -> Iterator[T]:
    pieces = [(start, min(start + step, total)) for start in range(0, total, step)]
    if processes < 2 or len(pieces) < 2 or not CAN_COPY:
        for start, end in pieces:
            yield piece(start, end)
        return
    global _piece  # noqa: PLW0603 - the way in for the copies; cleared when they are done
    _piece = piece
    # What is frozen is not looked through by the copies' collectors, so its pages stay shared.
    gc.freeze()
    try:
        with multiprocessing.get_context("fork").Pool(processes) as pool:
            yield from pool.imap(_do, pieces)
    finally:
        gc.unfreeze()
        _piece = None


def _do(bounds: tuple[int, int]) -> object:
    assert _piece is not None  # noqa: S101 - set before the copy was made
    return _piece(*bounds)
