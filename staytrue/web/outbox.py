"""What leaves today, what waits and why, what left; and one message with all that was decided."""

from __future__ import annotations

from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from staytrue.kit import clock
from staytrue.messages import answering, queries, why
from staytrue.messages.queries import CLOSED, DUE, HELD, LINES, SENT, UNKNOWN
from staytrue.staff.guard import access_in, needs
from staytrue.web import message_words
from staytrue.web.pages import page
from staytrue.web.words import Words

HEAPS: Words = {
    DUE: gettext_lazy("Due"),
    HELD: gettext_lazy("Waiting"),
    SENT: gettext_lazy("Sent"),
    UNKNOWN: gettext_lazy("Unknown"),
    CLOSED: gettext_lazy("Closed"),
}


@needs(queries.READ)
def outbox(request: HttpRequest) -> HttpResponse:
    """One day of one's hotels, or of one of them, heap by heap."""
    access, now = access_in(request), clock.now()
    hotels = queries.hotels(access)
    code, heap = request.GET.get("hotel", ""), request.GET.get("heap", DUE)
    chosen = next((hotel for hotel in hotels if hotel.code == code), None)
    if (code and chosen is None) or heap not in HEAPS:
        raise Http404
    at = [chosen] if chosen else hotels
    today = now.astimezone(ZoneInfo(at[0].timezone)).date() if at else now.date()
    day = _day(request.GET.get("day", ""), today)
    after = request.GET.get("after", "")
    start = int(after) if after.isdecimal() and len(after) < 7 else 0
    found = queries.outbox(access, at, day, heap, start)
    lines = [
        (each, message_words.sentence(_short_why(each), each.hotel.timezone, now))
        for each in found.lines
    ]
    return page(
        request, "outbox.html", now, live=True, screen="outbox", hotels=hotels, chosen=chosen,
        box=found, lines=lines, day=day, today=today,
        heaps=[(name, label, found.counts[name]) for name, label in HEAPS.items()],
        later=start + LINES if found.goes_on else 0,
    )  # fmt: skip


def _short_why(line: queries.Line) -> why.Why:
    """What a list says of a message, from its row alone."""
    row = line.message
    if row.state == "planned":
        return why.Why("planned", "", row.planned_at, row.due_at, {})
    return why.Why(row.state, row.reason, row.decided_at or row.due_at, row.held_until, {})


def _day(text: str, today: date) -> date:
    try:
        return date.fromisoformat(text) if text else today
    except ValueError as error:
        raise Http404 from error


@needs(queries.READ)
def message(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One message: why, every decision with what was looked at, its words."""
    access, now = access_in(request), clock.now()
    told = queries.one(access, public_id)
    zone, found = told.line.hotel.timezone, why.of(told)
    return page(
        request, "message.html", now, screen="outbox", told=told, line=told.line,
        message=told.message, why=message_words.sentence(found, zone, now),
        facts=message_words.facts(found.facts, zone, now), zone=zone,
        history=[(each, message_words.facts(each.facts, zone, now))
                 for each in reversed(why.history(told))],
    )  # fmt: skip


@needs(queries.ANSWER)
@require_POST
def answer(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """Somebody looked into the PMS: the stay is so, or the message is dropped."""
    access, now = access_in(request), clock.now()
    if "drop" in request.POST:
        is_done = answering.drop(access, public_id, now)
        said = _("Dropped. It does not leave.")
    else:
        is_done = answering.confirm(access, public_id, now)
        said = _("Confirmed. It is decided anew at once.")
    if is_done:
        messages.success(request, said)
    else:
        messages.error(request, _("It no longer waits."))
    return redirect("message", public_id)
