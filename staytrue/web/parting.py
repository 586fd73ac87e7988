"""Before a decision is taken back: everything that follows; and after: what somebody has looked at."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from staytrue.guests import consequences, identities, undoing
from staytrue.guests.deciding import MERGE
from staytrue.hotel.models import Property
from staytrue.kit import clock
from staytrue.kit.errors import Refused
from staytrue.staff.guard import access_in, needs
from staytrue.web import parted_words, reasons
from staytrue.web.pages import page


@needs(MERGE)
def parting(request: HttpRequest, public_id: UUID, event: int) -> HttpResponse:
    """What follows from taking this decision back, people's work first."""
    access, now = access_in(request), clock.now()
    answer = identities.answer(access, public_id)
    try:
        found = undoing.preview(access, event, now)
    except Refused as refusal:
        messages.error(request, reasons.of(refusal))
        return redirect("guest_history", public_id)
    codes = dict(Property.objects.values_list("pk", "code"))
    lines = [
        (
            each.is_asked,
            codes.get(each.property_id or 0, ""),
            parted_words.follows(each.kind, each.facts),
        )
        for each in found
    ]
    return page(
        request, "parting.html", now, screen="guests", answer=answer, event=event, lines=lines
    )


@needs(MERGE)
@require_POST
def looked(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody has looked at what followed."""
    consequences.looked(access_in(request), pk, clock.now())
    return redirect("today")
