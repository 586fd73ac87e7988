"""What staff do on a guest card: correct and hold values, choose personas, take decisions back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from staytrue.guests import choosing, correcting, identities, undoing
from staytrue.guests.composing import Standing
from staytrue.guests.correcting import CORRECT
from staytrue.guests.deciding import MERGE
from staytrue.guests.typed import ADDRESS
from staytrue.kit import clock
from staytrue.kit.text import clean
from staytrue.mirror.models import Profile
from staytrue.mirror.sheets import PROFILES
from staytrue.staff.access import one_of
from staytrue.staff.guard import access_in, needs
from staytrue.web import given
from staytrue.web.acting import tried

Acts = Mapping[str, Callable[[], object]]


@needs(CORRECT)
@require_POST
def word(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Correct, hold or take back a value, or settle what the PMS says against it."""
    access, now, form = access_in(request), clock.now(), request.POST
    identities.answer(access, public_id)
    profile, field = _number(request, "profile"), form.get("field", "")
    reason, place = _reason(request), _number(request, "place", 0)
    texts = {name: form.get(name, "") for name in ("value", *ADDRESS) if name in form}
    acts: Acts = {
        "correct": lambda: correcting.correct(
            access, profile, field, texts, reason, now, _standing(request), place
        ),
        "pin": lambda: correcting.pin(access, profile, field, reason, now, place),
        "lift": lambda: correcting.lift(access, profile, field, reason, now),
        "keep": lambda: correcting.keep(access, profile, field, now),
        "take": lambda: correcting.take(access, profile, field, now),
    }
    _do(request, acts, _("Saved. The PMS is not changed."))
    return redirect("guest_profiles", public_id)


@needs(CORRECT)
@require_POST
def persona(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Say that he is a persona, that he is not, or let the rules answer again."""
    access, now, form = access_in(request), clock.now(), request.POST
    identities.answer(access, public_id)
    profile, code = _number(request, "profile"), form.get("persona", "")
    acts: Acts = {
        "is": lambda: choosing.choose(access, profile, code, _reason(request), now, is_so=True),
        "not": lambda: choosing.choose(access, profile, code, _reason(request), now, is_so=False),
        "back": lambda: choosing.unchoose(access, profile, code, now),
    }
    _do(request, acts, _("Saved."))
    return redirect("guest_card", public_id)


@needs(MERGE)
@require_POST
def undo(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Take a decision back, however old; everything goes to whom it belongs without it."""
    access, now = access_in(request), clock.now()
    identities.answer(access, public_id)
    event, reason = _number(request, "event"), _reason(request)
    done = _("Taken back. Stays and values went with their profiles.")
    tried(request, lambda: undoing.undo(access, event, now, reason), done)
    return redirect("guest_history", public_id)


@needs(MERGE)
@require_POST
def apart(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One of his profiles is another person's."""
    access, now = access_in(request), clock.now()
    profile, reason = _number(request, "profile"), _reason(request)
    current = identities.answer(access, public_id).current
    one_of(access, Profile.objects.all(), PROFILES, pk=profile)
    if len(current) != 1:
        raise Http404
    done = _("Taken apart. They stay apart until somebody lifts it.")
    tried(request, lambda: undoing.split(access, current[0].pk, [profile], now, reason), done)
    return redirect("guest_profiles", public_id)


def _do(request: HttpRequest, acts: Acts, done: str) -> None:
    """The one of these acts that the form names."""
    act = acts.get(request.POST.get("act", ""))
    if act is None:
        raise Http404
    tried(request, act, done)


def _standing(request: HttpRequest) -> Standing:
    is_guests = request.POST.get("standing") == Standing.CONFIRMED
    return Standing.CONFIRMED if is_guests else Standing.CORRECTED


def _reason(request: HttpRequest) -> str:
    return clean(request.POST.get("reason", ""))


def _number(request: HttpRequest, name: str, default: int | None = None) -> int:
    text = request.POST.get(name, "")
    return default if default is not None and not text else given.known(text)
