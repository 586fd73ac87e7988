"""Proportions of real bookings, measured once and written down as small tables.

Source of everything marked *file*: 9,999 bookings of a resort hotel in N. Antonio, A. de Almeida,
L. Nunes, "Hotel booking demand datasets", Data in Brief 22 (2019), CC BY 4.0. Only figures were
taken over, never rows. What the file cannot say is marked *ours*.
"""

from __future__ import annotations

from dataclasses import dataclass

from staytrue.hotel.codes import Board, Channel, Segment
from staytrue.lab.names import (
    AMERICAN,
    AUSTRIAN,
    BELGIAN,
    DUTCH,
    EMIRATI,
    ENGLISH,
    FRENCH,
    GERMAN,
    GREEK,
    IRISH,
    ITALIAN,
    MOROCCAN,
    POLISH,
    PORTUGUESE,
    SPANISH,
    Culture,
)


@dataclass(frozen=True)
class Market:
    """One market segment of the file: how early, how long, and how often it does not come.

    `lead` are the days before arrival at every twentieth of the bookings, `nights` the bookings
    per thousand by length from 0 (day use) to 14 nights.
    """

    share: float
    segment: Segment
    channels: tuple[tuple[Channel, float], ...]
    lead: tuple[int, ...]
    nights: tuple[int, ...]
    cancelled: float
    no_show: float


def _marks(text: str) -> tuple[int, ...]:
    return tuple(int(mark) for mark in text.split())


# The extract holds 61.7 % cancelled and 1.6 % no-shows, an oddity of how it was cut. Ours: 28 % and
# 2 % over all, with the ratios between the markets as in the file.
CANCELLED = 0.28 / 0.617
NO_SHOW = 0.02 / 0.016

# File: shares, lead times, lengths. The file has no GDS and one direct channel: ours is that a
# quarter of corporate bookings came by GDS and that two of three direct ones used the website.
MARKETS = (
    Market(
        0.474,
        Segment.LEISURE,
        ((Channel.OTA, 1.0),),
        (
            0,
            3,
            12,
            19,
            26,
            34,
            41,
            48,
            57,
            65,
            73,
            83,
            95,
            107,
            121,
            136,
            155,
            178,
            206,
            249,
            403,
        ),
        (11, 99, 143, 147, 146, 101, 67, 175, 32, 27, 18, 6, 7, 3, 12),
        0.734 * CANCELLED,
        0.017 * NO_SHOW,
    ),
    Market(
        0.239,
        Segment.GROUP,
        ((Channel.GROUP, 0.61), (Channel.DIRECT, 0.30), (Channel.CORPORATE, 0.09)),
        _marks("0 17 44 64 78 101 112 123 143 155 168 169 183 197 211 215 236 289 339 383 542"),
        (3, 95, 283, 247, 192, 45, 13, 90, 4, 9, 3, 0, 5, 0, 3),
        0.632 * CANCELLED,
        0.003 * NO_SHOW,
    ),
    Market(
        0.156,
        Segment.LEISURE,
        ((Channel.TOUR_OPERATOR, 1.0),),
        _marks("0 9 22 33 46 55 65 79 90 105 118 133 147 164 186 201 223 250 305 346 460"),
        (9, 48, 45, 97, 96, 60, 53, 360, 26, 15, 75, 21, 8, 1, 75),
        0.358 * CANCELLED,
        0.015 * NO_SHOW,
    ),
    Market(
        0.097,
        Segment.LEISURE,
        ((Channel.WEBSITE, 0.67), (Channel.DIRECT, 0.33)),
        (
            0,
            0,
            0,
            2,
            5,
            9,
            12,
            17,
            23,
            30,
            36,
            46,
            54,
            65,
            74,
            85,
            100,
            129,
            177,
            244,
            737,
        ),
        (6, 216, 149, 124, 109, 92, 54, 146, 35, 15, 26, 7, 5, 2, 7),
        0.490 * CANCELLED,
        0.037 * NO_SHOW,
    ),
    Market(
        0.034,
        Segment.BUSINESS,
        ((Channel.CORPORATE, 0.75), (Channel.GDS, 0.25)),
        _marks("0 0 1 2 4 5 9 12 15 22 24 30 33 35 36 39 41 52 78 154 343"),
        (3, 460, 113, 101, 122, 18, 6, 24, 54, 12, 9, 21, 3, 21, 3),
        0.430 * CANCELLED,
        0.036 * NO_SHOW,
    ),
)

# File: the tenth of the lead time in which a cancellation fell, per 6,173 of them. A quarter is
# regretted at once.
CANCELLED_IN_TENTH = (1612, 675, 567, 400, 418, 523, 313, 465, 562, 561)

# File: bookings per 10,000 by party (adults, children, infants); crowds of 20 and more left out.
PARTIES = (
    ((2, 0, 0), 7582),
    ((1, 0, 0), 1236),
    ((2, 2, 0), 424),
    ((2, 1, 0), 255),
    ((3, 0, 0), 183),
    ((3, 1, 0), 123),
    ((2, 0, 1), 116),
    ((2, 1, 1), 16),
    ((1, 2, 0), 10),
    ((1, 1, 0), 9),
    ((4, 0, 0), 5),
)

# File: meals, "Undefined" and "SC" taken together as room only. All inclusive is ours.
BOARDS = (
    (Board.BB, 7132),
    (Board.HB, 2098),
    (Board.FB, 411),
    (Board.RO, 348),
    (Board.AI, 10),
)

# File: arrivals by weekday, Monday first. The months are ours: the extract covers some twice.
WEEKDAYS = (1555, 1016, 1181, 1472, 1689, 1996, 1090)
MONTHS = (0.70, 0.80, 0.90, 1.00, 1.05, 1.08, 1.12, 1.15, 1.10, 1.08, 0.88, 0.85)

# File: the deciles of the average daily rate, in cents.
RATE_DECILES = (3000, 3995, 5000, 5900, 6800, 7785, 8700, 10867, 13400, 17779, 38400)

# File: 35.8 % of the bookings carry a special request.
WITH_REQUEST = 0.36

# Ours, from SIMULATION section 2: moved before arrival (12 % in all kinds), and the rest of life.
MOVED = 0.07
CATEGORY_CHANGED = 0.035
GUEST_REPLACED = 0.015
REINSTATED = 0.014
OPTION_FIRST = 0.04
EARLY_CHECK_IN = 0.01
SHORTENED = 0.03
EXTENDED = 0.04
ROOM_MOVED = 0.03
RETURNING = 0.30
NEW_PROFILE_FOR_RETURNING = 0.25
WITHOUT_CONTACT = 0.15
GROUP_SIZE = (4, 14)

# File: countries; the home market (59.3 %) and the neighbour (9.1 %) keep their shares and become
# Spain and France, since the demo hotel stands in Bilbao. Arabic and Greek names are ours.
COUNTRIES: tuple[tuple[Culture, int], ...] = (
    (SPANISH, 593),
    (ENGLISH, 125),
    (FRENCH, 91),
    (IRISH, 38),
    (GERMAN, 40),
    (PORTUGUESE, 21),
    (POLISH, 9),
    (DUTCH, 9),
    (BELGIAN, 9),
    (ITALIAN, 8),
    (AMERICAN, 6),
    (AUSTRIAN, 4),
    (MOROCCAN, 4),
    (EMIRATI, 3),
    (GREEK, 3),
)
