"""Why a guest probably travels, guessed from the booking itself: beside the PMS's segment. Pure.

The guess has a column of its own and never touches what the PMS says, so both can be filtered
apart. It looks at the reservation alone: the same booking always gives the same guess.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from staytrue.hotel.codes import Channel, Segment
from staytrue.hotel.records import Reservation

# How negotiated rates are called all over the trade; matched inside the hotel's own code.
_CORPORATE_RATES = ("CORP", "COMPANY", "BUSINESS", "NEGO")
_LEISURE_CHANNELS = frozenset({Channel.TOUR_OPERATOR, Channel.WHOLESALE})
_FRIDAY, _SATURDAY = 4, 5
BUSINESS_NIGHTS_MAX = 3


class Guess(NamedTuple):
    """A segment and the fact that decided it."""

    segment: Segment
    reason: str


def guess(stay: Reservation) -> Guess:
    """The first fact that speaks: who pays, who comes along, then how long and on which nights."""
    return _guess(
        stay.channel,
        stay.rate_code,
        stay.arrival_on.weekday(),
        stay.nights,
        stay.adults,
        bool(stay.custom.get("company")),
        bool(stay.children or stay.infants),
    )


# A hotel sells few combinations; remembering them makes the guess cheap for a million bookings.
@lru_cache(maxsize=16_384)
def _guess(
    channel: str,
    rate_code: str | None,
    weekday: int,
    nights: int,
    adults: int | None,
    pays_company: bool,  # noqa: FBT001 - facts, not switches
    with_children: bool,  # noqa: FBT001
) -> Guess:
    if channel == Channel.CORPORATE or pays_company:
        return Guess(Segment.BUSINESS, "company")
    if rate_code and any(word in rate_code.upper() for word in _CORPORATE_RATES):
        return Guess(Segment.BUSINESS, "corporate_rate")
    if channel == Channel.GROUP:
        return Guess(Segment.OTHER, "group")
    if with_children:
        return Guess(Segment.LEISURE, "children")
    if channel in _LEISURE_CHANNELS:
        return Guess(Segment.LEISURE, "tour_operator")
    if has_weekend_night(weekday, nights):
        return Guess(Segment.LEISURE, "weekend")
    if nights > BUSINESS_NIGHTS_MAX:
        return Guess(Segment.LEISURE, "long_stay")
    if adults is None:
        return Guess(Segment.OTHER, "party_unknown")
    if adults > 1:
        return Guess(Segment.LEISURE, "together")
    return Guess(Segment.BUSINESS, "alone_on_weekdays")


def has_weekend_night(weekday: int, nights: int) -> bool:
    """Whether a stay from this weekday (Monday is 0) holds a Friday or Saturday night.

    Day use counts as the night after it.
    """
    return weekday == _SATURDAY or max(nights, 1) > (_FRIDAY - weekday) % 7
