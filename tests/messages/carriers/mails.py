"""A finished mail to Claire Fontanel, and only what matters spelled out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from staytrue.messages.carriers.base import Outgoing, Sender

NOON = datetime(2026, 5, 21, 12, 0, tzinfo=UTC)
HOTEL = Sender("stay@sirga.example", "Hotel Sirga")


def mail(number: int = 1, **facts: Any) -> Outgoing:
    """One mail; its number tells it from the others."""
    given: dict[str, Any] = {
        "public_id": UUID(int=number),
        "mark": "0123456789abcdef",
        "sender": HOTEL,
        "address": "claire@fontanel.example",
        "name": "Claire Fontanel",
        "language": "fr",
        "subject": "Votre séjour à Bilbao",
        "html": "<p>Bonjour Claire,<br>à bientôt.</p>",
        "text": "Bonjour Claire,\nà bientôt.",
        "at": NOON,
        "unsubscribe": "https://sirga.example/g/u/abc",
    }
    return Outgoing(**given | facts)
