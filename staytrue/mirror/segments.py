"""Why a guest probably travels, guessed from the booking itself: beside the PMS's segment. Pure.

The guess has a column of its own and never touches what the PMS says, so both can be filtered
apart. It looks at the reservation alone: the same booking always gives the same guess.
"""

from __future__ import annotations

from datetime import date
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
    if stay.channel is Channel.CORPORATE or stay.custom.get("company"):
        return Guess(Segment.BUSINESS, "company")
    if stay.rate_code and any(word in stay.rate_code.upper() for word in _CORPORATE_RATES):
        return Guess(Segment.BUSINESS, "corporate_rate")
    if stay.channel is Channel.GROUP:
        return Guess(Segment.OTHER, "group")
    if stay.children or stay.infants:
        return Guess(Segment.LEISURE, "children")
    if stay.channel in _LEISURE_CHANNELS:
        return Guess(Segment.LEISURE, "tour_operator")
    if has_weekend_night(stay.arrival_on, stay.nights):
        return Guess(Segment.LEISURE, "weekend")
    if stay.nights > BUSINESS_NIGHTS_MAX:
        return Guess(Segment.LEISURE, "long_stay")
    if stay.adults is None:
        return Guess(Segment.OTHER, "party_unknown")
    if stay.adults > 1:
        return Guess(Segment.LEISURE, "together")
    return Guess(Segment.BUSINESS, "alone_on_weekdays")


def has_weekend_night(arrival: date, nights: int) -> bool:
    """Whether a stay holds a Friday or Saturday night; day use counts as the night after it."""
    weekday = arrival.weekday()
    return weekday == _SATURDAY or max(nights, 1) > (_FRIDAY - weekday) % 7
