"""The carrier that carries nothing: the text stays on this machine with what it would have cost."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from staytrue.messages.carriers.base import Outcome, Outgoing, Result

OUTBOX = "outbox"
"""What stands as the provider's number of a message that did not leave."""
# GSM 03.38: letters that count once; those of its extension count twice.
_BASIC = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_DOUBLE = set("^{}\\[~]|€\f")
_GSM, _GSM_MANY, _UNICODE, _UNICODE_MANY = 160, 153, 70, 67


@dataclass(frozen=True)
class Price:
    """What one part of a text message costs; without an amount nobody said."""

    per_segment: Decimal | None = None
    currency: str = ""


def segments(text: str) -> int:
    """In how many parts a text message goes: letters outside the phones' alphabet make them short."""
    if all(letter in _BASIC or letter in _DOUBLE for letter in text):
        length, one, many = sum(2 if letter in _DOUBLE else 1 for letter in text), _GSM, _GSM_MANY
    else:
        length, one, many = len(text.encode("utf-16-le")) // 2, _UNICODE, _UNICODE_MANY
    return 1 if length <= one else math.ceil(length / many)


def cost(text: str, price: Price) -> Decimal | None:
    """What a text message costs; None where no price is known."""
    return None if price.per_segment is None else price.per_segment * segments(text)


class DryRun:
    """Takes everything and hands it to nobody."""

    def hand_over(self, outgoing: Sequence[Outgoing]) -> Iterator[Outcome]:
        """Each is in the outbox."""
        for _ in outgoing:
            yield Outcome(Result.ACCEPTED, OUTBOX, facts={"outbox": True})

    def close(self) -> None:
        """There is nobody to hang up on."""
