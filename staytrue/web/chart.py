"""The age of a mirror over some days as an SVG path: climbs with time, falls with each delivery."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from staytrue.mirror.rules import AGE_LIMITS
from staytrue.web import formats, words

WIDTH, HEIGHT = 504.0, 154.0
LEFT, TOP = 44.0, 12.0
_DAYS = 7
# Distances between the lines of the scale that people count in, and how many lines at most.
_STEPS = (300, 900, 1800, 3600, 2 * 3600, 3 * 3600, 6 * 3600, 12 * 3600, 86_400, 2 * 86_400)
_LINES = 6
# Limits worth a line: the strictest letter, and the one that tolerates most.
_LIMITS = (("pre_check_in", "lim"), ("pre_stay", "lim2"))


@dataclass(frozen=True)
class Mark:
    """A label of an axis or of a limit."""

    at: float
    text: str
    style: str = ""


@dataclass(frozen=True)
class Chart:
    """What the template draws; all numbers are in the picture's own units."""

    line: str
    area: str
    hours: list[Mark]
    days: list[Mark]
    limits: list[Mark]
    end: tuple[float, float]
    now_text: str
    worst: str
    table: list[tuple[str, str]]


def age_chart(
    readings: Iterable[tuple[datetime, datetime]], now: datetime, zone: str
) -> Chart | None:
    """From deliveries (settled at, true through) to the picture; None before the first reading."""
    begin = now - timedelta(days=_DAYS)
    points = _saw(sorted(readings), begin, now)
    if not points:
        return None
    worst = max(age for _, age in points)
    space = next((each for each in _STEPS if worst <= each * _LINES), worst)
    lines = max(2, -int(-worst // space))
    top = lines * space
    drawn = [(_x(at, begin, now), _y(age, top)) for at, age in points]
    line = "M" + " L".join(f"{x:.1f} {y:.1f}" for x, y in drawn)
    floor = TOP + HEIGHT
    return Chart(
        line=line,
        area=f"{line} L{drawn[-1][0]:.1f} {floor:.1f} L{drawn[0][0]:.1f} {floor:.1f}Z",
        hours=[
            Mark(_y(n * space, top), formats.span(n * space) if n else "0")
            for n in range(lines + 1)
        ],
        days=_day_marks(begin, now, zone),
        limits=[
            Mark(_y(limit, top), words.word(words.MESSAGE, name), style)
            for name, style in _LIMITS
            if (limit := AGE_LIMITS[name].total_seconds()) <= top
        ],
        end=drawn[-1],
        now_text=formats.age(points[-1][1]),
        worst=formats.age(worst),
        table=[
            (formats.instant(at, zone, now), formats.age(age))
            for (at, age), (after, _age) in zip(points, [*points[1:], (now, 0.0)], strict=True)
            if at in (after, now)
        ],
    )


def _saw(
    readings: list[tuple[datetime, datetime]], begin: datetime, now: datetime
) -> list[tuple[datetime, float]]:
    """Corner by corner: just before a delivery the mirror is oldest, just after it youngest."""
    points: list[tuple[datetime, float]] = []
    through: datetime | None = None
    for settled, told in readings:
        newest = told if through is None else max(through, told)
        if settled > begin:
            if through is not None:
                if not points:
                    points.append((begin, (begin - through).total_seconds()))
                points.append((settled, (settled - through).total_seconds()))
            points.append((settled, max(0.0, (settled - newest).total_seconds())))
        through = newest
    if through is None:
        return []
    if not points:
        points.append((begin, (begin - through).total_seconds()))
    points.append((now, max(0.0, (now - through).total_seconds())))
    return points


def _x(at: datetime, begin: datetime, now: datetime) -> float:
    return LEFT + WIDTH * ((at - begin) / (now - begin))


def _y(age: float, top: float) -> float:
    return TOP + HEIGHT * (1 - age / top)


def _day_marks(begin: datetime, now: datetime, zone: str) -> list[Mark]:
    """A label in the middle of each of the hotel's days."""
    local = begin.astimezone(ZoneInfo(zone))
    noon = local.replace(hour=12, minute=0, second=0, microsecond=0)
    marks = []
    for day in range(_DAYS + 1):
        at = noon + timedelta(days=day)
        if begin + timedelta(hours=8) < at < now - timedelta(hours=1):
            marks.append(Mark(_x(at, begin, now), formats.day(at.date(), at.year)))
    return marks
