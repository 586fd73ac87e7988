"""OPERA's words: statuses, which are the same everywhere, and the hotel's own lists of codes.

Market, source, language and package codes belong to each hotel, so nothing is known of them but
what the connection's settings say.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from staytrue.connectors.base import Finding, Settings
from staytrue.hotel.codes import Board, Channel, Payment, Segment, Status
from staytrue.kit.errors import Misconfigured, Unreadable

# Search, detail, summary and events each write the same statuses differently, so only letters
# count. Due in and due out are worked out from the business date and say nothing more.
STATUSES = {
    "RESERVED": Status.CONFIRMED,
    "DUEIN": Status.CONFIRMED,
    "REQUESTED": Status.INQUIRY,
    "PROSPECT": Status.INQUIRY,
    "WAITLISTED": Status.WAITLIST,
    "WAITLIST": Status.WAITLIST,
    "INHOUSE": Status.IN_HOUSE,
    "CHECKEDIN": Status.IN_HOUSE,
    "WALKIN": Status.IN_HOUSE,
    "DUEOUT": Status.IN_HOUSE,
    "PENDINGCHECKOUT": Status.IN_HOUSE,
    "CHECKEDOUT": Status.CHECKED_OUT,
    "CANCELLED": Status.CANCELLED,
    "CANCELED": Status.CANCELLED,
    "NOSHOW": Status.NO_SHOW,
}
# OPERA's own two-letter codes of card schemes, and the one for cash it comes with.
PAYMENTS = dict.fromkeys(
    ("VA", "VI", "MC", "AX", "DC", "DS", "JC", "EC", "SW", "MA", "CU"), Payment.CARD
) | {"CA": Payment.CASH}

_LETTERS = re.compile(r"[^A-Z]")
_PAIRS = re.compile(r"[,;\n]+")
Code = TypeVar("Code", bound=StrEnum)


def status_of(word: str | None) -> Status:
    """Our status of OPERA's word; an unknown one parks the record."""
    if word is None:
        raise Unreadable("The reservation says no status.", "unknown_status", word="")
    found = STATUSES.get(_LETTERS.sub("", word.upper()))
    if found is None:
        raise Unreadable(
            f"OPERA's status {word[:40]!r} is not known: nobody can say what it means for the "
            "guest. Report it, so that it can be taught.",
            "unknown_status",
            word=word[:40],
        )
    return found


@dataclass
class House:
    """What a connection's settings say of its hotel, read once per payload."""

    settings: Settings
    zone: ZoneInfo
    instants: ZoneInfo
    hotel_id: str | None
    languages: dict[str, str]
    channels: dict[str, Channel]
    segments: dict[str, Segment]
    boards: dict[str, Board]
    payments: dict[str, Payment]
    room_codes: frozenset[str]
    tax_codes: frozenset[str]

    @classmethod
    def of(cls, settings: Settings) -> House:
        """The hotel of these settings."""
        values, zone = settings.values, ZoneInfo(settings.zone)
        return cls(
            settings,
            zone,
            ZoneInfo("UTC") if values.get("instants") == "utc" else zone,
            values.get("hotel_id") or None,
            _pairs(values.get("languages")),
            _codes(Channel, values.get("channels")),
            _codes(Segment, values.get("segments")),
            _codes(Board, values.get("boards")),
            _codes(Payment, values.get("payments")),
            frozenset(_list(values.get("room_codes"))),
            frozenset(_list(values.get("tax_codes"))),
        )

    def is_ours(self, hotel_id: str | None) -> bool:
        """Whether a record is of this hotel. The chain's own, profiles above all, name none."""
        if not hotel_id or not self.hotel_id:
            return True
        return hotel_id.upper() == self.hotel_id.upper()

    def property_of(self, hotel_id: str | None) -> str:
        """Our property of OPERA's hotel code. Another hotel's record never enters this one."""
        if hotel_id and not self.is_ours(hotel_id):
            raise Unreadable(
                f"This is a record of hotel {hotel_id[:20]}; the connection is for "
                f"{self.hotel_id}. Check hotel_id, or connect that hotel too.",
                "other_property",
                hotel=hotel_id[:20],
            )
        if self.hotel_id:
            return self.settings.property
        return hotel_id or self.settings.property


@dataclass
class Notes:
    """Findings of one record: unknown words are counted, never guessed."""

    line: int
    found: list[Finding] = field(default_factory=list)

    def unknown(self, name: str, word: str) -> None:
        """A code that the settings do not explain."""
        self.found.append(Finding("unknown_word", self.line, {"field": name, "word": word[:60]}))

    def unreadable(self, name: str, said: str) -> None:
        """A value that is not what its field is for."""
        facts = {"field": name, "text": said[:60]}
        self.found.append(Finding("unreadable_cell", self.line, facts))


def _pairs(said: Any) -> dict[str, str]:
    """`E=en, S=es` or a table, with the hotel's codes in capitals."""
    if isinstance(said, dict):
        return {str(code).upper(): str(meaning) for code, meaning in said.items()}
    pairs = (pair.partition("=") for pair in _list(said))
    return {code.strip().upper(): meaning.strip() for code, _, meaning in pairs}


def _list(said: Any) -> Iterable[str]:
    if isinstance(said, str):
        return [part.strip() for part in _PAIRS.split(said) if part.strip()]
    return [str(part) for part in said or ()]


def _codes(kind: type[Code], said: Any) -> dict[str, Code]:
    try:
        return {code: kind(meaning) for code, meaning in _pairs(said).items()}
    except ValueError as problem:
        known = ", ".join(member.value for member in kind)
        raise Misconfigured(
            f"The settings explain a code by a word that is not known ({problem}). Known are: "
            f"{known}.",
            "code_table",
        ) from None
