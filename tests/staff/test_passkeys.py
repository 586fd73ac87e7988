"""A passkey signs for one address and one challenge; from anywhere else it opens nothing (45)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal.auth import WebAuthn
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.core.cache import cache
from django.test import Client
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import (
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

from staytrue.hotel import scope
from staytrue.staff import audit
from staytrue.staff.models import AuditEntry, Member
from tests.staff import people

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.staff.screens")]

OURS = "http://localhost:8000"
LOGIN, CODE = "/accounts/login/", "/accounts/2fa/authenticate/"
ID = b"a passkey of Ana"
FLAGS = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.UV


@pytest.fixture(autouse=True)
def _no_earlier_tries(settings: Any) -> Iterator[None]:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def key() -> ec.EllipticCurvePrivateKey:
    """What is in the key and never leaves it."""
    return ec.generate_private_key(ec.SECP256R1())


@pytest.fixture
def ana(key: ec.EllipticCurvePrivateKey) -> Member:
    """Marketing, with a passkey."""
    made = people.member("marketing", at=people.property_(), password=people.PASSWORD)
    public = AttestedCredentialData.create(
        b"\0" * 16, ID, ES256.from_cryptography_key(key.public_key())
    )
    about = AuthenticatorData.create(
        rp("localhost"), FLAGS | AuthenticatorData.FLAG.AT, 0, bytes(public)
    )
    client = CollectedClientData.create(
        CollectedClientData.TYPE.CREATE, websafe_encode(b"once"), OURS
    )
    given = {
        "id": websafe_encode(ID), "rawId": websafe_encode(ID), "type": "public-key",
        "response": {
            "clientDataJSON": websafe_encode(client),
            "attestationObject": websafe_encode(AttestationObject.create("none", about, {})),
        },
        "clientExtensionResults": {},
    }  # fmt: skip
    with audit.acting("tests", people.NOW):
        WebAuthn.add(made, "Ana's phone", given)
    return made


def rp(host: str) -> bytes:
    return hashlib.sha256(host.encode()).digest()


def signed(key: ec.EllipticCurvePrivateKey, challenge: str, origin: str, host: str) -> str:
    """What a browser at this origin makes the passkey say."""
    client = CollectedClientData.create(CollectedClientData.TYPE.GET, challenge, origin)
    about = AuthenticatorData.create(rp(host), FLAGS, 0)
    signature = key.sign(bytes(about) + client.hash, ec.ECDSA(hashes.SHA256()))
    return json.dumps({
        "id": websafe_encode(ID), "rawId": websafe_encode(ID), "type": "public-key",
        "response": {
            "clientDataJSON": websafe_encode(client),
            "authenticatorData": websafe_encode(bytes(about)),
            "signature": websafe_encode(signature),
        },
        "clientExtensionResults": {},
    })  # fmt: skip


def asked(client: Client, ana: Member) -> str:
    """The challenge of the page after the password."""
    client.post(LOGIN, {"login": ana.email, "password": people.PASSWORD})
    client.get(CODE)
    return str(client.session["mfa.webauthn.state"]["challenge"])


def is_in(client: Client) -> bool:
    return client.get("/me").status_code == 200


def test_a_passkey_opens(key: ec.EllipticCurvePrivateKey, ana: Member) -> None:
    client = Client()
    client.post(CODE, {"credential": signed(key, asked(client, ana), OURS, "localhost")})
    assert is_in(client)
    assert Authenticator.objects.get(user=ana).last_used_at is not None


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("https://localhost.evil.example", "localhost"),
        ("https://evil.example", "localhost"),
        (OURS, "evil.example"),
    ],
)
def test_a_passkey_lured_to_another_origin_opens_nothing(
    origin: str, host: str, key: ec.EllipticCurvePrivateKey, ana: Member
) -> None:
    client = Client()
    client.post(CODE, {"credential": signed(key, asked(client, ana), origin, host)})
    assert not is_in(client)
    with scope.everything():
        (entry,) = AuditEntry.objects.filter(action="second_factor_failed")
    assert (entry.object, entry.facts["factor"]) == (f"member:{ana.pk}", "webauthn")


def test_what_a_passkey_said_once_opens_nothing_again(
    key: ec.EllipticCurvePrivateKey, ana: Member
) -> None:
    first, second = Client(), Client()
    said = signed(key, asked(first, ana), OURS, "localhost")
    first.post(CODE, {"credential": said})
    asked(second, ana)
    second.post(CODE, {"credential": said})
    assert (is_in(first), is_in(second)) == (True, False)


def test_another_persons_passkey_opens_nothing(ana: Member) -> None:
    client, other = Client(), ec.generate_private_key(ec.SECP256R1())
    client.post(CODE, {"credential": signed(other, asked(client, ana), OURS, "localhost")})
    assert not is_in(client)
