"""The mark that proves that something which came back speaks of a message of ours."""

from __future__ import annotations

import hmac
import re
from functools import lru_cache
from pathlib import Path
from uuid import UUID

from django.conf import settings

from staytrue.kit.home import own_secret

_LENGTH = 16
_MARKED = re.compile(rf"([0-9a-f]{{32}})[.-]([0-9a-f]{{{_LENGTH}}})(?![0-9a-f])", re.IGNORECASE)


def mark(public_id: UUID) -> str:
    """The message's mark, which only this home can make."""
    return hmac.digest(_key(settings.HOME), public_id.bytes, "sha256").hex()[:_LENGTH]


@lru_cache
def _key(home: Path) -> bytes:
    return own_secret(home, "message_marks").encode()


def return_path(public_id: UUID, bounce_address: str) -> str:
    """The address that failures come back to: it names the message and proves that we wrote it."""
    local, _, domain = bounce_address.rpartition("@")
    return f"{local}+{public_id.hex}-{mark(public_id)}@{domain}"


def marked(text: str) -> UUID | None:
    """The message that a Message-ID or a return path names, if its mark is true."""
    for found in _MARKED.finditer(text):
        public_id = UUID(found[1])
        if hmac.compare_digest(mark(public_id), found[2].lower()):
            return public_id
    return None
