"""How a hotel's roles are alerted outside Staytrue: set up, tried, ended."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from staytrue.desk import alerts, colleagues
from staytrue.desk.alert_ways import EMAIL
from staytrue.desk.alerts import MANAGE
from staytrue.hotel.models import Property
from staytrue.kit import clock
from staytrue.kit.errors import Refused
from staytrue.staff.access import Access, one_of
from staytrue.staff.guard import access_in, needs
from staytrue.web import given, reasons
from staytrue.web.acting import tried
from staytrue.web.desk import role_names
from staytrue.web.pages import page
from staytrue.web.words import Words

_SERVICE = "service"
NAMES: Words = {
    "email": gettext_lazy("E-mail to each member"), "slack": "Slack", "teams": "Microsoft Teams",
    "discord": "Discord", "twilio": "SMS (Twilio)", "vonage": "SMS (Vonage)",
    "clicksend": "SMS (ClickSend)", "sinch": "SMS (Sinch)", "telnyx": "SMS (Telnyx)",
}  # fmt: skip
REFUSED: Words = {
    "role_unknown": gettext_lazy("There is no such role."),
    "alerts_many": gettext_lazy("There are too many ways already."),
    "alert_there": gettext_lazy("This role is alerted by e-mail already."),
    "alert_address": gettext_lazy(
        "This is no address of Slack, Teams, Discord or an SMS gateway that is allowed here."
    ),
    "alert_no_outlet": gettext_lazy("The hotel has no way out for mail yet: set it up first."),
    "alert_not_taken": gettext_lazy("The other side did not take it."),
    "alert_to_nobody": gettext_lazy("Nobody holds this role at the hotel."),
    "alert_gone": gettext_lazy("This way is gone."),
}


@needs(MANAGE)
@require_http_methods(["GET", "POST"])
def ways(request: HttpRequest, code: str) -> HttpResponseBase:
    """The ways of one hotel, and a new one."""
    access = access_in(request)
    hotel = one_of(access, Property.objects.all(), MANAGE, code=given.plain(code))
    if request.method == "POST":
        _act(request, access, hotel)
        return redirect("alerts", hotel.code)
    return _page(request, access, hotel)


def _act(request: HttpRequest, access: Access, hotel: Property) -> None:
    form, now = request.POST, clock.now()
    name, id_ = form.get("act", ""), given.number(form.get("way", "")) or 0
    acts = {
        "add": (lambda: _add(request, access, hotel), _("From now on what is asked is told here.")),
        "try": (lambda: alerts.try_out(access, id_, now), _("Said: look whether it arrived.")),
        "end": (lambda: alerts.end(access, id_), _("Ended. Its address is forgotten.")),
    }
    if name not in acts:
        raise Http404
    act, done = acts[name]
    tried(request, act, done, _why)


def _add(request: HttpRequest, access: Access, hotel: Property) -> None:
    form = request.POST
    service = EMAIL if form.get("by") == EMAIL else _SERVICE
    role = given.plain(form.get("role", ""))
    address = form.get("address", "").strip()
    alerts.add(access, hotel.pk, role, service, address, clock.now())


def _why(refusal: Refused) -> str:
    code = str(refusal.facts.get("error") or refusal.code)
    return str(REFUSED[code]) if code in REFUSED else reasons.of(refusal)


def _page(request: HttpRequest, access: Access, hotel: Property) -> HttpResponse:
    found = [
        (each, str(NAMES.get(each.service, each.service)), str(REFUSED.get(each.error, "")))
        for each in alerts.of(access, hotel.pk)
    ]
    return page(
        request, "alerts.html", clock.now(), screen="desk", hotel=hotel, zone=hotel.timezone,
        found=found, roles=colleagues.roles(), role_names=role_names(),
    )  # fmt: skip
