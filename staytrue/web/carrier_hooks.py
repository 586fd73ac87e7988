"""Where providers tell what became of mails, and hand on what came back: signed in with a secret.

A provider without its secret is never believed; one that tells of a stranger's message is ignored.
"""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from anymail.exceptions import AnymailError, AnymailWebhookValidationFailure
from anymail.signals import AnymailTrackingEvent, EventType, RejectReason
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.module_loading import import_string
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from staytrue.hotel import scope
from staytrue.kit import clock
from staytrue.messages import incoming, marks, outlets, reports
from staytrue.messages.carriers.notices import What
from staytrue.messages.models import Message, Outlet
from staytrue.messages.reports import Told
from staytrue.staff.guard import open_to_all

PROVIDERS = {
    "brevo": "Brevo", "mailjet": "Mailjet", "postmark": "Postmark", "sendgrid": "SendGrid",
    "sparkpost": "SparkPost",
}  # fmt: skip
"""Those that sign in with name and password in the address of the hook."""
_WHAT = {
    EventType.DELIVERED: What.DELIVERED,
    EventType.DEFERRED: What.DEFERRED,
    EventType.BOUNCED: What.BOUNCED,
    EventType.REJECTED: What.BOUNCED,
    EventType.COMPLAINED: What.COMPLAINED,
}


@open_to_all
@csrf_exempt
@require_POST
def told(request: HttpRequest, pk: int, sort: str) -> HttpResponse:
    """What a provider posts, `reports` or `mail`; 400 to whoever does not know the secret."""
    with scope.everything():
        outlet = Outlet.objects.filter(pk=pk, carrier__in=PROVIDERS).first()
    secret = outlets.secret(outlet, "webhook_secret") if outlet else ""
    if outlet is None or not secret:
        raise Http404
    kind = {"reports": "Tracking", "mail": "Inbound"}[sort]
    name = f"anymail.webhooks.{outlet.carrier}.{PROVIDERS[outlet.carrier]}{kind}WebhookView"
    view = import_string(name)(webhook_secret=secret)
    try:
        view.run_validators(request)
        events = view.parse_events(request)
    except AnymailWebhookValidationFailure:
        return HttpResponse(status=400)
    except (AnymailError, json.JSONDecodeError, KeyError, TypeError, ValueError):
        # Signed in, and yet nothing we can read: asking it to try again would not help.
        return HttpResponse(status=422)
    for event in events:
        _take(event, outlet)
    return HttpResponse()


def _take(event: Any, outlet: Outlet) -> None:
    now = clock.now()
    if not isinstance(event, AnymailTrackingEvent):
        incoming.take(event.message.as_bytes(), outlet.property_id, now)
        return
    what, public_id = _WHAT.get(event.event_type), _message(event, outlet)
    if what is None or public_id is None:
        return
    is_hard = what is What.BOUNCED and event.reject_reason in {
        RejectReason.BOUNCED, RejectReason.INVALID,
    }  # fmt: skip
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
