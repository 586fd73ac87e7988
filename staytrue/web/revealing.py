"""Showing what is masked: with a reason, for one guest or profile, for a few minutes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from staytrue.guests import card as cards
from staytrue.guests.identities import State, answer
from staytrue.kit import clock
from staytrue.mirror import sheets
from staytrue.mirror.lists import STAYS
from staytrue.mirror.sheets import PROFILES
from staytrue.staff import masks
from staytrue.staff.guard import access_in, needs
from staytrue.web import words
from staytrue.web.acting import tried

_SHOWN = "revealed"


def apply(request: HttpRequest, object_: str, now: datetime) -> None:
    """Take the masks off for the rest of this request, where he said why a moment ago."""
    since = request.session.get(_SHOWN, {}).get(object_)
    if since and now - datetime.fromisoformat(since) <= masks.SHOWN_FOR:
        request.access = replace(access_in(request), masked=frozenset())  # type: ignore[attr-defined]


def labels(names: Collection[str]) -> list[str]:
    """Masked fields in words; a PMS's own by its own name."""
    return [words.word(words.FIELD, name) for name in sorted(names)]


@needs(PROFILES)
@require_POST
def profile(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what is masked of one profile."""
    sheet = sheets.profile(access_in(request), pk)
    property_id = sheet.hotel.pk if sheet.hotel else None
    _reveal(request, f"profile:{pk}", sheet.record["masked"], property_id)
    return redirect("profile", pk)


@needs(STAYS)
@require_POST
def stay(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what is masked of one stay."""
    sheet = sheets.stay(access_in(request), pk)
    _reveal(request, f"stay:{pk}", sheet.record["masked"], sheet.hotel.pk)
    return redirect("stay", pk)


@needs(PROFILES)
@require_POST
def guest(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show what is masked of one guest, in all of his profiles."""
    access, now = access_in(request), clock.now()
    found = answer(access, public_id)
    if found.state != State.ACTIVE:
        raise Http404
    shown = cards.card(access, found.current[0], now)
    names = {name for source in shown.sources for name in source.masked}
    hotels = {source.hotel.pk if source.hotel else None for source in shown.sources}
    at = hotels.pop() if len(hotels) == 1 else None
    _reveal(request, f"guest:{public_id}", names, at)
    return redirect("guest_card", public_id)


def _reveal(
    request: HttpRequest, object_: str, names: Collection[str], property_id: int | None
) -> None:
    why = request.POST.get("reason", "")
    told = _("Shown for five minutes. That you looked, and why, stands in the audit.")
    if tried(request, lambda: masks.reveal(object_, names, why, property_id), told):
        shown = {**request.session.get(_SHOWN, {}), object_: clock.now().isoformat()}
        request.session[_SHOWN] = shown
