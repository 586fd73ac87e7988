"""Every answer about a message is kept with the facts as known then, and asks follow the holds."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from staytrue.staff import actions as staff
from staytrue.staff.actions import NewAsk

ASK = "confirm-message:"


@dataclass(frozen=True)
class Said:
    """One answer about one message. Its facts name nobody: numbers, codes, instants."""

    message_id: int
    property_id: int
    answer: str
    reason: str = ""
    until: datetime | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


def note(said: Sequence[Said], now: datetime) -> None:
    """Append them, in their order."""
    if not said:
        return
    rows = [
        vars(each) | {"place": place, "until": each.until.isoformat() if each.until else None}
        for place, each in enumerate(said)
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO message_decision (message_id, property_id, at, answer, reason, until, facts)
               SELECT x.message_id, x.property_id, %s, x.answer, x.reason, x.until, x.facts
                 FROM jsonb_to_recordset(%s::jsonb) AS x(place int, message_id bigint,
                      property_id bigint, answer text, reason text, until timestamptz, facts jsonb)
                ORDER BY x.place""",
            [now, json.dumps(rows)],
        )


def ask_people(waiting: Sequence[NewAsk], now: datetime) -> None:
    """Have somebody look into the PMS: confirm, or drop (FEATURES C06)."""
    staff.open_asks(waiting, now)


def close_asks(message_ids: Collection[int], why: str, now: datetime) -> None:
    """Nobody need look any more for these."""
    if message_ids:
        staff.close_asks([f"{ASK}{id_}" for id_ in message_ids], why, now)
