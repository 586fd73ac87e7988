"""Where providers and gateways tell what became of messages, and hand on what came back.

Each proves itself as its own kind does; whoever does not is answered 401 and leaves no trace. One
that tells of a stranger's message is ignored.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from anymail.exceptions import AnymailError, AnymailWebhookValidationFailure
from anymail.signals import AnymailTrackingEvent, EventType
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.module_loading import import_string
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from staytrue.hotel import scope
from staytrue.kit import clock
from staytrue.messages import incoming, marks, outlets, reports, texting
from staytrue.messages.carriers import bounces, gateways
from staytrue.messages.carriers.gateways import Call, Unsigned
from staytrue.messages.carriers.notices import What
from staytrue.messages.models import Message, Outlet
from staytrue.messages.reports import Told
from staytrue.staff.guard import open_to_all

SECRET, MAIL_SECRET = "webhook_secret", "inbound_secret"
NAME_AND_PASSWORD = "webhook_secret"  # noqa: S105 - anymail's name for it


@dataclass(frozen=True)
class Hook:
    """How a provider proves itself: anymail's name of the secret, for reports and for mail.

    `combined` providers tell both in one call; `mail` is empty for those that hand on none.
    """

    name: str
    reports: str = NAME_AND_PASSWORD
    mail: str = NAME_AND_PASSWORD
    is_combined: bool = False

    @property
    def is_signed(self) -> bool:
        """Whether it signs; the others name a password in the address of the hook."""
        return self.reports != NAME_AND_PASSWORD


HOOKS = {
    "brevo": Hook("Brevo"),
    "mailersend": Hook("MailerSend", "signing_secret", "inbound_secret"),
    "mailgun": Hook("Mailgun", "webhook_signing_key", "webhook_signing_key"),
    "mailjet": Hook("Mailjet"),
    "mandrill": Hook("Mandrill", "webhook_key", "webhook_key", is_combined=True),
    "postal": Hook("Postal", "webhook_key", "webhook_key"),
    "postmark": Hook("Postmark"),
    # It signs as Svix does; a password in the address proves as much, without one library more.
    "resend": Hook("Resend", mail=""),
    "sendgrid": Hook("SendGrid"),
    "sparkpost": Hook("SparkPost"),
}
_WHAT = {
    EventType.DELIVERED: What.DELIVERED,
    EventType.DEFERRED: What.DEFERRED,
    EventType.BOUNCED: What.BOUNCED,
    EventType.REJECTED: What.BOUNCED,
    EventType.FAILED: What.BOUNCED,
    EventType.COMPLAINED: What.COMPLAINED,
}


def secret_name(outlet: Outlet, sort: str) -> str:
    """Under which name an outlet keeps the secret of this hook; empty where it has no such hook."""
    hook = HOOKS.get(outlet.carrier)
    if hook is None or (sort == "mail" and not hook.mail):
        return ""
    return MAIL_SECRET if sort == "mail" and hook.mail == MAIL_SECRET else SECRET


@open_to_all
@csrf_exempt
@require_http_methods(["HEAD", "POST"])
def told(request: HttpRequest, pk: int, sort: str) -> HttpResponse:
    """What a provider posts, `reports` or `mail`; 401 to whoever does not know the secret."""
    with scope.everything():
        outlet = Outlet.objects.filter(pk=pk, carrier__in=HOOKS).first()
    secret = outlets.secret(outlet, secret_name(outlet, sort)) if outlet else ""
    if outlet is None or not secret:
        raise Http404
    if request.method == "HEAD":
        # Some look whether somebody is here before they keep the address.
        return HttpResponse()
    view = _view(outlet, sort, secret, request)
    try:
        view.run_validators(request)
        events = view.parse_events(request)
    except AnymailWebhookValidationFailure:
        return HttpResponse(status=401)
    except (AnymailError, json.JSONDecodeError, KeyError, TypeError, ValueError, AssertionError):
        # Signed in, and yet nothing we can read: asking it to try again would not help.
        return HttpResponse(status=422)
    for event in events:
        _take(event, outlet)
    return HttpResponse()


@open_to_all
@csrf_exempt
@require_POST
def text(request: HttpRequest, pk: int) -> HttpResponse:
    """What an SMS gateway posts: a guest's text, or that he stopped us there."""
    with scope.everything():
        outlet = Outlet.objects.filter(pk=pk, channel="sms", carrier="gateway").first()
        address = outlets.secret(outlet, "address") if outlet else ""
        secret = outlets.secret(outlet, SECRET) if outlet else ""
    gateway = gateways.gateway_of(address)
    if outlet is None or not secret or gateway not in gateways.LISTENED:
        raise Http404
    call = Call(
        f"{settings.BASE_URL}{request.get_full_path()}", request.headers, request.POST.dict(),
        b"" if request.POST else request.body,
    )  # fmt: skip
    try:
        heard = gateways.heard(gateway, secret, call)
    except Unsigned:
        return HttpResponse(status=401)
    if heard is not None:
        texting.take(heard, outlet, clock.now())
    # An empty answer is none: what he is told leaves by our own way out.
    return HttpResponse(status=204)


def _view(outlet: Outlet, sort: str, secret: str, request: HttpRequest) -> Any:
    hook = HOOKS[outlet.carrier]
    kind = "Combined" if hook.is_combined else {"reports": "Tracking", "mail": "Inbound"}[sort]
    view = import_string(f"anymail.webhooks.{outlet.carrier}.{hook.name}{kind}WebhookView")
    given = {hook.mail if sort == "mail" else hook.reports: secret}
    if kind == "Inbound" and (key := outlets.secret(outlet, "api_key")):
        # Some fetch the letter's attachments themselves.
        given["api_key"] = key
    if hook.is_combined:
        # It signs the address that was typed at the provider, whatever a proxy made of it.
        given["webhook_url"] = f"{settings.BASE_URL}{request.path}"
    return view(**given)


def _take(event: Any, outlet: Outlet) -> None:
    now = clock.now()
    if not isinstance(event, AnymailTrackingEvent):
        incoming.take(event.message.as_bytes(), outlet.property_id, now)
        return
    what, public_id = _WHAT.get(event.event_type), _message(event, outlet)
    if what is None or public_id is None:
        return
    is_hard = what is What.BOUNCED and bounces.is_hard(outlet.carrier, event)
    key = f"{outlet.pk}:{event.event_id or ''}:{event.message_id}:{event.event_type}"
    detail = str(event.mta_response or event.description or "")[:300]
    reports.take(Told(public_id, what, outlet.carrier, key, is_hard, detail), now)


def _message(event: AnymailTrackingEvent, outlet: Outlet) -> UUID | None:
    """The message it speaks of: by our mark in what the provider was given, or by its own number."""
    named = marks.marked(str((event.metadata or {}).get("message", "")))
    with scope.everything():
        mine = Message.objects.filter(property_id=outlet.property_id, channel=outlet.channel)
        if named is not None:
            mine = mine.filter(public_id=named)
        elif event.message_id:
            mine = mine.filter(provider_id=str(event.message_id))
        else:
            return None
        return mine.values_list("public_id", flat=True).first()
