"""The ways out of an alert: mail to single members, and services that Apprise knows.

Only services whose far side is their vendor's own, whatever is typed: an address that could lead
into the hotel's network, read a file or leave out TLS is none.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from types import MappingProxyType
from urllib.parse import parse_qsl, urlsplit

import apprise

from staytrue.kit import ids
from staytrue.kit.errors import Refused
from staytrue.messages import marks
from staytrue.messages.carriers.base import Carrier, Outgoing, Result, Sender

EMAIL = "email"
SERVICES = MappingProxyType(
    {
        "NotifySlack": "slack",
        "NotifyWorkflows": "teams",
        "NotifyDiscord": "discord",
        "NotifyTwilio": "twilio",
        "NotifyVonage": "vonage",
        "NotifyClickSend": "clicksend",
        "NotifySinch": "sinch",
        "NotifyTelnyx": "telnyx",
    }
)
_TEAMS = (".logic.azure.com", ".api.powerplatform.com")
# What Microsoft's own link carries; any other parameter could name a file or switch TLS off.
_OF_TEAMS = frozenset({"api-version", "sp", "sv", "sig"})
_LINE_MAX = 1_000
_HOST = re.compile(r"[A-Za-z0-9.-]+")


@dataclass(frozen=True)
class Alert:
    """What is said, in one language: a title, and lines of what waits with where it is read."""

    language: str
    title: str
    lines: Sequence[tuple[str, str]]

    @property
    def text(self) -> str:
        """As plain words."""
        return "\n\n".join(f"{what}\n{link}" for what, link in self.lines)

    @property
    def html(self) -> str:
        """As a mail shows it."""
        rows = "".join(
            f'<p><a href="{escape(link)}">{escape(what)}</a></p>' for what, link in self.lines
        )
        return f'<!doctype html><html lang="{escape(self.language)}"><body>{rows}</body></html>'


def service_of(address: str) -> str:
    """The service behind an address; refused where it is none of those that are allowed."""
    return SERVICES[type(_line(address)).__name__]


def call(address: str, alert: Alert) -> str:
    """Tell a service; empty, or a stable word for what went wrong."""
    line = _line(address)
    with apprise.LogCapture(level=logging.WARNING, fmt="%(message)s"):  # type: ignore[no-untyped-call]
        # Why not, Apprise tells only its log; and no address may reach ours.
        was_taken = line.notify(
            title=alert.title, body=alert.text, notify_type=apprise.NotifyType.INFO
        )
    return "" if was_taken else "alert_not_taken"


def mail(
    carrier: Carrier, sender: Sender, letters: Sequence[tuple[str, str, Alert]], now: datetime
) -> str:
    """Write to each (address, name, words); empty, or a stable word where one was not taken."""
    outgoing = []
    for address, name, alert in letters:
        id_ = ids.new()
        outgoing.append(
            Outgoing(
                public_id=id_, mark=marks.mark(id_), sender=sender, address=address, name=name,
                language=alert.language, subject=alert.title, html=alert.html, text=alert.text,
                at=now,
            )
        )  # fmt: skip
    try:
        outcomes = list(carrier.hand_over(outgoing)) if outgoing else []
    finally:
        carrier.close()
    if not outgoing:
        return "alert_to_nobody"
    # An unknown may have arrived: said twice it would only be noise.
    lost = {Result.REFUSED, Result.RETRY}
    return "alert_not_taken" if any(each.result in lost for each in outcomes) else ""


def _line(address: str) -> apprise.NotifyBase:
    """An open line to the service; no redirect is followed, and TLS is always verified."""
    found = apprise.Apprise.instantiate(address) if _is_plain(address) else None
    if found is None or type(found).__name__ not in SERVICES or not _stays_there(found):
        raise Refused(
            "This is no address of Slack, Teams, Discord or an SMS gateway that is allowed here.",
            "alert_address",
        )
    found.redirects, found.verify_certificate = False, True
    return found


def _is_plain(address: str) -> bool:
    if not address or len(address) > _LINE_MAX or not address.isprintable():
        return False
    named = {name for name, _ in parse_qsl(urlsplit(address).query, keep_blank_values=True)}
    return named <= (_OF_TEAMS if address.lower().startswith("https://") else frozenset())


def _stays_there(line: apprise.NotifyBase) -> bool:
    """Whether the vendor's own machines are called, where the address says which."""
    if type(line).__name__ != "NotifyWorkflows":
        return True
    host = str(line.host or "").lower()
    return bool(_HOST.fullmatch(host)) and host.endswith(_TEAMS) and line.port in (None, 443)
