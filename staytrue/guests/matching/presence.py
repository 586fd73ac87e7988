"""What stays say against one person: two guests of one booking, and one night at two places.

Only the pairs that are asked about are looked at: a million profiles need no table of all that
ever were together.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from staytrue.guests.matching.pairs import each_once
from staytrue.guests.matching.vectors import Index
from staytrue.guests.matching.vetoes import Marks, Veto
from staytrue.hotel.codes import GuestRole, Status
from staytrue.kit.text import fold

_WAS_THERE = frozenset({Status.IN_HOUSE, Status.CHECKED_OUT})
_NIGHTS_MAX = 370
"""Longer stays are of residents, or were never closed: they tell nothing of one night."""
_DAYS = 1 << 22
"""More days than the calendar has, so that profile and day make one number."""


class Stay(NamedTuple):
    """One line of a roster that stands: a profile's part in a reservation.

    A line that ended is no stay: a desk that puts another profile in the place of one means the
    same person. `reservation` and `profile` name one in the whole group, `city` is the property's.
    """

    profile: str
    reservation: str
    property: str
    city: str
    arrival_on: date
    departure_on: date
    status: Status
    role: GuestRole


class Presence:
    """The stays of these profiles, to be asked about pairs of their places.

    Cancelled, expected and missed stays put nobody anywhere, but their guests are several people
    too. A booker is no guest. Two rooms of a hotel or two hotels of a city are no contradiction:
    people book for others, and move. Stays of one profile that contradict each other count for
    nothing: it lent its name.
    """

    def __init__(self, profiles: Sequence[str], stays: Iterable[Stay]) -> None:
        lines = _lines(profiles, stays)
        self._bookings = _Bookings(lines, len(profiles))
        nights = lines.departure - lines.arrival
        there = lines.where(lines.there.astype(bool) & (nights > 0) & (nights <= _NIGHTS_MAX))
        whole = _Nights(there, len(profiles))
        self._nights = _Nights(whole.lines.where(~whole.contradicted()), len(profiles))

    def marks(self, left: Index, right: Index) -> Marks:
        """What stands against each pair: `Veto.COMPANIONS`, `Veto.PRESENCE`, both or nothing."""
        found = np.zeros(len(left), np.int16)
        found[self._bookings.together(left, right)] |= Veto.COMPANIONS
        found[self._nights.apart(left, right)] |= Veto.PRESENCE
        return found


def apart(stays: Iterable[Stay], pairs: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Veto]:
    """The same for a few pairs of names, those with nothing against them left out."""
    asked = list(pairs)
    names = sorted({name for pair in asked for name in pair})
    places = {name: place for place, name in enumerate(names)}
    left, right = (np.array([places[pair[side]] for pair in asked], np.int64) for side in (0, 1))
    marks = Presence(names, stays).marks(left, right).tolist()
    return {pair: Veto(mark) for pair, mark in zip(asked, marks, strict=True) if mark}


class _Lines(NamedTuple):
    """Rosters by columns, as numbers; a city that is not known is -1."""

    profile: Index
    reservation: Index
    property: Index
    city: Index
    arrival: Index
    departure: Index
    there: Index

    def where(self, kept: NDArray[np.bool_] | Index) -> _Lines:
        return _Lines(*(column[kept] for column in self))


def _lines(profiles: Sequence[str], stays: Iterable[Stay]) -> _Lines:
    places = {name: place for place, name in enumerate(profiles)}
    reservations: dict[str, int] = {}
    properties: dict[str, int] = {}
    cities: dict[str, int] = {}
    found = array("q")
    for profile, reservation, property_, city, arrival_on, departure_on, status, role in stays:
        place = places.get(profile)
        if place is None or role == GuestRole.BOOKER:
            continue
        line = (
            place,
            reservations.setdefault(reservation, len(reservations)),
            properties.setdefault(property_, len(properties)),
            cities.setdefault(city, len(cities)),
            arrival_on.toordinal(),
            departure_on.toordinal(),
            status in _WAS_THERE,
        )
        found.extend(line)
    columns = np.frombuffer(found, np.int64).reshape(-1, len(_Lines._fields)).T.copy()
    lines = _Lines(*columns)
    return lines._replace(city=_folded(list(cities))[lines.city])


def _folded(cities: list[str]) -> Index:
    """The code of each city, the same however it is written; -1 for one that is not known."""
    names = [" ".join(fold(city).split()) for city in cities]
    codes = {name: code for code, name in enumerate(dict.fromkeys(filter(None, names)))}
    return np.array([codes.get(name, -1) for name in names], np.int64)


class _Rows:
    """Lines in the order of their profiles: where those of each begin, and how many it has."""

    def __init__(self, owners: Index, profiles: int) -> None:
        self._count = np.bincount(owners, minlength=profiles)
        self._begin = np.cumsum(self._count) - self._count

    def of_fewer(self, left: Index, right: Index) -> tuple[Index, Index, Index]:
        """Each line of that profile of each pair that has fewer: pairs, lines, and the others."""
        swap = self._count[left] > self._count[right]
        few, many = np.where(swap, right, left), np.where(swap, left, right)
        pairs, lines = _spread(self._begin[few], self._count[few])
        return pairs, lines, many[pairs]


class _Bookings:
    """Who is a guest of which booking, of bookings with several guests."""

    def __init__(self, lines: _Lines, profiles: int) -> None:
        guests = np.bincount(lines.reservation)
        lines = lines.where(guests[lines.reservation] > 1)
        self._width = len(guests)
        self._codes = each_once(lines.profile * self._width + lines.reservation)
        self._rows = _Rows(self._codes // max(self._width, 1), profiles)

    def together(self, left: Index, right: Index) -> Index:
        """The pairs of which both are guests of one booking."""
        pairs, lines, others = self._rows.of_fewer(left, right)
        if not len(lines):
            return pairs
        codes = others * self._width + self._codes[lines] % self._width
        at = np.minimum(np.searchsorted(self._codes, codes), len(self._codes) - 1)
        # Nobody is his own companion.
        found: Index = pairs[(self._codes[at] == codes) & (left != right)[pairs]]
        return found


class _Nights:
    """Who was where, in the order of profiles and arrivals."""

    def __init__(self, lines: _Lines, profiles: int) -> None:
        codes = lines.profile * _DAYS + lines.arrival
        order = np.argsort(codes, kind="stable")
        self.lines, self._codes = lines.where(order), codes[order]
        self._rows = _Rows(self.lines.profile, profiles)
        self._longest = np.zeros(profiles, np.int64)
        np.maximum.at(self._longest, lines.profile, lines.departure - lines.arrival)

    def apart(self, left: Index, right: Index) -> Index:
        """The pairs that were at two places on one night."""
        pairs, lines, others = self._rows.of_fewer(left, right)
        found: Index = pairs[self._elsewhere(lines, others)]
        return found

    def contradicted(self) -> NDArray[np.bool_]:
        """The stays during which their own profile was elsewhere too."""
        found = np.zeros(len(self._codes), bool)
        found[self._elsewhere(np.arange(len(found)), self.lines.profile)] = True
        return found

    def _elsewhere(self, lines: Index, others: Index) -> Index:
        """Places of those lines during which the other profile spent a night in another city."""
        arrival, departure = self.lines.arrival[lines], self.lines.departure[lines]
        # No stay of the other can reach into this one that began earlier than its longest allows.
        since = np.maximum(arrival - self._longest[others], 0)
        first = np.searchsorted(self._codes, others * _DAYS + since, "right")
        end = np.searchsorted(self._codes, others * _DAYS + departure)
        places, rivals = _spread(first, np.maximum(end - first, 0))
        city, rival_city = self.lines.city[lines[places]], self.lines.city[rivals]
        impossible = (
            (self.lines.departure[rivals] > arrival[places])
            & (self.lines.property[rivals] != self.lines.property[lines[places]])
            & (city != rival_city)
            & (city >= 0)
            & (rival_city >= 0)
        )
        found: Index = places[impossible]
        return found


def _spread(begin: Index, count: Index) -> tuple[Index, Index]:
    """Each range as its numbers: the place of its range beside each."""
    places = np.repeat(np.arange(len(count)), count)
    before = np.cumsum(count) - count
    return places, begin[places] + np.arange(len(places)) - before[places]
