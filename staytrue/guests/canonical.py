"""A guest as programs read him: what `show` and `list` print and the API answers."""

from __future__ import annotations

from typing import Any

from staytrue.guests.composing import FIELDS
from staytrue.guests.past import Known

STAY_FIELDS = (
    "key", "roles", "property", "number", "leg", "status", "arrival_on", "departure_on", "nights",
    "room_number", "room_category", "channel", "amount", "currency", "as_of",
)  # fmt: skip


def guest(known: Known) -> dict[str, Any]:
    """The record of a guest: what his id is, who he is, his profiles and stays."""
    nights = sum(stay["nights"] or 0 for stay in known.stays if stay["status"] == "checked_out")
    return line(known) | {
        "stays": [{name: stay[name] for name in STAY_FIELDS} for stay in known.stays],
        "nights": nights,
    }


def line(known: Known) -> dict[str, Any]:
    """The same without his stays, as it stands in a list."""
    golden = known.golden
    hidden = {name for each in known.profiles for name in each["hidden"]}
    masked = {name for each in known.profiles for name in each["masked"]}
    return {
        "id": str(known.answer.public_id),
        "state": str(known.answer.state),
        "current": [str(each.public_id) for each in known.answer.current],
        "name": golden.name,
        **{name: golden.value(name) for name in FIELDS},
        "profiles": [{"key": each["key"], "as_of": each["as_of"]} for each in known.profiles],
        "as_of": known.as_of,
        # What one hotel hides and another shows is not hidden.
        "hidden": sorted(name for name in hidden & {*FIELDS} if not golden.value(name)),
        "masked": sorted(name for name in masked & {*FIELDS} if not golden.value(name)),
    }
