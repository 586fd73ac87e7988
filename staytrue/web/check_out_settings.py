"""How check-outs are treated: for all hotels or one by one, and the types of contacts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from staytrue.flow import checking_out
from staytrue.guests.accounts import configuring
from staytrue.guests.accounts.configuring import MANAGE
from staytrue.guests.accounts.rules import Kind, Setting
from staytrue.hotel.models import Property
from staytrue.kit import clock
from staytrue.kit.text import clean
from staytrue.loyalty import modules
from staytrue.staff.access import Access, visible_to
from staytrue.staff.guard import access_in, needs
from staytrue.web import check_outs, checkout_words, words
from staytrue.web.acting import tried
from staytrue.web.check_out_forms import SettingForm
from staytrue.web.pages import page

SCREEN = check_outs.SCREEN


@needs(MANAGE)
@require_http_methods(["GET", "POST"])
def settings(request: HttpRequest) -> HttpResponseBase:
    """One configuration for all hotels, or that of one of them."""
    access, now = access_in(request), clock.now()
    common = configuring.is_common()
    hotels = list(visible_to(access, Property.objects.order_by("code"), MANAGE))
    hotel = _hotel(request, hotels, common=common and access.may(MANAGE))
    kept = configuring.settings().get(hotel.pk) if hotel else configuring.common()
    posted = request.POST if request.method == "POST" else None
    form = SettingForm(kept or Setting(), configuring.types(), posted)
    if posted is not None and form.is_valid() and _keep(request, hotel, form, now):
        return redirect(_back(hotel))
    given: dict[str, Any] = {
        "form": form,
        "hotel": hotel,
        "is_for_all": hotel is None,
        "is_kept": kept is not None,
        "common": common,
        "hotels": [(each, told is not None) for each, told in _told(hotels)],
        "blocking": check_outs.blocking(access),
        "may_all": access.may(MANAGE),
        "types": _types(),
        "kinds": checkout_words.KIND.items(),
        "may_switch": access.may(modules.MANAGE),
        "is_on": modules.is_on(),
        "hotels_on": modules.hotels_on(),
    }
    return page(request, "check_out_settings.html", now, screen=SCREEN, **given)


def _told(hotels: list[Property]) -> list[tuple[Property, Setting | None]]:
    known = configuring.settings()
    return [(each, known.get(each.pk)) for each in hotels]


def _hotel(request: HttpRequest, hotels: list[Property], *, common: bool) -> Property | None:
    """The hotel whose configuration is shown; none for that of all."""
    code = request.GET.get("hotel", "")
    if code == "*" or (common and not code):
        return None
    hotel = next((each for each in hotels if each.code == code), None if code else hotels[0])
    if hotel is None:
        raise Http404
    return hotel


def _keep(request: HttpRequest, hotel: Property | None, form: SettingForm, now: datetime) -> bool:
    access, values = access_in(request), form.values()
    reason = clean(request.POST.get("reason", ""))
    done = _("Saved. It counts for every check-out that is considered from now on.")
    if hotel is None:
        return tried(request, lambda: configuring.set_for_all(access, values, now, reason), done)
    return tried(request, lambda: configuring.set_for(access, hotel, values, now, reason), done)


def _back(hotel: Property | None) -> str:
    return "/check-outs/settings/" + (f"?hotel={hotel.code}" if hotel else "")


def _types() -> list[dict[str, Any]]:
    return [
        {"row": each, "name": checkout_words.typed(each.code, each.label),
         "kind": words.word(checkout_words.KIND, each.kind)}
        for each in configuring.types()
    ]  # fmt: skip


@needs(MANAGE)
@require_POST
def change(request: HttpRequest) -> HttpResponse:
    """Let each hotel have its own; add a type or retire one; have the programme or not."""
    access, now, form = access_in(request), clock.now(), request.POST
    act, reason = form.get("act", ""), clean(form.get("reason", ""))
    kind, code = form.get("kind", ""), clean(form.get("code", "")).casefold()
    if act == "each":
        tried(request, lambda: configuring.let_each(access, now, reason),
              _("Each hotel has its own configuration now. Those without one wait."))  # fmt: skip
    elif act in ("on", "off"):
        _switch(request, access, now, on=act == "on")
    elif kind not in list(Kind):
        raise Http404
    elif act == "add":
        known = [word for word in clean(form.get("words", "")).split(",") if word.strip()]
        label = clean(form.get("label", ""))
        tried(
            request,
            lambda: configuring.add_type(access, Kind(kind), code, label, known, now, reason),
            _("Added. It can be chosen for both phones, or for e-mail."),
        )
    elif act == "retire":
        tried(request, lambda: configuring.retire_type(access, Kind(kind), code, now, reason),
              _("Retired. What was taken over under it stays readable."))  # fmt: skip
    else:
        raise Http404
    return redirect("check_out_settings")


def _switch(request: HttpRequest, access: Access, now: datetime, *, on: bool) -> None:
    """Have the loyalty programme at a hotel or in the group, or not."""
    code, reason = request.POST.get("hotel", ""), clean(request.POST.get("reason", ""))
    hotel = Property.objects.filter(code=code).first() if code else None
    if code and hotel is None:
        raise Http404
    tried(
        request, lambda: checking_out.turn_module(access, hotel, now, on=on, reason=reason),
        _("Switched on.") if on else _("Switched off. Nothing is lost by it."),
    )  # fmt: skip
