"""Ten thousand stays of rig P as twenty worlds, in the very shares of weather of SIMULATION section 5.

Two test files share them, so that two workers do.
"""

from __future__ import annotations

from collections import Counter

from staytrue.lab.rigs.planner.campaign import WORLDS_MAX, simulate
from staytrue.lab.rigs.planner.weather import Mode
from staytrue.lab.rigs.reporting import Report
from staytrue.lab.rigs.world import Truth

SEED, SIZE, BOOKINGS = 7, 500, 10_000
WEATHERS = (
    *[Mode.CALM] * 1, *[Mode.NORMAL] * 9, *[Mode.STORM] * 6, *[Mode.LIVENESS] * 4,
)  # fmt: skip
PLACES = list(enumerate(WEATHERS))
SENT_LEAST = 0.99
"""Of one small world; of all together the report itself asks for more."""


def said(report: Report) -> str:
    """What a failed run tells whoever repeats it."""
    return "\n".join("\n".join(told.lines()) for told in report.broken[:3])


def name(given: object) -> str:
    """How a world is called among the tests."""
    return given.value if isinstance(given, Mode) else str(given)


def holds_its_promises(place: int, mode: Mode) -> None:
    """One of the worlds, judged."""
    report = simulate(SEED + place * WORLDS_MAX, SIZE, mode=mode)
    assert report.bookings == SIZE
    assert not report.broken, said(report)
    assert report.sent_in_normal >= SENT_LEAST
    if mode == Mode.CALM:
        how = Counter({how: n for (_, how), n in report.due.items()})
        assert set(how) == {"on time", "waits for a person"}
        assert how["on time"] > SIZE
        assert not {"stale_mirror", "hotel_unreachable", "held_delivery"} & set(report.held)


def late(truth: Truth) -> int:
    """How many bookings were cancelled in the last fifth of their lead."""
    count = 0
    for hotel, _, life in truth.lives():
        gone = [at for at, what, _ in life.versions if what == "cancelled"]
        evening = hotel.house.instant(life.last.arrival_on, 20 * 60)
        count += bool(gone) and gone[-1] > evening - (evening - life.first_at) * 0.2
    return count
