"""Every provider that can be chosen proves itself in its own way, over its own hook."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from django.conf import settings
from django.test import Client

from staytrue.consent.models import ConsentAct, ProposedOptOut
from staytrue.hotel import scope
from staytrue.kit import clock
from staytrue.messages import claims, gate, marks, outlets
from staytrue.messages.carriers.anymail import PROVIDERS
from staytrue.messages.carriers.base import Outcome, Result, Sender
from staytrue.messages.kinds import Kind, State
from staytrue.messages.models import Message, Outlet
from staytrue.staff import audit
from staytrue.web.carrier_hooks import HOOKS
from tests.make import NOON
from tests.messages import scene, ways

pytestmark = pytest.mark.django_db
SECRET = "hook:a-long-secret"
NEEDS = {
    "brevo": {"api_key": "k"}, "mailersend": {"api_token": "k"},
    "mailgun": {"api_key": "k", "sender_domain": "sirga.example"},
    "mailjet": {"api_key": "k", "secret_key": "s"}, "mandrill": {"api_key": "k"},
    "postal": {"api_key": "k", "api_url": "https://post.example"},
    "postmark": {"server_token": "k"}, "resend": {"api_key": "k"}, "sendgrid": {"api_key": "k"},
    "sparkpost": {"api_key": "k"},
}  # fmt: skip
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture(autouse=True)
def home(tmp_path: Path) -> Iterator[Path]:
    """A home of the test's own, at noon."""
    with ways.home(tmp_path / "home") as place, clock.use(lambda: NOON):
        yield place


def postal_key() -> str:
    der = KEY.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return base64.b64encode(der).decode()


def sent_by(provider: str) -> Message:
    """A message that this provider took."""
    house = scene.build()
    house.plan(house.wanted(Kind.CHANGE))
    (claimed,) = house.claim()
    gate.last_looks([claimed], NOON)
    claims.settled([(claimed, Outcome(Result.ACCEPTED, "no-1"))], NOON)
    secret = postal_key() if provider == "postal" else SECRET
    with scope.everything(), audit.acting("tests", NOON):
        values = NEEDS[provider] | {"webhook_secret": secret}
        outlets.set_up(house.hotel, "email", provider, values, Sender("stay@sirga.example"))
    return scene.only()


def bounce(provider: str, message: Message, *, is_soft: bool = False) -> dict[str, Any] | list[Any]:
    """A bounce of this message, as this provider tells it."""
    mine = {"message": f"{message.public_id.hex}.{marks.mark(message.public_id)}"}
    told: dict[str, Any] = {
        "brevo": {"event": "soft_bounce" if is_soft else "hard_bounce", "message-id": "no-1",
                  "email": "x@y.example", "ts_event": 1, "X-Mailin-custom": json.dumps(mine)},
        "mailersend": {"type": "activity.bounced", "data": {
            "type": "soft_bounced" if is_soft else "hard_bounced", "id": "e1",
            "created_at": "2026-05-21T12:00:00Z",
            "email": {"message": {"id": "no-1"}, "recipient": {"email": "x@y.example"}},
            "morph": {"object": "recipient_bounce", "reason": "no"}}},
        "mailgun": {"event-data": {
            "event": "failed", "severity": "temporary" if is_soft else "permanent",
            "reason": "bounce", "timestamp": 1.0, "user-variables": mine, "recipient": "x@y.example",
            "message": {"headers": {"message-id": "no-1"}}}},
        "mailjet": [{"event": "bounce", "time": 1, "MessageID": 1, "email": "x@y.example",
                     "hard_bounce": not is_soft, "error": "user unknown", "Payload": json.dumps(mine)}],
        "mandrill": [{"event": "soft_bounce" if is_soft else "hard_bounce", "_id": "no-1", "ts": 1,
                      "msg": {"email": "x@y.example", "metadata": mine}}],
        "postal": {"event": "MessageDeliveryFailed", "timestamp": 1.0, "uuid": "e1", "payload": {
            "status": "SoftFail" if is_soft else "HardFail", "details": "no",
            "message": {"id": "no-1", "to": "x@y.example", "direction": "outgoing"}}},
        "postmark": {"RecordType": "Bounce", "ID": 7, "Type": "Transient" if is_soft else "HardBounce",
                     "MessageID": "no-1", "Email": "x@y.example", "BouncedAt": "2026-05-21T12:00:00Z"},
        "resend": {"type": "email.bounced", "created_at": "2026-05-21T12:00:00Z", "data": {
            "email_id": "no-1", "created_at": "2026-05-21T12:00:00Z", "to": ["x@y.example"],
            "bounce": {"type": "Transient" if is_soft else "Permanent",
                       "message": "sent a hard bounce message"}}},
        "sendgrid": [{"event": "bounce", "timestamp": 1, "sg_event_id": "e", "email": "x@y.example",
                      "type": "blocked" if is_soft else "bounce", **mine}],
        "sparkpost": [{"msys": {"message_event": {
            "type": "bounce", "timestamp": "1", "event_id": "e", "transmission_id": "no-1",
            "bounce_class": "22" if is_soft else "10", "rcpt_meta": mine}}}],
    }  # fmt: skip
    answer: dict[str, Any] | list[Any] = told[provider]
    return answer


def post(provider: str, told: Any, *, secret: str = SECRET, sort: str = "reports") -> int:
    """As this provider calls, signed as it signs."""
    with scope.everything():
        path = f"/carriers/{Outlet.objects.get().pk}/{sort}/"
    body, kind, headers = json.dumps(told).encode(), "application/json", {}
    if provider == "mailgun":
        signed = hmac.new(secret.encode(), b"1token", hashlib.sha256).hexdigest()
        told = told | {"signature": {"timestamp": "1", "token": "token", "signature": signed}}
        body = json.dumps(told).encode()
    elif provider == "mailersend":
        headers["signature"] = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    elif provider == "mandrill":
        events = json.dumps(told)
        message = f"{settings.BASE_URL}{path}mandrill_events{events}".encode()
        signature = hmac.digest(secret.encode(), message, "sha1")
        headers["x-mandrill-signature"] = base64.b64encode(signature).decode()
        body, kind = (
            urlencode({"mandrill_events": events}).encode(),
            ("application/x-www-form-urlencoded"),
        )
    elif provider == "postal":
        key = KEY if secret == SECRET else rsa.generate_private_key(65537, 2048)
        headers["x-postal-signature"] = base64.b64encode(
            key.sign(body, padding.PKCS1v15(), hashes.SHA1())
        ).decode()
    else:
        headers["authorization"] = "Basic " + base64.b64encode(secret.encode()).decode()
    return Client().post(path, body, content_type=kind, headers=headers).status_code


def test_every_provider_that_can_be_chosen_has_a_hook() -> None:
    assert set(HOOKS) == set(PROVIDERS) == set(NEEDS)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_hard_bounce_takes_its_address_out_of_use(provider: str) -> None:
    message = sent_by(provider)
    assert post(provider, bounce(provider, message), secret="wrong:secret") == 401
    assert scene.only().state == State.ACCEPTED
    assert post(provider, bounce(provider, message)) == 200
    assert scene.only().state == State.BOUNCED
    with scope.everything():
        assert ConsentAct.objects.get(act="suppress").contact_point_id == message.contact_point_id


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_full_mailbox_is_no_dead_one(provider: str) -> None:
    message = sent_by(provider)
    assert post(provider, bounce(provider, message, is_soft=True)) == 200
    with scope.everything():
        assert not ConsentAct.objects.exists()


def test_a_provider_looks_whether_somebody_is_there_before_it_calls() -> None:
    sent_by("mandrill")
    with scope.everything():
        pk = Outlet.objects.get().pk
    assert Client().head(f"/carriers/{pk}/reports/").status_code == 200
    assert Client().get(f"/carriers/{pk}/reports/").status_code == 405


def test_a_reply_handed_on_by_a_provider_is_proposed_at_once() -> None:
    message = sent_by("postmark")
    told = {
        "FromFull": {"Email": "claire@fontanel.example", "Name": "Claire"},
        "From": "claire@fontanel.example", "To": "stay@sirga.example", "Subject": "Re",
        "MessageID": "in-1", "Date": "Thu, 21 May 2026 12:00:00 +0000",
        "TextBody": "Merci de me retirer de votre liste.", "HtmlBody": "",
        "Headers": [{"Name": "In-Reply-To", "Value":
                     f"<{message.public_id.hex}.{marks.mark(message.public_id)}@sirga.example>"}],
    }  # fmt: skip
    assert post("postmark", told, sort="mail", secret="wrong:secret") == 401
    assert post("postmark", told, sort="mail") == 200
    with scope.everything():
        made = ProposedOptOut.objects.get()
    assert made.words == "Merci de me retirer de votre liste."
    assert made.profile_id == message.profile_id
    assert made.at == NOON
