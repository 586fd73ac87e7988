"""Work that makes very many small values and no rings of them."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_SELDOM = 500_000


@contextmanager
def seldom() -> Iterator[None]:
    """Look for rings of dead objects seldom inside the block: it would take a third of the time."""
    before = gc.get_threshold()
    gc.set_threshold(_SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*before)
