"""Journeys: what each hotel really gets of them, their steps, rehearsal, approval, and where they run."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from staytrue.hotel.models import Property
from staytrue.journeys import actions, editing, queries, rehearsing, shadows
from staytrue.journeys.availability import Standing
from staytrue.journeys.queries import Told
from staytrue.kit import clock
from staytrue.mirror.models import Reservation
from staytrue.staff.access import Access, visible_to
from staytrue.staff.guard import access_in, needs
from staytrue.staff.queries import names_of
from staytrue.web import journey_steps, journey_words
from staytrue.web.acting import tried
from staytrue.web.pages import page


@needs(queries.READ)
def journeys(request: HttpRequest) -> HttpResponse:
    """Every journey with its versions."""
    access = access_in(request)
    return page(
        request, "journeys.html", clock.now(), journeys=queries.journeys(),
        may_write=access.may_anywhere(actions.WRITE),
    )  # fmt: skip


@needs(queries.READ)
def journey(request: HttpRequest, key: str) -> HttpResponse:
    """One journey: hotels against steps, one step in full, and its rehearsal."""
    access, now = access_in(request), clock.now()
    told = _told(access, key, now)
    chosen = next(
        (each for each in told.steps if each.key == request.GET.get("step")), told.steps[0]
    ) if told.steps else None  # fmt: skip
    names = names_of([told.shown.drafted_by, told.shown.approved_by])
    return page(
        request, "journey.html", now, screen="journeys", told=told, chosen=chosen,
        heads=[(each, journey_words.when(each), journey_words.phase(each)) for each in told.steps],
        rows=[
            (row, [(step, journey_words.cell(each)) for step, each in row.cells])
            for row in told.rows
        ],
        counts=[(style, told.count(style)) for style in Standing],
        by=names.get(told.shown.drafted_by, told.shown.drafted_by),
        rehearsal=told.shown.rehearsal if told.shown.rehearsed_at else None,
        examples=_examples(access, told),
        may_write=access.may(actions.WRITE), may_approve=access.may(actions.APPROVE),
        listed=journey_steps.listed(told.steps), kinds=editing.KINDS,
    )  # fmt: skip


def _told(access: Access, key: str, now: datetime) -> Told:
    told = queries.one(access, key, now)
    if told is None:
        raise Http404
    return told


def _examples(access: Access, told: Told) -> list[dict[str, Any]]:
    """The examples of the rehearsal at hotels of his, each with its stay."""
    kept = told.shown.rehearsal.get("examples", [])
    stays = {
        stay.pk: stay
        for stay in visible_to(
            access, Reservation.objects.select_related("property"), queries.READ
        ).filter(pk__in=[each["stay"] for each in kept])
    }
    kinds = {step.key: step.kind.value for step in told.steps}
    return [
        each | {"of": stays[each["stay"]], "at": datetime.fromisoformat(each["at"]),
                "kind": kinds.get(each["step"], "")}
        for each in kept if each["stay"] in stays
    ]  # fmt: skip


@needs(actions.WRITE)
@require_POST
def install(request: HttpRequest) -> HttpResponseBase:
    """Put the standard journey there, as a draft."""
    made = actions.install_standard(access_in(request).actor, clock.now())
    return redirect("journey", made.key)


@needs(actions.WRITE)
@require_POST
def rehearse(request: HttpRequest, key: str) -> HttpResponseBase:
    """Have the draft rehearsed on the last twelve months."""
    return _act(request, key, lambda access, told, now: rehearsing.ask(access, told.shown, now),
                _("The worker rehearses it; the figures stand here in a while."))  # fmt: skip


@needs(actions.APPROVE)
@require_POST
def approve(request: HttpRequest, key: str) -> HttpResponseBase:
    """Approve the draft, or let the approved version go live."""
    if "live" in request.POST:
        return _act(
            request, key,
            lambda access, told, now: actions.go_live(access, told.approved or told.shown, now),
            _("Live. It runs at the hotels where it is switched on."),
        )  # fmt: skip
    return _act(request, key, lambda access, told, now: actions.approve(access, told.shown, now),
                _("Approved."))  # fmt: skip


@needs(actions.APPROVE)
@require_POST
def place(request: HttpRequest, key: str, code: str) -> HttpResponseBase:
    """Switch a journey on or off at one hotel."""
    access = access_in(request)
    hotel = Property.objects.filter(pk__in=access.where(actions.APPROVE), code=code).first()
    if hotel is None:
        raise Http404
    if "shadow" in request.POST:
        return _act(
            request, key,
            lambda who, told, now: actions.shadow(who, told.journey, hotel, now),
            _("Runs in shadow: all is planned and decided, nothing leaves."),
        )  # fmt: skip
    if "off" in request.POST:
        return _act(
            request, key,
            lambda who, told, now: actions.switch_off(who, told.journey, hotel, now),
            _("Switched off. What it had planned there is dropped."),
        )  # fmt: skip
    return _act(
        request, key,
        lambda who, told, now: actions.switch_on(
            who, told.journey, hotel, now, leave_out="leave_out" in request.POST
        ),
        _("Switched on: for what happens from now on."),
    )  # fmt: skip


@needs(queries.READ)
def shadow(request: HttpRequest, key: str) -> HttpResponse:
    """What a journey in shadow would have sent, what it held and what it would not have sent."""
    access, now = access_in(request), clock.now()
    told = _told(access, key, now)
    return page(
        request, "journey_shadow.html", now, screen="journeys", told=told,
        shadows=shadows.shadows(access, told.journey), may_approve=access.may(actions.APPROVE),
    )  # fmt: skip


def _act(
    request: HttpRequest, key: str, act: Callable[[Access, Told, datetime], object], done: str
) -> HttpResponseBase:
    access, now = access_in(request), clock.now()
    told = _told(access, key, now)
    tried(request, lambda: act(access, told, now), done)
    return redirect("journey", key)
