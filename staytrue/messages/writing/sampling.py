"""Whether a text can be filled for real guests: tried on the newest stays before it goes live."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from staytrue.kit.asking import ask
from staytrue.kit.errors import Refused
from staytrue.messages.kinds import DEMANDS, Kind
from staytrue.messages.writing import reading, rendering
from staytrue.messages.writing.reading import Asked
from staytrue.messages.writing.rendering import Version

MOST = 200
LINKS = dict.fromkeys(
    ("preferences", "unsubscribe", "pre_checkin", "survey", "wishes", "confirm"),
    "https://preview.invalid/",
)
"""What stands for links that are made only for a message that leaves."""
CORRECTED = {"cause": "cancelled", "subject": "Welcome", "sent_on": "2026-01-31"}
"""What stands for a wrong message that a correction would put right."""
TYPED = {"subject": "…", "words": "…"}
"""What stands for the words of a letter that nobody has written yet."""


def require_filled(version: Version, property_ids: Collection[int], now: datetime) -> int:
    """Refuse with the field named where it cannot be filled for one of them; answers how many."""
    sample = newest(version, property_ids)
    own = facts_of(version.kind)
    for language in version.texts:
        asked = [Asked(h, p, language, r, LINKS, own) for h, p, r, _number in sample]
        for told, (*_ids, number) in zip(reading.read(asked, now), sample, strict=True):
            try:
                rendering.rendered(version, language, told)
            except Refused as refusal:
                raise Refused(
                    f"It cannot be filled for {number}: {refusal.sentence}", refusal.code,
                    **{**refusal.facts, "of": number, "language": language},
                ) from refusal  # fmt: skip
    return len(sample)


def facts_of(kind: Kind) -> dict[str, Any]:
    """What only a message of this kind tells."""
    return {Kind.CORRECTION: {"corrects": CORRECTED}, Kind.LETTER: {"letter": TYPED}}.get(kind, {})


def newest(
    version: Version, property_ids: Collection[int], most: int = MOST
) -> list[tuple[int, int, int | None, str]]:
    """Property, profile, reservation and number of the newest stays, the same share of each hotel.

    For what is no message of a stay, only their guests.
    """
    share = max(1, most // max(1, len(property_ids)))
    rows = ask(
        """SELECT h.id, p.id, r.id, r.number
             FROM unnest(%(hotels)s::bigint[]) AS h(id)
             CROSS JOIN LATERAL (
               SELECT id, number, connection_id, primary_profile FROM reservation
                WHERE property_id = h.id ORDER BY arrival_on DESC, id DESC LIMIT %(share)s) r
             JOIN profile p ON p.connection_id = r.connection_id
                  AND p.source_id = r.primary_profile
            ORDER BY h.id, r.id""",
        {"hotels": list(property_ids), "share": share},
    )
    of_stay = DEMANDS[version.kind].of_stay
    return [(h, p, r if of_stay else None, number) for h, p, r, number in rows]
