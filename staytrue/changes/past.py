"""A mirrored record as it was known at a past instant: the row of today less all later differences."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from staytrue.changes import log
from staytrue.inbox.models import Delivery
from staytrue.kit.errors import Refused
from staytrue.mirror.canonical import local_instant, undo
from staytrue.mirror.reading import Found


def as_known(found: Found, instant: datetime) -> dict[str, Any]:
    """The canonical record as a screen would have shown it at this instant, `as_of` included."""
    object_id = found.row["id"]
    first = log.first_known(found.object, object_id)
    if first is None or first > instant:
        raise Refused(
            f"{found.key} was not known on {instant.isoformat()}; it came on "
            f"{first.isoformat() if first else 'no known day'}.",
            "not_known_then",
            key=found.key,
        )
    record = undo(found.record(), log.diffs_since(found.object, object_id, instant))
    through = _true_through(found, instant)
    text = through.isoformat() if through else None
    return {**record, "as_of": local_instant(text, found.house.zone)}


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
