"""The programme: its rules as sentences, the editor, the draft with its dry run, and pauses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from staytrue.flow import checking_out
from staytrue.hotel.models import Property
from staytrue.kit import clock
from staytrue.kit.errors import Refused
from staytrue.kit.text import clean
from staytrue.loyalty import dry_runs, modules, pauses, queries, versions
from staytrue.loyalty.modules import MANAGE
from staytrue.loyalty.versions import Version
from staytrue.mirror import lists as mirror
from staytrue.staff.access import one_of, require_everywhere, visible_to
from staytrue.staff.guard import access_in, needs, proved
from staytrue.staff.queries import names_of
from staytrue.web import given, loyalty_forms, loyalty_sentences
from staytrue.web.acting import tried
from staytrue.web.loyalty_forms import TermsForm
from staytrue.web.pages import page

READ = queries.READ
SCREEN = "loyalty"


@dataclass(frozen=True)
class Shown:
    """A version in words."""

    of: Version
    rules: list[str]
    tiers: list[tuple[str, str]]
    expiry: str


def shown(version: Version | None) -> Shown | None:
    """What a version says, sentence by sentence."""
    if version is None:
        return None
    return Shown(
        version, loyalty_sentences.lines(version.terms), loyalty_sentences.tiers(version.ladder),
        loyalty_sentences.expiry(version.expires_after),
    )  # fmt: skip


def require_module() -> None:
    """Where there is no programme its pages do not exist."""
    if not modules.is_on():
        raise Http404


@needs(READ)
@require_GET
def programme(request: HttpRequest) -> HttpResponse:
    """What counts now, what waits to count, where nothing is awarded, and every version."""
    require_module()
    access, now = access_in(request), clock.now()
    today = mirror.today_of(access, now)
    found = versions.listed()
    months = queries.liability(access) if access.may(READ) else []
    stops = pauses.listed(access)
    return page(
        request, "loyalty.html", now, screen=SCREEN, today=today,
        current=shown(versions.in_force(today)), draft=versions.draft(), versions=found,
        who=names_of([each.written_by for each in found] + [each.live_by for each in found]
                     + [each.set_by for each in stops]),
        pauses=[(each, _state(each.from_on, each.until_on, today)) for each in stops],
        outstanding=months[-1].outstanding if months else None,
        may_manage=access.may(MANAGE), may_pause=access.may_anywhere(MANAGE),
        may_open=access.may_anywhere("points.adjust"),
        pausable=list(visible_to(access, Property.objects.order_by("code"), MANAGE)),
        without=[each for each in visible_to(access, Property.objects.order_by("code"))
                 if each.pk not in modules.hotels_on()],
    )  # fmt: skip


def _state(first: date, last: date | None, today: date) -> str:
    """Whether a pause comes, holds or is over."""
    if first > today:
        return "coming"
    return "now" if last is None or last >= today else "over"


@needs(READ)
@require_GET
def version(request: HttpRequest, number: int) -> HttpResponse:
    """One version of the terms, as it counted or counts."""
    require_module()
    found = next((each for each in versions.listed() if each.number == number), None)
    if found is None:
        raise Http404
    who = names_of([found.written_by, found.live_by])
    return page(request, "loyalty_version.html", clock.now(), screen=SCREEN, shown=shown(found),
                version=found, who=who)  # fmt: skip


@needs(MANAGE)
@require_http_methods(["GET", "POST"])
def terms(request: HttpRequest) -> HttpResponseBase:
    """The editor: rules or points by room charge, tiers, expiry; kept as a draft."""
    require_module()
    access, now = access_in(request), clock.now()
    require_everywhere(access, MANAGE)
    posted = request.POST if request.method == "POST" else None
    kept = versions.draft() or versions.in_force(now.date())
    asked = (posted or request.GET).get("mode", "")
    form = TermsForm(kept, loyalty_forms.mode_of(kept, asked), posted)
    if posted is not None and form.is_whole():

        def write() -> None:
            versions.write(access, form.raw(), now, clean(posted.get("reason", "")))

        if tried(request, write, _("Kept as a draft. Nothing counts by it before it is live.")):
            return redirect("loyalty_draft")
    return page(request, "loyalty_terms.html", now, screen=SCREEN, form=form, kept=kept)


@needs(MANAGE)
@proved("POST", acts=("activate", "discard"))
@require_http_methods(["GET", "POST"])
def draft(request: HttpRequest) -> HttpResponseBase:
    """The draft beside what counts now, what it would have done, and the day it goes live."""
    require_module()
    access, now = access_in(request), clock.now()
    require_everywhere(access, MANAGE)
    found = versions.draft()
    if found is None:
        return redirect("loyalty")
    today = mirror.today_of(access, now)
    if request.method == "POST":
        return _decide(request, found, now)
    run = dry_runs.latest()
    run = run if run and run.number == found.number else None
    names = {tier.key: tier.name for tier in found.ladder.tiers}
    current = versions.in_force(today)
    if current:
        names = {tier.key: tier.name for tier in current.ladder.tiers} | names
    return page(
        request, "loyalty_draft.html", now, screen=SCREEN, shown=shown(found), draft=found,
        current=shown(current), run=run, result=run.result if run and run.ended_at else None,
        tiers=_named(names, run), moves=_moves(names, run), today=today,
        year_ago=date(today.year - 1, today.month, 1), who=names_of([found.written_by]),
    )  # fmt: skip


def _named(names: dict[str, str], run: Any) -> list[tuple[str, int, int]]:
    told = (run.result or {}).get("tiers", {}) if run and run.ended_at else {}
    return [(names.get(key) or key or _("no tier"), now, then) for key, (now, then) in told.items()]


def _moves(names: dict[str, str], run: Any) -> list[tuple[str, str, int]]:
    told = (run.result or {}).get("moves", []) if run and run.ended_at else []
    none = _("no tier")
    return [(names.get(one) or one or none, names.get(other) or other or none, guests)
            for one, other, guests in told]  # fmt: skip


def _decide(request: HttpRequest, found: Version, now: datetime) -> HttpResponse:
    """Try the draft on past stays, let it go live, or throw it away."""
    access, form = access_in(request), request.POST
    act, reason = form.get("act", ""), clean(form.get("reason", ""))
    first, last = given.day(form.get("from", "")), given.day(form.get("to", ""))
    if act == "try":
        tried(request, _given(first, last, lambda one, other: dry_runs.ask(access, one, other, now)),
              _("Counted on real stays; nothing was changed."))  # fmt: skip
    elif act == "activate":
        done = _("The terms are live. Stays that were checked out since are settled anew.")
        begin = _given(first, first, lambda one, _other: checking_out.activate(
            access, found.number, one, now, reason))  # fmt: skip
        if tried(request, begin, done):
            return redirect("loyalty")
    elif act == "discard":
        if tried(request, lambda: versions.discard(access, found.number, now, reason),
                 _("The draft is thrown away.")):  # fmt: skip
            return redirect("loyalty")
    else:
        raise Http404
    return redirect("loyalty_draft")


def _given(
    first: date | None, last: date | None, act: Callable[[date, date], object]
) -> Callable[[], object]:
    """An act on days; without them it is refused."""

    def done() -> object:
        if first is None or last is None:
            raise Refused("Say from which day on.", "from_missing")
        return act(first, last)

    return done


@needs(MANAGE)
@require_GET
def pause(request: HttpRequest) -> HttpResponse:
    """Before a hotel stops awarding: what that seals for ever."""
    require_module()
    access, now = access_in(request), clock.now()
    hotel = one_of(access, Property.objects.all(), MANAGE,
                   code=given.plain(request.GET.get("hotel", "")))  # fmt: skip
    first = given.day(request.GET.get("from", "")) or mirror.today_of(access, now)
    last = given.day(request.GET.get("to", ""))
    return page(
        request, "loyalty_pause.html", now, screen=SCREEN, hotel=hotel, first=first, last=last,
        sealed=pauses.would_seal(access, hotel, first, last),
    )  # fmt: skip


@needs(MANAGE)
@proved("POST")
@require_POST
def pausing(request: HttpRequest) -> HttpResponse:
    """Stop awarding at a hotel from a day on, or award again after a day."""
    require_module()
    access, now, form = access_in(request), clock.now(), request.POST
    reason, last = clean(form.get("reason", "")), given.day(form.get("to", ""))
    if ended := form.get("end", ""):
        tried(request, _given(last, last, lambda one, _other: pauses.end(
            access, given.known(ended), one, now, reason)),
              _("Set. What was sealed stays sealed."))  # fmt: skip
        return redirect("loyalty")
    hotel = one_of(access, Property.objects.all(), MANAGE, code=given.plain(form.get("hotel", "")))
    first = given.day(form.get("from", ""))
    begin = _given(first, first, lambda one, _other: pauses.pause(
        access, hotel, one, last, now, reason))  # fmt: skip
    tried(request, begin, _("Set. Who checks out on these days is entered and earns nothing."))
    return redirect("loyalty")
