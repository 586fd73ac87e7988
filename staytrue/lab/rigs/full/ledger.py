"""What Staytrue itself shows of its messages: the ledger as people read it, beside the boundary."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from staytrue.hotel import scope

LEFT = frozenset({"accepted", "delivered", "bounced", "complained", "unknown"})
ENDED = LEFT | {"closed", "expired"}


@dataclass(frozen=True)
class Shown:
    """One message of a stay as its page shows it, with every reason it was ever held for."""

    public_id: str
    hotel: str
    property_id: int
    number: str
    kind: str
    occurrence: str
    role: str
    party: str
    purpose: str
    language: str
    state: str
    reason: str
    due_at: datetime
    planned_at: datetime
    not_before: datetime
    not_after: datetime
    basis: dict[str, Any]
    address: str
    held_for: frozenset[str] = field(default_factory=frozenset)


_MESSAGES = """
  SELECT m.public_id::text, z.code, m.property_id, r.number, m.kind, m.occurrence,
         m.recipient_role, m.party, m.purpose, m.language, m.state, m.reason, m.due_at, m.planned_at,
         m.not_before, m.not_after, m.basis::text, m.address, m.id
    FROM message m JOIN property z ON z.id = m.property_id
    JOIN reservation r ON r.id = m.reservation_id ORDER BY m.id"""
_HOLDS = """
  SELECT message_id, reason FROM message_decision
   WHERE answer IN ('hold', 'held', 'replan') AND reason <> ''"""


def read() -> dict[str, Shown]:
    """Every message by its public id, written without dashes as a letter's Message-ID has it."""
    with scope.everything(), connection.cursor() as cursor:
        cursor.execute(_HOLDS)
        holds: dict[int, set[str]] = defaultdict(set)
        for id_, reason in cursor.fetchall():
            holds[id_].add(reason)
        cursor.execute(_MESSAGES)
        rows = cursor.fetchall()
    return {row[0].replace("-", ""): _shown(row, holds) for row in rows}


def _shown(row: Sequence[Any], holds: Mapping[int, set[str]]) -> Shown:
    *told, basis, address, id_ = row
    name = str(told[0]).replace("-", "")
    return Shown(*[name, *told[1:], json.loads(basis), address, frozenset(holds.get(id_, ()))])


_STORY = """
  SELECT d.at, m.kind, m.occurrence, d.answer, d.reason, d.until, d.facts::text
    FROM message_decision d JOIN message m ON m.id = d.message_id
    JOIN property z ON z.id = m.property_id JOIN reservation r ON r.id = m.reservation_id
   WHERE z.code = %s AND r.number = %s ORDER BY d.id"""


def decided(hotel: str, number: str) -> list[tuple[datetime, str]]:
    """What was decided about the messages of a stay, and when."""
    with scope.everything(), connection.cursor() as cursor:
        cursor.execute(_STORY, [hotel, number])
        return [
            (at, f"{kind} {occurrence}: {answer} {reason} until {until} {facts[:200]}")
            for at, kind, occurrence, answer, reason, until, facts in cursor.fetchall()
        ]
