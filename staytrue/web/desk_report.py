"""The managers' figures of the desk, and the cases that make each of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from staytrue.desk import colleagues, configuring, queries, reporting
from staytrue.desk.models import Case
from staytrue.desk.money_figures import Total
from staytrue.desk.reporting import Report
from staytrue.flow import casework
from staytrue.hotel.models import Property
from staytrue.kit import clock
from staytrue.kit.errors import Refused
from staytrue.staff.access import visible_to
from staytrue.staff.guard import access_in, needs
from staytrue.web import desk_manager_words, desk_words, given, reasons
from staytrue.web.pages import page
from staytrue.web.words import word

SEES = reporting.RIGHT
_DAYS = timedelta(days=27)
_WAITED, _TOOK = "waited.", "took."


@needs(SEES)
@require_GET
def report(request: HttpRequest) -> HttpResponse:
    """The figures of a span of days; `of` opens the cases that make one of them."""
    access, now = access_in(request), clock.now()
    hotels = list(visible_to(access, Property.objects.order_by("code"), SEES))
    if not hotels:
        raise Http404
    code = given.plain(request.GET.get("hotel", ""))
    chosen = [each for each in hotels if not code or each.code == code]
    if not chosen:
        raise Http404
    today = now.astimezone(ZoneInfo(chosen[0].timezone)).date()
    last = given.day(request.GET.get("to", "")) or today
    first = given.day(request.GET.get("from", "")) or last - _DAYS
    refused, found = "", None
    try:
        found = casework.report(access, [each.pk for each in chosen], first, last, now)
    except Refused as refusal:
        refused = reasons.of(refusal)
    of = given.plain(request.GET.get("of", ""))
    opened = None
    if found and of:
        ids = dict(numbers(found)).get(of)
        if ids is None:
            raise Http404
        opened = list(_behind(of, queries.visible(access).filter(pk__in=ids)))
    return page(
        request, "desk_report.html", now, live=True, screen="desk", hotels=hotels, code=code, first=first,
        last=last, found=found, refused=refused, opened=opened, of=of,
        totals=_totals("money", found.money) if found else [],
        replies=_totals("reply", found.replies) if found else [],
        may_set=access.may_anywhere(configuring.RIGHT),
        departments={each.key: each.name for each in
                     colleagues.departments([each.pk for each in chosen])},
    )  # fmt: skip


def _behind(of: str, cases: QuerySet[Case]) -> QuerySet[Case]:
    """The cases of one number: who was not taken waited nothing, who is not done took no time."""
    if of.startswith(_WAITED):
        cases = cases.exclude(taken_at=None)
    elif of.startswith(_TOOK):
        cases = cases.exclude(closed_at=None)
    return cases.select_related("property").order_by("pk")


def numbers(found: Report) -> Iterator[tuple[str, Iterable[int]]]:
    """Each number of the report by its name, with the cases that make it."""
    yield "all", found.cases
    for line in found.completion:
        yield f"completion.{line.department}", line.cases
    yield "accuracy", (id_ for ids in found.accuracy.cases.values() for id_ in ids)
    for verdict, ids in found.accuracy.cases.items():
        yield f"accuracy.{verdict}", ids
    yield "recovery", found.recoveries.cases
    yield "exceptional", found.recoveries.exceptional
    for count in found.recoveries.by_cause:
        yield f"cause.{count.name}", count.cases
    for count in found.recoveries.by_place:
        yield f"place.{count.name}", count.cases
    for count in found.recoveries.by_department:
        yield f"department.{count.name}", count.cases
    for place, repeat in enumerate(found.recoveries.repeats):
        yield f"repeat.{place}", repeat.cases
    for name, totals in (("money", found.money), ("reply", found.replies)):
        for total in totals:
            yield f"{name}.{total.name}.{total.currency}", total.cases
    for week in found.weeks:
        yield f"week.{week.monday}", week.cases
        yield f"{_WAITED}{week.monday}", week.cases
        yield f"again.{week.monday}", week.repeated
    for day in found.days:
        yield f"new.{day.on}", day.new
        yield f"open.{day.on}", day.open
        yield f"day.{day.on}", sorted({*day.new, *day.open})
        yield f"{_TOOK}{day.on}", day.new


def _totals(of: str, totals: Iterable[Total]) -> list[tuple[str, str, Decimal, str, int]]:
    """Sums of money: name for the address, words, amount, currency, how many lines."""
    named = []
    for total in totals:
        kind, _dot, state = total.name.partition(".")
        words = word(desk_manager_words.TOTAL, total.name) if not state else (
            f"{word(desk_words.MONEY, kind)}, {word(desk_words.LINE, state).lower()}"
        )  # fmt: skip
        named.append((f"{of}.{total.name}.{total.currency}", words, total.amount, total.currency,
                      len(total.lines)))  # fmt: skip
    return named
