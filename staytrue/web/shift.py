"""The hand-over of a shift: what changed while one was away, what is due, and who has read it."""

from __future__ import annotations

from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from staytrue.desk import shifts
from staytrue.desk.models import Case, CaseEvent
from staytrue.hotel.models import Property
from staytrue.kit import clock
from staytrue.mirror import lists
from staytrue.staff.access import Access
from staytrue.staff.guard import access_in, needs
from staytrue.staff.queries import names_of
from staytrue.web import given
from staytrue.web.acting import tried
from staytrue.web.pages import page

SEES = "stays.read"


@needs(SEES)
@require_GET
def handover(request: HttpRequest, code: str) -> HttpResponse:
    """What a member takes over at a hotel."""
    access, now = access_in(request), clock.now()
    hotel = _hotel(access, code)
    found = shifts.handover(access, hotel.pk, now)
    return page(
        request, "shift.html", now, screen="desk", hotel=hotel, zone=hotel.timezone, found=found,
        hotels=lists.hotels(access), changed=_told(found.changed),
        readings=shifts.readings(access, hotel.pk),
    )  # fmt: skip


def _told(
    changed: list[tuple[Case, list[CaseEvent]]],
) -> list[tuple[Case, list[tuple[CaseEvent, str]]]]:
    """Each case with what happened to it, and who did it; nobody's name is what happened by itself."""
    known = names_of({event.actor for _case, events in changed for event in events})
    return [
        (case, [(event, known.get(event.actor, "")) for event in events])
        for case, events in changed
    ]


@needs(SEES)
@require_POST
def acknowledge(request: HttpRequest, code: str) -> HttpResponseBase:
    """He has read it, as his page showed it."""
    access, now = access_in(request), clock.now()
    hotel = _hotel(access, code)
    read_at = _instant(request.POST.get("at", ""))
    lines = given.known(request.POST.get("lines", ""))
    tried(request, lambda: shifts.acknowledge(access, hotel.pk, read_at, lines, now),
          _("You have taken over the shift."))  # fmt: skip
    return redirect("shift", code)


def _hotel(access: Access, code: str) -> Property:
    found = next((each for each in lists.hotels(access) if each.code == code), None)
    if found is None:
        raise Http404
    return found


def _instant(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise Http404 from error
    if found.tzinfo is None:
        raise Http404
    return found
