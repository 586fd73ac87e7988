"""Sending: whether anything may leave, by which way, from when and to whom; and the stop for all."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from staytrue.hotel.models import Property
from staytrue.kit import clock, name_records
from staytrue.kit.errors import StaytrueError
from staytrue.messages import complaints, domains, outlets, standing
from staytrue.messages.arming import FIRST_DAY_LIMIT
from staytrue.messages.carriers.base import Sender
from staytrue.messages.models import Outlet
from staytrue.messages.standing import RIGHT
from staytrue.staff.access import one_of, visible_to
from staytrue.staff.guard import access_in, needs, proved
from staytrue.web import outlet_form, reasons, sending_words
from staytrue.web.given import plain
from staytrue.web.outlet_form import OutletForm, WayForm
from staytrue.web.pages import page


class ArmForm(forms.Form):
    """From when, how many on the first day, and to whom only."""

    from_on = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))
    limit = forms.IntegerField(min_value=1, max_value=outlets.FIRST_DAY_MOST,
                               initial=FIRST_DAY_LIMIT)  # fmt: skip
    allowed = forms.CharField(required=False, max_length=2_000)

    def __init__(self, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, label_suffix="")
        self.fields["from_on"].label = _("From")
        self.fields["from_on"].help_text = _("When left empty: from now.")
        self.fields["limit"].label = _("At most in the first 24 hours")
        self.fields["allowed"].label = _("Only to")
        self.fields["allowed"].help_text = _(
            "Addresses or @domains, with blanks between. When left empty: to everybody the gate "
            "lets through."
        )


@needs(RIGHT)
def sending(request: HttpRequest) -> HttpResponse:
    """The page: this machine, each way out, complaints, and what is not set up yet."""
    return _shown(request)


def _shown(request: HttpRequest, **more: Any) -> HttpResponse:
    access, now = access_in(request), clock.now()
    ways = standing.ways(now, access)
    houses = list(visible_to(access, Property.objects.all(), RIGHT))
    shares = complaints.shares(now)
    machine = standing.machine(now)
    given: dict[str, Any] = {
        "machine": machine,
        "why": sending_words.WHY.get(machine.why, ""),
        "ways": [(way, shares.get(way.sender.rpartition("@")[2], (0, 0))) for way in ways],
        "arm": ArmForm(),
        "form": WayForm(houses) if houses else None,
    }
    return page(request, "sending.html", now, screen="sending", **given | more)


@needs(RIGHT)
@require_POST
def stop(request: HttpRequest) -> HttpResponse:
    """Nothing leaves any more, at once: of the whole machine, or of the hotels one answers for."""
    access, now = access_in(request), clock.now()
    if access.may(RIGHT):
        outlets.stop(access.actor, now)
    else:
        for each in visible_to(access, Outlet.objects.select_related("property"), RIGHT):
            outlets.disarm(each.property, each.channel, by=access.actor, now=now)
    messages.success(request, _("Stopped. Nothing leaves until a hotel is armed again."))
    return redirect("sending")


@needs(RIGHT)
@proved("POST", acts=("arm",))
@require_POST
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """Arm or disarm one outlet, try its line, or look at its domain's records."""
    access, now = access_in(request), clock.now()
    outlet = one_of(access, Outlet.objects.select_related("property"), RIGHT, pk=pk)
    what = request.POST.get("act")
    try:
        if what == "arm":
            form = ArmForm(request.POST)
            if not form.is_valid():
                messages.error(
                    request, " ".join(str(each) for found in form.errors.values() for each in found)
                )
                return redirect("sending")
            told = form.cleaned_data
            outlets.arm(
                outlet.property, outlet.channel, by=access.actor, now=now, limit=told["limit"],
                from_at=_begin(told["from_on"], outlet.property.timezone),
                allowed=told["allowed"].split(),
            )  # fmt: skip
            messages.success(request, _("Armed."))
        elif what == "disarm":
            outlets.disarm(outlet.property, outlet.channel, by=access.actor, now=now)
            messages.success(request, _("Disarmed. Nothing of it leaves any more."))
        elif what == "try":
            said = outlets.tried(outlet)
            messages.success(request, _("The server answers: %(said)s") % {"said": said or "OK"})
        elif what == "domain":
            domain = outlet.sender_address.rpartition("@")[2]
            found = domains.findings(domain, name_records.texts)
            told_of = [(each, sending_words.ADVICE[each.code]) for each in found]
            return _shown(request, domain=domain, findings=told_of)
    except StaytrueError as error:
        messages.error(request, reasons.of(error))
    return redirect("sending")


@needs(RIGHT)
@proved("GET", "POST")
@require_http_methods(["GET", "POST"])
def set_up(request: HttpRequest) -> HttpResponse:
    """Give a hotel its way out: only what this way asks for; arming it is another step."""
    access = access_in(request)
    houses = visible_to(access, Property.objects.all(), RIGHT)
    given = request.POST if request.method == "POST" else request.GET
    channel, _colon, carrier = given.get("way", "").partition(":")
    house = houses.filter(code=plain(given.get("hotel", ""))).first()
    if house is None or f"{channel}:{carrier}" not in dict(outlet_form.ways()):
        raise Http404
    form = OutletForm(channel, carrier, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        told = {"sender_address": "", "sender_name": "", "reply_to": ""} | form.cleaned_data
        sender = Sender(
            told["sender_address"].strip(), told["sender_name"].strip() or house.name,
            told["reply_to"].strip(),
        )  # fmt: skip
        try:
            outlets.set_up(house, channel, carrier, form.values(), sender)
        except StaytrueError as error:
            form.add_error(None, reasons.of(error))
        else:
            messages.success(request, _("Set up. It sends once it is armed."))
            return redirect("sending")
    known = Outlet.objects.filter(property=house, channel=channel, armed_at__isnull=False)
    return page(
        request, "outlet.html", clock.now(), screen="sending", house=house, form=form,
        way=f"{channel}:{carrier}", name=sending_words.way(channel, carrier),
        advice=sending_words.set_up(carrier), is_armed=known.exists(),
    )  # fmt: skip


def _begin(day: Any, zone: str) -> datetime | None:
    return datetime.combine(day, time.min, ZoneInfo(zone)) if day else None
