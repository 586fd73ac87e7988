"""What comes back by one way out: where its carrier must call, how it proves itself, which mailbox."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from staytrue.kit import clock, ids
from staytrue.kit.errors import Refused, Temporary
from staytrue.messages import mailboxes, outlets
from staytrue.messages.carriers import gateways
from staytrue.messages.carriers.imap import Box
from staytrue.messages.models import CarrierReport, IncomingText, Mailbox, Outlet
from staytrue.messages.standing import RIGHT
from staytrue.staff.access import one_of
from staytrue.staff.guard import access_in, needs
from staytrue.web import reasons, sending_words
from staytrue.web.carrier_hooks import HOOKS, MAIL_SECRET, SECRET, secret_name
from staytrue.web.pages import page
from staytrue.web.words import Words, word

USER = "hook"
REFUSALS: Words = {
    "mailbox_setting": gettext_lazy("Give the mailbox’s server and the name to sign in with."),
    "mailbox_sign_in": gettext_lazy("The mail server does not take this name and password."),
    "mailbox_folder": gettext_lazy("There is no such folder in this mailbox."),
    "mailbox_away": gettext_lazy(
        "The mail server does not answer, or its certificate is not of this name."
    ),
}
STEPS: Words = {
    "password": gettext_lazy(
        "At {carrier}, open the settings of webhooks and enter this whole address, for delivered, "
        "bounced and complaint. The password stands in it: make it anew if others have seen it."
    ),
    "signed": gettext_lazy(
        "At {carrier}, open the settings of webhooks and enter this address, for delivered, bounced "
        "and complaint. Then copy here the key by which {carrier} signs."
    ),
    "twilio": gettext_lazy(
        "In Twilio’s console open the number, and under Messaging enter this address where a "
        "message comes in, by HTTP POST. Then copy here the account’s auth token."
    ),
    "vonage": gettext_lazy(
        "In Vonage’s dashboard let the number’s SMS go to the Messages API, and enter this address "
        "as inbound and as status URL. Then copy here the signature secret."
    ),
}


@dataclass(frozen=True)
class Way:
    """One hook: what it is for, where, and whether its carrier can prove itself by now."""

    name: str
    title: str
    address: str
    steps: str
    is_typed: bool
    is_ready: bool
    last_at: datetime | None


@needs(RIGHT)
@require_http_methods(["GET", "POST"])
def coming_back(request: HttpRequest, pk: int) -> HttpResponse:
    """The page, and the one place where its secrets are made or entered."""
    access, now = access_in(request), clock.now()
    outlet = one_of(access, Outlet.objects.select_related("property"), RIGHT, pk=pk)
    shown = ""
    if request.method == "POST":
        act = request.POST.get("act", "")
        if act == "make":
            shown = f"{USER}:{ids.token()}"
            outlets.keep_secret(outlet, SECRET, shown, access.actor, now)
            outlet.refresh_from_db()
        else:
            _tried(request, outlet, act, access.actor, now)
            return redirect("coming_back", pk)
    box = Mailbox.objects.filter(property=outlet.property_id).first()
    return page(
        request, "coming_back.html", now, screen="sending", outlet=outlet, secret_shown=shown,
        ways=_ways(outlet, shown), box=box, takes_mail=outlet.channel == "email",
        carrier=word(sending_words.CARRIER, outlet.carrier),
        trouble=word(REFUSALS, box.error) if box and box.error else "",
    )  # fmt: skip


def _tried(request: HttpRequest, outlet: Outlet, act: str, actor: str, now: datetime) -> None:
    told = request.POST
    try:
        if act in (SECRET, MAIL_SECRET):
            outlets.keep_secret(outlet, act, told.get("secret", "").strip(), actor, now)
            messages.success(request, _("Kept. What its carrier tells is believed from now on."))
        elif act == "mailbox":
            mailboxes.set_up(outlet.property, _box(told), actor, now)
            messages.success(
                request, _("The mailbox is read from now on, and nothing in it changed.")
            )
        elif act == "mailbox_stop":
            mailboxes.stop(outlet.property, actor, now)
            messages.success(request, _("The mailbox is read no more."))
    except (Refused, Temporary) as error:
        code = error.code
        messages.error(request, str(REFUSALS[code]) if code in REFUSALS else reasons.of(error))


def _box(told: Any) -> Box:
    port = told.get("port", "").strip() or str(mailboxes.PORT)
    if not port.isdecimal():
        raise Refused("The port is a number.", "mailbox_setting")
    return Box(
        told.get("host", "").strip(), int(port), told.get("username", "").strip(),
        told.get("password", ""), told.get("folder", "").strip() or "INBOX",
    )  # fmt: skip


def _ways(outlet: Outlet, shown: str) -> list[Way]:
    if outlet.channel == "sms":
        gateway = gateways.gateway_of(outlets.secret(outlet, "address"))
        if gateway not in gateways.LISTENED:
            return []
        last = IncomingText.objects.filter(outlet=outlet).order_by("-at").first()
        address = f"{settings.BASE_URL}{reverse('carrier_text', args=[outlet.pk])}"
        is_ready = SECRET in outlet.sealed
        return [Way(SECRET, _("Guests’ texts"), address, str(STEPS[gateway]), True, is_ready,
                    last.at if last else None)]  # fmt: skip
    found = []
    for sort, title in (("reports", _("What became of mails")), ("mail", _("Guests’ replies"))):
        if name := secret_name(outlet, sort):
            found.append(_way(outlet, sort, name, title, shown))
    return found


def _way(outlet: Outlet, sort: str, name: str, title: str, shown: str) -> Way:
    hook = HOOKS[outlet.carrier]
    place = reverse(f"carrier_{sort}", args=[outlet.pk])
    base = urlsplit(settings.BASE_URL)
    secret = "" if hook.is_signed else f"{shown or USER + ':•••'}@"
    steps: str | Promise = STEPS["signed" if hook.is_signed else "password"]
    last = CarrierReport.objects.filter(property=outlet.property_id, origin=outlet.carrier)
    newest = last.order_by("-at").first() if sort == "reports" else None
    return Way(
        name, title, f"{base.scheme}://{secret}{base.netloc}{place}",
        str(steps).format(carrier=hook.name), hook.is_signed, name in outlet.sealed,
        newest.at if newest else None,
    )  # fmt: skip
