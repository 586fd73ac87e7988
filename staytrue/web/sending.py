"""Sending: whether anything may leave, by which way, from when and to whom; and the stop for all."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from staytrue.hotel.models import Property
from staytrue.kit import clock, name_records
from staytrue.kit.errors import StaytrueError
from staytrue.messages import complaints, domains, outlets, standing
from staytrue.messages.arming import FIRST_DAY_LIMIT
from staytrue.messages.carriers import choosing
from staytrue.messages.carriers.base import Sender
from staytrue.messages.carriers.smtp import SECURITIES, STARTTLS
from staytrue.messages.models import Outlet
from staytrue.messages.standing import RIGHT
from staytrue.staff.access import one_of, visible_to
from staytrue.staff.guard import access_in, needs
from staytrue.web import reasons, sending_words
from staytrue.web.pages import page
from staytrue.web.words import word

PLAIN = (
    "host",
    "port",
    "security",
    "username",
    "bounce_address",
    "per_minute",
    "price",
    "currency",
)
HIDDEN = ("password", "address")


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


class OutletForm(forms.Form):
    """A hotel's way out: what the mail server or gateway wants, and in whose name."""

    def __init__(self, houses: list[Property], data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, label_suffix="")
        carriers = [(name, word(sending_words.CARRIER, name)) for name in choosing.FORMS]
        texts = {
            "sender_address": _("Sender’s address"), "sender_name": _("Sender’s name"),
            "reply_to": _("Answers go to, if elsewhere"), "host": _("Server"),
            "username": _("Sign-in name"),
            "bounce_address": _("Address that failures come back to"),
        }  # fmt: skip
        self.fields["hotel"] = forms.ChoiceField(
            label=_("Hotel"), choices=[(each.code, each.name) for each in houses]
        )
        self.fields["channel"] = forms.ChoiceField(
            label=_("Channel"), choices=[*sending_words.CHANNEL.items()]
        )
        self.fields["carrier"] = forms.ChoiceField(label=_("Carrier"), choices=carriers)
        for name, label in texts.items():
            self.fields[name] = forms.CharField(label=label, required=False, max_length=254)
        self.fields["port"] = forms.IntegerField(
            label=_("Port"), required=False, min_value=1, max_value=65_535
        )
        self.fields["security"] = forms.ChoiceField(
            label=_("Encryption"), choices=[(each, each) for each in SECURITIES], initial=STARTTLS
        )
        self.fields["per_minute"] = forms.IntegerField(
            label=_("Mails a minute to one domain"), required=False, min_value=0,
            help_text=_("0 is no limit."),
        )  # fmt: skip
        hide = forms.PasswordInput(attrs={"autocomplete": "off"})
        self.fields["password"] = forms.CharField(
            label=_("Password"), required=False, widget=hide, max_length=500
        )
        self.fields["address"] = forms.CharField(
            label=_("Gateway’s address"), required=False, widget=hide, max_length=1_000,
            help_text=_("With {to} where the guest’s number stands."),
        )  # fmt: skip

    def values(self) -> dict[str, Any]:
        """What was said and what this carrier reads of it."""
        form, told = choosing.FORMS[self.cleaned_data["carrier"]], self.cleaned_data
        return {
            name: told[name]
            for name in (*PLAIN, *HIDDEN)
            if name in form.names and told.get(name) not in (None, "")
        }


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
        "form": OutletForm(houses) if houses else None,
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
@require_POST
def set_up(request: HttpRequest) -> HttpResponse:
    """Give a hotel its way out; arming it is another step."""
    access = access_in(request)
    houses = list(visible_to(access, Property.objects.all(), RIGHT))
    form = OutletForm(houses, request.POST)
    if not form.is_valid():
        return _shown(request, form=form)
    told = form.cleaned_data
    house = one_of(access, Property.objects.all(), RIGHT, code=told["hotel"])
    sender = Sender(
        told["sender_address"].strip(), told["sender_name"].strip() or house.name,
        told["reply_to"].strip(),
    )  # fmt: skip
    try:
        outlets.set_up(house, told["channel"], told["carrier"], form.values(), sender)
    except StaytrueError as error:
        form.add_error(None, reasons.of(error))
        return _shown(request, form=form)
    messages.success(request, _("Set up. It sends once it is armed."))
    return redirect("sending")


def _begin(day: Any, zone: str) -> datetime | None:
    return datetime.combine(day, time.min, ZoneInfo(zone)) if day else None
