"""The only writer of what a hotel chose for its door: limits, caps, quiet hours, look-ups."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from staytrue.hotel.models import Property
from staytrue.kit.errors import Refused
from staytrue.messages import gate
from staytrue.messages.kinds import DEMANDS, Kind, Needs
from staytrue.messages.models import GateSetting
from staytrue.messages.reasons import Reason
from staytrue.messages.surroundings import defaults
from staytrue.staff.access import Access, require

RIGHT = "journeys.approve"
RANGES = {
    "shared_above": (1, 1_000),
    "look_ups_per_hour": (0, 100_000),
    "cap_messages": (1, 1_000),
    "cap_days": (1, 90),
}
"""From what to what each number goes."""
LIMIT_MOST = 44_640
"""So many minutes old may a mirror be at most: a month."""
WAIVABLE = tuple(
    kind for kind, asked in DEMANDS.items() if asked.needs in (Needs.CHECKED_IN, Needs.CHECKED_OUT)
)
"""Kinds that a hotel may send by the calendar, where its PMS never tells of check-ins."""
_NAMES = {"limits", "without_check_in", "quiet_from", "quiet_until", *RANGES}
# What waits for these is decided again at once: the answer may be another one now.
_WOKEN = (Reason.CAPPED, Reason.QUIET_HOURS, Reason.STALE_MIRROR, Reason.SHARED_ADDRESS)


def of(hotel: Property) -> GateSetting:
    """What the hotel chose, or what is written for one that chose nothing."""
    return GateSetting.objects.filter(pk=hotel.pk).first() or defaults(hotel.pk)


def choose(access: Access, hotel: Property, values: Mapping[str, Any], now: datetime) -> None:
    """Keep what the hotel chose, in the caller's transaction; `limits` without a kind is its own."""
    require(access, RIGHT, hotel.pk)
    if unknown := values.keys() - _NAMES:
        raise Refused(f"There is no such choice: {', '.join(sorted(unknown))}.", "no_such_choice")
    for name, (least, most) in RANGES.items():
        if name in values and not least <= values[name] <= most:
            raise Refused(
                f"{name} is a number from {least} to {most}.", "out_of_range",
                least=least, most=most,
            )  # fmt: skip
    kinds = {kind.value for kind in Kind}
    for kind, minutes in values.get("limits", {}).items():
        if kind not in kinds or not 1 <= minutes <= LIMIT_MOST:
            raise Refused(
                f"The limit of a kind is a number of minutes from 1 to {LIMIT_MOST}.",
                "out_of_range", least=1, most=LIMIT_MOST,
            )  # fmt: skip
    if set(values.get("without_check_in", ())) - set(WAIVABLE):
        raise Refused("Only what needs a check-in can be sent without one.", "not_waivable")
    kept = of(hotel)
    for name, value in values.items():
        setattr(kept, name, value)
    kept.save()
    for reason in _WOKEN:
        gate.wake(reason, [hotel.pk], now)
