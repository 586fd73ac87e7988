"""The managers' figures, computed from cases and nothing else; each names the cases that make it. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from math import ceil

import msgspec

from staytrue.desk import clock_rules
from staytrue.desk.clock_rules import Hours
from staytrue.desk.kinds import State, Verdict
from staytrue.kit.shares import interval

FEW = 5
"""Below so many answers in a week nothing is said about it."""
REPEAT_DAYS, REPEAT_LEAST = 30, 3
_DAY = timedelta(days=1)


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A case as the figures need it: `spans` are its states and the working seconds in each."""

    id: int
    kind: str
    department: str
    opened_at: datetime
    day: date
    property_id: int = 0
    closed_at: datetime | None = None
    cause: str = ""
    place: str = ""
    reservation_id: int | None = None
    is_exceptional: bool = False
    spans: tuple[tuple[str, float], ...] = ()
    waited: float | None = None

    @property
    def seconds(self) -> float:
        """From trigger to close, without what it was blocked."""
        return sum(length for state, length in self.spans if state != State.BLOCKED)


def spans(
    states: Sequence[tuple[datetime, str]], end: datetime, hours: Hours
) -> tuple[tuple[str, float], ...]:
    """The working seconds in each state, from the instants at which it became so."""
    ends = [*(at for at, _ in states[1:]), end]
    return tuple(
        (state, clock_rules.worked(at, until, hours).total_seconds())
        for (at, state), until in zip(states, ends, strict=True)
        if state != State.COMPLETE
    )


class Completion(msgspec.Struct, frozen=True):
    """How long a department takes, and where the time goes."""

    department: str
    count: int
    p50: float
    p90: float
    bottleneck: str
    cases: tuple[int, ...]


def completion(rows: Iterable[Row]) -> list[Completion]:
    """By department, of the complete ones; the bottleneck is the state that took most of it."""
    found = defaultdict(list)
    for row in rows:
        if row.closed_at is not None:
            found[row.department].append(row)
    return [_completion(name, found[name]) for name in sorted(found)]


def _completion(department: str, rows: Sequence[Row]) -> Completion:
    took = sorted(row.seconds for row in rows)
    by_state: dict[str, float] = defaultdict(float)
    for row in rows:
        for state, length in row.spans:
            by_state[state] += length if state != State.BLOCKED else 0
    slowest = max(sorted(by_state), key=lambda state: by_state[state], default="")
    return Completion(
        department, len(rows), percentile(took, 50), percentile(took, 90), slowest, _ids(rows)
    )


def percentile(ordered: Sequence[float], part: int) -> float:
    """The nearest rank: a value that really was, never one between two."""
    return ordered[max(0, ceil(len(ordered) * part / 100) - 1)] if ordered else 0.0


class Accuracy(msgspec.Struct, frozen=True):
    """What spot checks found: the share that was right, with its 95 % interval."""

    right: int
    checked: int
    rate: float | None
    low: float
    high: float
    cases: Mapping[str, tuple[int, ...]]


def accuracy(checks: Iterable[tuple[int, str]]) -> Accuracy:
    """Of cases drawn by lot and looked at."""
    found: dict[str, list[int]] = {verdict.value: [] for verdict in Verdict}
    for case, verdict in checks:
        found[verdict].append(case)
    n, right = sum(map(len, found.values())), len(found[Verdict.RIGHT.value])
    cases = {verdict: tuple(sorted(ids)) for verdict, ids in found.items()}
    if not n:
        return Accuracy(0, 0, None, 0.0, 1.0, cases)
    return Accuracy(right, n, right / n, *interval(right, n), cases)


class Count(msgspec.Struct, frozen=True):
    """How many exceptions have one thing in common."""

    name: str
    cases: tuple[int, ...]


class Repeat(msgspec.Struct, frozen=True):
    """The same cause at the same place, again and again within so many days."""

    cause: str
    place: str
    cases: tuple[int, ...]


class Recoveries(msgspec.Struct, frozen=True):
    """Service recoveries: how many were exceptional, by what, and what repeats."""

    cases: tuple[int, ...]
    exceptional: tuple[int, ...]
    by_cause: list[Count]
    by_place: list[Count]
    by_department: list[Count]
    repeats: list[Repeat]


def recoveries(
    rows: Iterable[Row], before: Iterable[Row] = (), days: Mapping[int, int] | None = None
) -> Recoveries:
    """Count them by cause, room and department, and list what repeats.

    `before` are those of the days before, which make a repeat of what came now; `days` says how
    many by hotel.
    """
    found = sorted(_recoveries(rows), key=lambda row: row.opened_at)
    alike = defaultdict(list)
    for row in sorted([*_recoveries(before), *found], key=lambda row: row.opened_at):
        if row.cause and row.place:
            alike[row.property_id, row.cause, row.place.strip().casefold()].append(row)
    now = {row.id for row in found}
    repeats = []
    for (hotel, cause, _place), same in sorted(alike.items()):
        within = timedelta(days=(days or {}).get(hotel, REPEAT_DAYS))
        if ids := _runs(same, within, REPEAT_LEAST, now):
            repeats.append(Repeat(cause, same[0].place.strip(), tuple(sorted(ids))))
    return Recoveries(
        _ids(found),
        _ids(row for row in found if row.is_exceptional),
        _counts(found, "cause"),
        _counts(found, "place"),
        _counts(found, "department"),
        repeats,
    )


def _recoveries(rows: Iterable[Row]) -> list[Row]:
    return [row for row in rows if row.kind == "recovery"]


def _runs(rows: Sequence[Row], within: timedelta, least: int, now: Collection[int]) -> set[int]:
    """Those that belong to so many within the time, where the last of these came now."""
    found: set[int] = set()
    for last in range(least - 1, len(rows)):
        first = last - least + 1
        is_near = rows[last].opened_at - rows[first].opened_at <= within
        if is_near and rows[last].id in now:
            found |= {row.id for row in rows[first : last + 1]}
    return found


def _counts(rows: Iterable[Row], name: str) -> list[Count]:
    found = defaultdict(list)
    for row in rows:
        found[str(getattr(row, name))].append(row)
    counts = [Count(value, _ids(same)) for value, same in found.items()]
    return sorted(counts, key=lambda each: (-len(each.cases), each.name))


class Score(msgspec.Struct, frozen=True):
    """A guest's score out of ten on a day: of a survey, or of a review elsewhere.

    Of a survey it is known from when until when its guest was there.
    """

    on: date
    score: Decimal
    source: str = "survey"
    arrival_on: date | None = None
    departure_on: date | None = None

    def was_there(self, day: date) -> bool:
        """Whether its guest slept there on this day, or used a room by day."""
        if self.arrival_on is None or self.departure_on is None:
            return False
        return self.arrival_on <= day < max(self.departure_on, self.arrival_on + _DAY)


class Week(msgspec.Struct, frozen=True):
    """Waiting and repeated questions beside the scores of the same week; too few say nothing."""

    monday: date
    waited: float | None
    repeated: tuple[int, ...]
    cases: tuple[int, ...]
    score: Decimal | None
    scores: int

    @property
    def is_too_few(self) -> bool:
        """Whether there are too few scores or cases to say anything."""
        return self.scores < FEW or len(self.cases) < FEW


def weeks(rows: Iterable[Row], scores: Iterable[Score]) -> list[Week]:
    """Both series by the same weeks, from Monday on."""
    cases, given = defaultdict(list), defaultdict(list)
    for row in rows:
        cases[_monday(row.day)].append(row)
    for each in scores:
        given[_monday(each.on)].append(each.score)
    return [_week(day, cases[day], given[day]) for day in sorted({*cases, *given})]


def _week(monday: date, rows: Sequence[Row], scores: Sequence[Decimal]) -> Week:
    waits = sorted(row.waited for row in rows if row.waited is not None)
    return Week(
        monday,
        percentile(waits, 50) if waits else None,
        repeated(rows),
        _ids(rows),
        _mean(scores),
        len(scores),
    )


def repeated(rows: Iterable[Row]) -> tuple[int, ...]:
    """What a guest had to ask for again: the same kind and cause of the same stay, after the first."""
    asked: set[tuple[int, str, str]] = set()
    again = []
    for row in sorted(rows, key=lambda each: (each.opened_at, each.id)):
        if row.reservation_id is None:
            continue
        key = (row.reservation_id, row.kind, row.cause)
        if key in asked:
            again.append(row)
        asked.add(key)
    return _ids(again)


class Day(msgspec.Struct, frozen=True):
    """Pressure on one day: new and open cases for each occupied room, beside what guests said."""

    on: date
    occupied: int
    new: tuple[int, ...]
    open: tuple[int, ...]
    ratio: float | None
    score: Decimal | None
    completed_in: float | None


def pressure(
    rows: Sequence[Row],
    occupied: Mapping[date, int],
    scores: Sequence[Score],
    open_on: Mapping[date, Sequence[int]],
) -> list[Day]:
    """Day by day; the score of a day is that of the guests who were there."""
    return [_day(on, rows, occupied[on], scores, open_on.get(on, ())) for on in sorted(occupied)]


def peak(days: Iterable[Day]) -> Day | None:
    """The day of most cases for each occupied room."""
    return max((day for day in days if day.ratio is not None), default=None,
               key=lambda day: (day.ratio or 0.0, -day.on.toordinal()))  # fmt: skip


def _day(
    on: date, rows: Sequence[Row], rooms: int, scores: Sequence[Score], open_: Sequence[int]
) -> Day:
    new = [row for row in rows if row.day == on]
    took = sorted(row.seconds for row in new if row.closed_at is not None)
    ids = {row.id for row in new} | set(open_)
    return Day(
        on,
        rooms,
        _ids(new),
        tuple(sorted(open_)),
        len(ids) / rooms if rooms else None,
        _mean([each.score for each in scores if each.was_there(on)]),
        percentile(took, 50) if took else None,
    )


def busy_spans(nights: Mapping[date, int], rooms: int, percent: int) -> list[tuple[date, date]]:
    """The stretches of nights with at least so much of the house taken."""
    found: list[tuple[date, date]] = []
    for night in sorted(nights):
        if nights[night] * 100 < rooms * percent:
            continue
        if found and night - found[-1][1] == timedelta(days=1):
            found[-1] = (found[-1][0], night)
        else:
            found.append((night, night))
    return found


def _mean(scores: Sequence[Decimal]) -> Decimal | None:
    return round(sum(scores, Decimal(0)) / len(scores), 2) if scores else None


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _ids(rows: Iterable[Row]) -> tuple[int, ...]:
    return tuple(sorted(row.id for row in rows))
