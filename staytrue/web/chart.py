"""Charts of a connection as SVG paths: the age of a mirror read from files, the lag of a living one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from staytrue.changes.log import HourOfLag
from staytrue.mirror.rules import AGE_LIMITS
from staytrue.web import formats, words

WIDTH, HEIGHT = 504.0, 154.0
LEFT, TOP = 44.0, 12.0
_DAYS = 7
_HOUR = timedelta(hours=1)
# Distances between the lines of the scale that people count in, and how many lines at most.
_SHORT_STEPS = (1, 2, 5, 10, 15, 30, 60, 120)
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
    top, hours = _scale(worst, _STEPS)
    drawn = [(_x(at, begin, now), _y(age, top)) for at, age in points]
    line = "M" + " L".join(f"{x:.1f} {y:.1f}" for x, y in drawn)
    floor = TOP + HEIGHT
    return Chart(
        line=line,
        area=f"{line} L{drawn[-1][0]:.1f} {floor:.1f} L{drawn[0][0]:.1f} {floor:.1f}Z",
        hours=hours,
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


@dataclass(frozen=True)
class LagChart:
    """The lag of each hour: a line of the middle change and one of the slowest but 5 of 100."""

    p50: str
    p95: str
    dots: list[tuple[float, float, str]]
    seconds: list[Mark]
    times: list[Mark]
    limit: float | None
    last: tuple[float, str]
    worst: str
    table: list[tuple[str, str, str, str]]


def lag_chart(
    hours: Sequence[HourOfLag], begin: datetime, now: datetime, zone: str, limit: float | None
) -> LagChart | None:
    """The measured hours as a picture; None while no live change was measured."""
    if not hours:
        return None
    worst = max(each.p95 for each in hours)
    top, seconds = _scale(max(worst, limit or 0), (*_SHORT_STEPS, *_STEPS))
    marks = _day_marks if now - begin > timedelta(days=1) else _hour_marks

    def at(each: HourOfLag, lag: float) -> tuple[float, float]:
        # In the middle of its hour, as far as that lies in the picture.
        first, last = max(begin, each.begins_at), min(now, each.begins_at + _HOUR)
        return _x(first + (last - first) / 2, begin, now), _y(lag, top)

    return LagChart(
        p50=_line(hours, [at(each, each.p50) for each in hours]),
        p95=_line(hours, [at(each, each.p95) for each in hours]),
        dots=[
            (*at(each, lag), style)
            for each in hours
            for lag, style in ((each.p50, "a1"), (each.p95, "a2"))
        ],
        seconds=seconds,
        times=marks(begin, now, zone),
        limit=_y(limit, top) if limit else None,
        last=(at(hours[-1], hours[-1].p95)[1], formats.exact(hours[-1].p95)),
        worst=formats.exact(worst),
        table=[
            (formats.instant(each.begins_at, zone, now), formats.exact(each.p50),
             formats.exact(each.p95), formats.number(each.count))
            for each in reversed(hours)
        ],
    )  # fmt: skip


def _line(hours: Sequence[HourOfLag], points: Sequence[tuple[float, float]]) -> str:
    """A path through neighbouring hours; an hour without a change interrupts it."""
    drawn = []
    for place, (x, y) in enumerate(points):
        follows = place and hours[place].begins_at - hours[place - 1].begins_at == _HOUR
        drawn.append(f"{'L' if follows else 'M'}{x:.1f} {y:.1f}")
    return " ".join(drawn)


def _scale(worst: float, steps: Sequence[float]) -> tuple[float, list[Mark]]:
    """The top of a scale that holds the worst, and its lines at lengths people count in."""
    space = next((each for each in steps if worst <= each * _LINES), worst)
    lines = max(2, -int(-worst // space))
    top = lines * space
    marks = [Mark(_y(n * space, top), formats.span(n * space) if n else "0")
             for n in range(lines + 1)]  # fmt: skip
    return top, marks


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


def _hour_marks(begin: datetime, now: datetime, zone: str) -> list[Mark]:
    """A label at every fourth hour of the hotel's clock."""
    hours = [begin.replace(minute=0, second=0, microsecond=0) + n * _HOUR for n in range(1, 25)]
    return [
        Mark(_x(at, begin, now), formats.clock_time(at, zone))
        for at in hours
        if at.astimezone(ZoneInfo(zone)).hour % 4 == 0 and begin < at <= now
    ]


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
