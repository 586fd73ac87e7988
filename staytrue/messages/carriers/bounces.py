"""Is an address dead, by what a provider tells of a bounce? Pure.

Anymail calls a full mailbox and a dead one the same word, "bounced"; only the provider's own
fields tell them apart. In doubt it is not dead: the next mail will tell.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from anymail.signals import AnymailTrackingEvent, EventType, RejectReason

from staytrue.messages.carriers.diagnoses import is_dead

_STATUS = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")
_DEAD = frozenset({RejectReason.BOUNCED, RejectReason.INVALID})
# Of SparkPost's classes: no such recipient, and a bounce without one.
_SPARKPOST_DEAD = frozenset({"10", "30"})


def is_hard(provider: str, event: AnymailTrackingEvent) -> bool:
    """Whether nothing will ever arrive there."""
    if event.event_type not in (EventType.BOUNCED, EventType.REJECTED, EventType.FAILED):
        return False
    said = str(event.mta_response or "")
    status = _STATUS.search(said)
    if status and not is_dead(status[0], said):
        return False
    told = event.esp_event if isinstance(event.esp_event, Mapping) else {}
    say = _SAYS.get(provider)
    return say(told) if say else event.reject_reason in _DEAD


def _sparkpost(told: Mapping[str, Any]) -> bool:
    inner: Mapping[str, Any] = next(iter((told.get("msys") or {}).values()), {})
    return str(inner.get("bounce_class")) in _SPARKPOST_DEAD


def _resend(told: Mapping[str, Any]) -> bool:
    return str((told.get("data") or {}).get("bounce", {}).get("type")) == "Permanent"


def _sendgrid(told: Mapping[str, Any]) -> bool:
    if told.get("event") == "dropped":
        return str(told.get("reason", "")).lower() in ("bounced address", "invalid")
    status = _STATUS.search(str(told.get("status", "")))
    is_gone = status is None or is_dead(status[0], str(told.get("reason", "")))
    # What it calls "blocked" is refused today, and may arrive tomorrow.
    return told.get("event") == "bounce" and told.get("type") == "bounce" and is_gone


_SAYS: Mapping[str, Callable[[Mapping[str, Any]], bool]] = {
    "brevo": lambda told: told.get("event") in ("hard_bounce", "invalid_email"),
    "mailersend": lambda told: (told.get("data") or {}).get("type") == "hard_bounced",
    "mailjet": lambda told: bool(told.get("hard_bounce")),
    "mandrill": lambda told: told.get("event") == "hard_bounce",
    "postal": lambda told: (told.get("payload") or {}).get("status") == "HardFail",
    "resend": _resend,
    "sendgrid": _sendgrid,
    "sparkpost": _sparkpost,
}
