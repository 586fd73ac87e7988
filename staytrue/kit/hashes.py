"""The short hash of the house: what tells one text from another, where a number must do."""

from __future__ import annotations

from hashlib import blake2b
from struct import Struct

# A copy is quicker than a new one.
_SEED = blake2b(digest_size=8)
_NUMBER = Struct(">q")


def hash_of_bytes(data: bytes) -> int:
    """Eight bytes of blake2b as a signed number."""
    digest = _SEED.copy()
    digest.update(data)
    number: int = _NUMBER.unpack(digest.digest())[0]
    return number


def hash_of(text: str) -> int:
    """The same over a text in UTF-8."""
    return hash_of_bytes(text.encode())
