"""The managers' report: rows of cases as somebody sees them, given to the figures."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q

from staytrue.desk import access as seen
from staytrue.desk import counted_money, figures, working
from staytrue.desk.figures import Accuracy, Completion, Day, Recoveries, Row, Score, Week
from staytrue.desk.kinds import Kind
from staytrue.desk.models import Case, CaseEvent, OutsideReview, SpotCheck
from staytrue.desk.money_figures import Total
from staytrue.hotel.models import Property
from staytrue.kit.asking import ask
from staytrue.kit.errors import Refused
from staytrue.staff.access import Access, require

RIGHT = "desk.figures"
DAYS_MAX = 400


@dataclass(frozen=True)
class Report:
    """Everything managers read about a span of days; computed anew at each reading."""

    first_on: date
    last_on: date
    cases: tuple[int, ...]
    completion: list[Completion]
    accuracy: Accuracy
    recoveries: Recoveries
    money: list[Total]
    replies: list[Total]
    weeks: list[Week]
    days: list[Day]
    peak: Day | None


def report(
    access: Access,
    property_ids: Collection[int],
    first_on: date,
    last_on: date,
    now: datetime,
    surveys: Sequence[Score] = (),
) -> Report:
    """The figures of these hotels over these days, both included.

    `surveys` may reach past the last day: who was there then may have answered later.
    """
    for id_ in property_ids:
        require(access, RIGHT, id_)
    if not timedelta(0) <= last_on - first_on <= timedelta(days=DAYS_MAX):
        raise Refused("Choose a first and a last day, at most a year apart.", "span_unreadable")
    hotels = list(Property.objects.filter(pk__in=property_ids))
    rows = [row for hotel in hotels for row in _rows(access, hotel, first_on, last_on, now)]
    given = [score for score in surveys if first_on <= score.on <= last_on]
    scores = [*given, *_reviews(property_ids, first_on, last_on)]
    days = figures.pressure(
        rows, _occupied(property_ids, first_on, last_on), surveys,
        _open_on(access, hotels, first_on, last_on),
    )  # fmt: skip
    ids = tuple(sorted(row.id for row in rows))
    return Report(
        first_on,
        last_on,
        ids,
        figures.completion(rows),
        figures.accuracy(_checks(access, property_ids, first_on, last_on)),
        figures.recoveries(rows, *_before(access, hotels, first_on, now)),
        counted_money.totals(access, ids),
        counted_money.totals(access, [row.id for row in rows if row.kind == Kind.REPLY]),
        figures.weeks(rows, scores),
        days,
        figures.peak(days),
    )


def _before(
    access: Access, hotels: Sequence[Property], first_on: date, now: datetime
) -> tuple[list[Row], dict[int, int]]:
    """The cases of the days in which a repeat may have begun, and how many days by hotel."""
    days = {hotel.pk: working.setting_of(hotel.pk).repeat_days for hotel in hotels}
    eve = first_on - timedelta(days=1)
    return [
        row for hotel in hotels
        for row in _rows(access, hotel, first_on - timedelta(days=days[hotel.pk]), eve, now)
    ], days  # fmt: skip


def _rows(
    access: Access, hotel: Property, first_on: date, last_on: date, now: datetime
) -> list[Row]:
    begin, end = _instants(hotel, first_on, last_on)
    cases = seen.visible(access).filter(
        property=hotel, opened_at__gte=begin, opened_at__lt=end
    ).order_by("pk")  # fmt: skip
    states: dict[int, list[tuple[datetime, str]]] = {}
    lines = CaseEvent.objects.filter(case__in=cases, sets__has_key="state").order_by("case", "no")
    for case, at, sets in lines.values_list("case", "at", "sets"):
        states.setdefault(case, []).append((at, sets["state"]))
    return [_row(case, hotel, states[case.pk], now) for case in cases]


def _row(case: Case, hotel: Property, states: Sequence[tuple[datetime, str]], now: datetime) -> Row:
    hours = working.hours_of(hotel, case.department)
    taken = case.taken_at
    return Row(
        id=case.pk,
        property_id=hotel.pk,
        kind=case.kind,
        department=case.department,
        opened_at=case.opened_at,
        day=case.opened_at.astimezone(ZoneInfo(hotel.timezone)).date(),
        closed_at=case.closed_at,
        cause=case.cause,
        place=case.place,
        reservation_id=case.reservation_id,
        is_exceptional=bool(case.exceptions),
        spans=figures.spans(states, case.closed_at or now, hours),
        waited=(taken - case.opened_at).total_seconds() if taken else None,
    )


def _instants(hotel: Property, first_on: date, last_on: date) -> tuple[datetime, datetime]:
    zone = ZoneInfo(hotel.timezone)
    return (
        datetime.combine(first_on, time.min, zone),
        datetime.combine(last_on + timedelta(days=1), time.min, zone),
    )


def _reviews(property_ids: Collection[int], first_on: date, last_on: date) -> list[Score]:
    found = OutsideReview.objects.filter(
        property_id__in=property_ids, on__gte=first_on, on__lte=last_on
    )
    return [Score(each.on, each.score, each.source) for each in found.order_by("pk")]


def _checks(
    access: Access, property_ids: Collection[int], first_on: date, last_on: date
) -> list[tuple[int, str]]:
    found = SpotCheck.objects.filter(
        case__in=seen.visible(access), property_id__in=property_ids, day__gte=first_on,
        day__lte=last_on,
    ).exclude(verdict="")  # fmt: skip
    return list(found.values_list("case", "verdict"))


def _open_on(
    access: Access, hotels: Sequence[Property], first_on: date, last_on: date
) -> Mapping[date, list[int]]:
    """The cases that were open at some time of each day."""
    found: dict[date, list[int]] = {}
    for hotel in hotels:
        begin, end = _instants(hotel, first_on, last_on)
        cases = seen.visible(access).filter(
            Q(closed_at=None) | Q(closed_at__gte=begin), property=hotel, opened_at__lt=end
        )
        zone = ZoneInfo(hotel.timezone)
        for id_, opened, closed in cases.values_list("pk", "opened_at", "closed_at"):
            day = max(first_on, opened.astimezone(zone).date())
            until = min(last_on, closed.astimezone(zone).date()) if closed else last_on
            while day <= until:
                found.setdefault(day, []).append(id_)
                day += timedelta(days=1)
    return found


def _occupied(property_ids: Collection[int], first_on: date, last_on: date) -> dict[date, int]:
    return occupied(property_ids, first_on, last_on, ("in_house", "checked_out"))


def occupied(
    property_ids: Collection[int], first_on: date, last_on: date, statuses: Sequence[str]
) -> dict[date, int]:
    """How many rooms each night has taken, as the mirror says it now."""
    rows = ask(
        """SELECT d.day::date, count(r.id) FROM generate_series(%s::date, %s::date, '1 day') d(day)
             LEFT JOIN reservation r ON r.property_id = ANY(%s) AND r.status = ANY(%s)
              AND r.arrival_on <= d.day AND r.departure_on > d.day AND r.out_of_sight_since IS NULL
            GROUP BY 1 ORDER BY 1""",
        [first_on, last_on, sorted(property_ids), list(statuses)],
    )
    return dict(rows)
