"""Check-outs: what became of them, what waits, and runs over past days with preview and report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from staytrue.flow import checking_out
from staytrue.guests.accounts import configuring, lists, runs
from staytrue.guests.accounts.runs import RUN, Days
from staytrue.guests.models import CheckOutRun
from staytrue.hotel.models import Property
from staytrue.kit import clock
from staytrue.kit.errors import Refused
from staytrue.loyalty import modules
from staytrue.mirror import lists as mirror
from staytrue.staff.access import Access, visible_to
from staytrue.staff.guard import access_in, needs
from staytrue.staff.queries import names_of
from staytrue.web import checkout_words, given, words
from staytrue.web.acting import tried
from staytrue.web.pages import page

SCREEN = "check_outs"
SHOWN_DAYS = timedelta(days=30)


@dataclass(frozen=True)
class Heap:
    """So many check-outs with one outcome."""

    code: str
    label: str
    count: int


def heaps(counts: Mapping[str, int]) -> list[Heap]:
    """The outcomes that there are, in the order of the house."""
    known = [code for code in checkout_words.ORDER if counts.get(code)]
    return [Heap(code, words.word(checkout_words.OUTCOME, code), counts[code]) for code in known]


@needs(RUN)
@require_GET
def check_outs(request: HttpRequest) -> HttpResponse:
    """What became of the last check-outs, which wait, and the runs by hand."""
    access, now = access_in(request), clock.now()
    today = mirror.today_of(access, now)
    first = today - SHOWN_DAYS
    told = lists.counts(access, first, today)
    made = lists.runs(access)
    codes = dict(Property.objects.values_list("pk", "code"))
    return page(
        request, "check_outs.html", now, screen=SCREEN, hotels=_hotels(access),
        blocking=blocking(access), first=first, last=today, heaps=heaps(told),
        total=sum(told.values()), is_set=_is_set(),
        runs=[(each, ", ".join(codes.get(pk, "?") for pk in each.property_ids)) for each in made],
        who=names_of(each.actor for each in made), may_manage=access.may_anywhere(configuring.MANAGE),
        week=today - timedelta(days=7),
    )  # fmt: skip


def _is_set() -> bool:
    return any(configuring.settings().values())


def _hotels(access: Access) -> list[Property]:
    return list(visible_to(access, Property.objects.order_by("code"), RUN))


def blocking(access: Access) -> list[tuple[Property, int]]:
    """Hotels that nobody configured, with how many of their check-outs wait."""
    unset = [pk for pk, setting in configuring.settings().items() if setting is None]
    waits, mine = lists.waiting(access), access.where(RUN) | access.where(configuring.MANAGE)
    hotels = Property.objects.filter(pk__in=mine.intersection(unset)).order_by("code")
    return [(each, waits.get(each.pk, 0)) for each in hotels]


@needs(RUN)
@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """The check-outs with one outcome, each with its reason."""
    access, now = access_in(request), clock.now()
    outcome = request.GET.get("outcome", "")
    if outcome not in checkout_words.LISTED:
        raise Http404
    hotels = _hotels(access)
    code = request.GET.get("hotel", "")
    hotel = next((each for each in hotels if each.code == code), None)
    if code and hotel is None:
        raise Http404
    first, last = given.day(request.GET.get("from", "")), given.day(request.GET.get("to", ""))
    found = lists.of_outcome(
        access, outcome, (first, last) if first and last else None, hotel.pk if hotel else None,
        given.number(request.GET.get("before", "")),
    )  # fmt: skip
    return page(
        request, "check_out_list.html", now, screen=SCREEN, outcome=outcome, hotels=hotels,
        hotel=hotel, first=first, last=last,
        outcomes=[(each, words.word(checkout_words.OUTCOME, each))
                  for each in checkout_words.LISTED],
        **lines(found),
    )  # fmt: skip


def lines(found: list[lists.Line]) -> dict[str, Any]:
    """As many lines as a page holds, and where the next begin."""
    shown = found[: lists.LINES]
    return {"lines": shown, "older": shown[-1].id if len(found) > lists.LINES else ""}


@needs(RUN)
@require_http_methods(["GET", "POST"])
def preview(request: HttpRequest) -> HttpResponseBase:
    """What a run over these days would do, stay by stay; then the run itself."""
    access, now = access_in(request), clock.now()
    told = request.POST if request.method == "POST" else request.GET
    days = _days(access, told)
    if request.method == "POST" and days:
        asked, made = days, list[CheckOutRun]()

        def run() -> None:
            made.append(checking_out.ask_run(access, asked, now, told.get("reason", "").strip()))

        if tried(request, run, _("The run has begun. Here stands what becomes of each.")):
            return redirect("check_out_run", made[0].pk)
    found: dict[str, Any] = {"heaps": [], "lines": [], "total": 0}
    if days:
        asked = days

        def look() -> None:
            counts, would = runs.foreseen(access, asked)
            found.update(heaps=heaps(counts), total=counts.total(), rest=len(would) - lists.LINES,
                         lines=lists.foreseen(access, would))  # fmt: skip

        _look(request, look)
    hotels = _hotels(access)
    return page(
        request, "check_out_preview.html", now, screen=SCREEN, hotels=hotels, days=days,
        chosen=[each for each in hotels if days and each.pk in days.property_ids], **found,
    )  # fmt: skip


def _look(request: HttpRequest, look: Any) -> None:
    """A preview that is refused says why; one that is not says nothing."""
    try:
        look()
    except Refused as refusal:
        why = refusal

        def again() -> None:
            raise why

        tried(request, again, "")


def _days(access: Access, told: Any) -> Days | None:
    """The days and hotels that are asked for; hotels that are not his do not exist."""
    first, last = given.day(told.get("from", "")), given.day(told.get("to", ""))
    codes = told.getlist("hotel")
    hotels = [each for each in _hotels(access) if not codes or each.code in codes]
    if len(hotels) < len(set(codes)):
        raise Http404
    if not (first and last and hotels):
        return None
    return Days(first, last, tuple(each.pk for each in hotels))


@needs(RUN)
@require_GET
def run(request: HttpRequest, pk: int) -> HttpResponse:
    """What a run did: counts that add up to its stays, and every line with its reason."""
    access, now = access_in(request), clock.now()
    made = lists.run(access, pk)
    outcome = request.GET.get("outcome", "")
    report = lists.report(made)
    found = lists.of_run(access, made, outcome, given.number(request.GET.get("before", "")))
    hotels = list(Property.objects.filter(pk__in=made.property_ids).order_by("code"))
    return page(
        request, "check_out_run.html", now, screen=SCREEN, run=made, report=report,
        heaps=heaps(made.counts), outcome=outcome, hotels=hotels,
        zone=hotels[0].timezone if hotels else "UTC",
        who=names_of([made.actor]), is_on=modules.is_on() and access.may_anywhere("loyalty.read"),
        points=sum(each.points for each in report.given), **lines(found),
    )  # fmt: skip
