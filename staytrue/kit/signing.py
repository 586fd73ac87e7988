"""Standard Webhooks signatures: who sent this body, and that it is no old one played again.

An HMAC-SHA-256 over id, timestamp and body, in the header `webhook-signature`; reasons for our own
lines in docs/decisions/webhooks.md.
"""

from __future__ import annotations

import hmac
import re
from base64 import b64decode, b64encode
from collections.abc import Collection
from datetime import UTC, datetime, timedelta

from staytrue.kit.errors import Misconfigured

TOLERANCE = timedelta(minutes=5)
_PREFIX = "whsec_"
_VERSION = "v1,"
_KEY_BYTES_LEAST = 16
# A sender that changes its key signs with the old and the new one; nobody needs more than a few.
_SIGNATURES_LENGTH_MOST = 4_096
_ID = re.compile(r"[!-~]{1,256}")
_SECONDS = re.compile(r"[0-9]{1,11}")


def key_of(secret: str) -> bytes:
    """The key in a secret as the sender shows it: `whsec_` and base64."""
    try:
        key = b64decode(secret.removeprefix(_PREFIX), validate=True)
    except ValueError:
        key = b""
    if len(key) < _KEY_BYTES_LEAST:
        raise Misconfigured(
            "The signing secret is not one: it begins with whsec_ and goes on in base64. Copy it "
            "from the PMS once more.",
            "signing_secret_unreadable",
        )
    return key


def signature(key: bytes, event_id: str, at: datetime, body: bytes) -> str:
    """The header's value for what is sent at this instant."""
    seconds = str(int(at.timestamp()))
    return _VERSION + b64encode(_digest(key, event_id, seconds, body)).decode()


def is_near(seconds: str, now: datetime) -> bool:
    """Whether the header `webhook-timestamp` names an instant near the present one."""
    if not _SECONDS.fullmatch(seconds):
        return False
    return abs(datetime.fromtimestamp(int(seconds), UTC) - now) <= TOLERANCE


def is_well_formed(event_id: str, signatures: str) -> bool:
    """Whether these headers can belong to a signed body at all."""
    is_short = 0 < len(signatures) <= _SIGNATURES_LENGTH_MOST
    return is_short and signatures.isascii() and _ID.fullmatch(event_id) is not None


def is_signed(
    keys: Collection[bytes], event_id: str, seconds: str, signatures: str, body: bytes
) -> bool:
    """Whether one of these keys made one of the signatures, told in constant time."""
    given = [each.encode() for each in signatures.split() if each.startswith(_VERSION)]
    found = False
    for key in keys:
        right = _VERSION.encode() + b64encode(_digest(key, event_id, seconds, body))
        for each in given:
            found |= hmac.compare_digest(right, each)
    return found


def _digest(key: bytes, event_id: str, seconds: str, body: bytes) -> bytes:
    return hmac.digest(key, f"{event_id}.{seconds}.".encode() + body, "sha256")
