"""Where new ids come from. The only place that asks for randomness for them.

Tests and simulations replace the source with `use(...)`.
"""

from __future__ import annotations

import base64
import hashlib
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random
from uuid import UUID

_source: Callable[[], UUID] = uuid.uuid4


def new() -> UUID:
    """A new id that nobody can guess."""
    return _source()


def token() -> str:
    """32 bytes that nobody can guess, as letters of an address."""
    drawn = hashlib.sha256(_source().bytes + _source().bytes).digest()
    return base64.urlsafe_b64encode(drawn).rstrip(b"=").decode()


def seeded(random: Random) -> Callable[[], UUID]:
    """A source for tests: as random as its seed."""
    return lambda: UUID(int=random.getrandbits(128), version=4)


@contextmanager
def use(source: Callable[[], UUID]) -> Iterator[None]:
    """Take ids from `source` inside the block."""
    global _source
    before, _source = _source, source
    try:
        yield
    finally:
        _source = before
