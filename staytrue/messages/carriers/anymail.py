"""Mail through a provider's own interface, as django-anymail speaks it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import requests
from anymail.exceptions import AnymailError, AnymailRequestsAPIError
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from staytrue.kit.errors import Misconfigured, Refused
from staytrue.messages.carriers.base import Outcome, Outgoing, Result
from staytrue.messages.carriers.mail import composed, extra_headers

PROVIDERS = (
    "brevo", "mailersend", "mailgun", "mailjet", "mandrill", "postal", "postmark", "resend",
    "sendgrid", "sparkpost",
)  # fmt: skip
"""Those that also tell what became of a mail: without its failures an address is never given up."""
_TAKEN = {"sent", "queued"}
_TIMEOUT_SECONDS = 30
_DETAIL_MAX = 300


class Anymail:
    """One provider; its settings are anymail's own, in small letters (`server_token`, `api_key`)."""

    def __init__(self, provider: str, values: Mapping[str, Any]) -> None:
        if provider not in PROVIDERS:
            known = ", ".join(PROVIDERS)
            raise Misconfigured(f"There is no provider {provider}; there are: {known}.", "provider")
        self._name = provider
        self._values = {"timeout": _TIMEOUT_SECONDS, **values}
        self._backend: BaseEmailBackend | None = None

    def hand_over(self, outgoing: Sequence[Outgoing]) -> Iterator[Outcome]:
        """One call for each, so that each has its own answer."""
        for mail in outgoing:
            yield self._hand_over(mail)

    def close(self) -> None:
        """Close the line to the provider."""
        if self._backend is not None:
            self._backend.close()
        self._backend = None

    def _hand_over(self, mail: Outgoing) -> Outcome:
        try:
            # Composed although the provider does so itself: what we refuse must not leave by it.
            composed(mail)
            letter = _letter(mail, self._connected())
        except Refused as refusal:
            return Outcome(Result.REFUSED, detail=refusal.sentence, facts={"code": refusal.code})
        try:
            self._connected().send_messages([letter])
        except AnymailError as error:
            return _failed(error)
        return _told(letter)

    def _connected(self) -> BaseEmailBackend:
        if self._backend is None:
            path = f"anymail.backends.{self._name}.EmailBackend"
            try:
                self._backend = get_connection(path, **self._values)
            except AnymailError as error:
                raise Refused(f"The provider is not set up: {error}", "provider_settings") from None
        return self._backend


def _letter(mail: Outgoing, backend: BaseEmailBackend) -> EmailMultiAlternatives:
    sender = EmailMultiAlternatives(
        subject=mail.subject,
        body=mail.text,
        from_email=_person(mail.sender.name, mail.sender.address),
        to=[mail.address],
        reply_to=[mail.sender.reply_to] if mail.sender.reply_to else None,
        headers=dict(extra_headers(mail)),
        connection=backend,
    )
    sender.attach_alternative(mail.html, "text/html")
    sender.metadata = {"message": f"{mail.public_id.hex}.{mail.mark}"}  # type: ignore[attr-defined]
    return sender


def _person(name: str, address: str) -> str:
    plain = name.replace("\\", "").replace('"', "")
    return f'"{plain}" <{address}>' if plain.strip() else address


def _told(letter: EmailMultiAlternatives) -> Outcome:
    status = letter.anymail_status  # type: ignore[attr-defined]
    said = set(status.status or ())
    number = str(status.message_id or "")
    if said and said <= _TAKEN:
        return Outcome(Result.ACCEPTED, number, ", ".join(sorted(said)))
    if said & {"rejected", "invalid"}:
        return Outcome(Result.REFUSED, number, ", ".join(sorted(said)), {"stage": "provider"})
    return Outcome(Result.UNKNOWN, number, "the provider did not say whether it took it")


def _failed(error: AnymailError) -> Outcome:
    detail = str(error)[:_DETAIL_MAX]
    if isinstance(error, requests.ConnectTimeout):
        return Outcome(Result.RETRY, detail=detail, facts={"stage": "connection"})
    code = error.status_code if isinstance(error, AnymailRequestsAPIError) else None
    # A refusal in words was not taken; a broken line or a broken provider may have taken it.
    if code is not None and (400 <= code < 500):
        return Outcome(Result.RETRY, detail=detail, facts={"stage": "provider", "code": code})
    return Outcome(Result.UNKNOWN, detail=detail, facts={"stage": "provider"})
