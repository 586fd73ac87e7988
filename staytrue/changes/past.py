"""A mirrored record as it was known at a past instant: the row of today less all later differences."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from staytrue.changes import log
from staytrue.inbox.models import Delivery
from staytrue.kit.errors import Refused
from staytrue.mirror.canonical import local_instant, undo
from staytrue.mirror.reading import Found


def as_known(found: Found, instant: datetime, true_at: datetime | None = None) -> dict[str, Any]:
    """The canonical record as a screen would have shown it at this instant, `as_of` included.

    With `true_at`: as it stood at the source then, going by what we knew at `instant`.
    """
    object_id = found.row["id"]
    first = log.first_known(found.object, object_id)
    if first is None or first > instant:
        raise _not_then(found, "known", instant, first)
    record = undo(found.record(), log.diffs_since(found.object, object_id, instant))
    if true_at is not None:
        record = _as_true(found, record, instant, true_at)
    through = _true_through(found, instant)
    text = through.isoformat() if through else None
    return {**record, "as_of": local_instant(text, found.house.zone)}


def _as_true(
    found: Found, record: dict[str, Any], instant: datetime, true_at: datetime
) -> dict[str, Any]:
    """What became true later is taken back, however early or late we came to know it."""
    known = [
        each for each in log.versions_of(found.object, found.row["id"]) if each["at"] <= instant
    ]
    begun = record.get("created_at")
    # A day without an hour began with that day.
    if begun and begun[:10] > true_at.astimezone(ZoneInfo(found.house.zone)).date().isoformat():
        raise _not_then(found, "there", true_at, None)
    record = undo(record, [each["diff"] for each in known])
    for each in reversed(known):
        if (each["source_at"] or each["at"]) <= true_at:
            record |= {field: after for field, (_, after) in each["diff"].items()}
    return record


def _not_then(found: Found, what: str, instant: datetime, first: datetime | None) -> Refused:
    came = f"; it came on {first.isoformat()}" if first else ""
    return Refused(
        f"{found.key} was not {what} on {instant.isoformat()}{came}.",
        "not_known_then",
        key=found.key,
    )


def _true_through(found: Found, instant: datetime) -> datetime | None:
    """How far the feed was true then: what the newest delivery applied by then spoke of."""
    applied = Delivery.objects.filter(
        connection_id=found.row["connection_id"],
        object=found.object,
        state=Delivery.State.APPLIED,
        settled_at__lte=instant,
    )
    newest = applied.order_by("-made_at").values_list("made_at", "received_at").first()
    return (newest[0] or newest[1]) if newest else None
