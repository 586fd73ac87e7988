"""A simulated PMS that signs its calls by Standard Webhooks, as the frame of pushes knows it."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime
from random import Random

from staytrue.kit import signing

DIALECT = "signed"


@dataclass(frozen=True)
class Sender:
    """The PMS's end: its secret, and what it puts on a call."""

    secret: str

    @classmethod
    def drawn(cls, seed: int) -> Sender:
        """A sender with a secret of its own."""
        return cls("whsec_" + b64encode(Random(seed).randbytes(32)).decode())

    def headers(self, event_id: str, at: datetime, body: bytes) -> dict[str, str]:
        """The headers of a call made at this instant."""
        key = signing.key_of(self.secret)
        return {
            "content-type": "application/json",
            "webhook-id": event_id,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": signing.signature(key, event_id, at, body),
        }
