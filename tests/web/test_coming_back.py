"""Where carriers must call and which mailbox is read: set up on one page, secrets shown once."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client

from staytrue.hotel import scope
from staytrue.kit import clock
from staytrue.lab.mailbox import MailboxServer
from staytrue.messages import outlets
from staytrue.messages.carriers.base import Sender
from staytrue.messages.models import Mailbox, Outlet
from staytrue.staff import audit
from tests import make
from tests.kit.far_side import Authority
from tests.make import NOON
from tests.messages import ways
from tests.staff import people
from tests.web.house import signed_in

pytestmark = pytest.mark.django_db
TWILIO = "twilio://AC0123456789abcdef0123456789abcdef:token@+34911222333/{to}"


@pytest.fixture(autouse=True)
def home(tmp_path: Path) -> Iterator[Path]:
    """A home of the test's own, at noon."""
    with ways.home(tmp_path / "home") as place, clock.use(lambda: NOON):
        yield place


def page(channel: str, carrier: str, **values: str) -> tuple[Client, str]:
    """The manager of a hotel with this way out, and the way's page."""
    hotel = make.hotel()
    with scope.everything(), audit.acting("tests", NOON):
        made = outlets.set_up(hotel, channel, carrier, values, Sender("stay@sirga.example"))
    manager = signed_in(people.member("general_manager", at=hotel))
    return manager, f"/sending/{made.pk}/back/"


def read(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_password_is_made_for_the_address_and_shown_once() -> None:
    manager, path = page("email", "postmark", server_token="t")
    assert "Not set up" in read(manager, path)
    shown = manager.post(path, {"act": "make"}).content.decode()
    (user, password) = re.search(r"http://(\w+):([\w-]{43})@", shown).groups()  # type: ignore[union-attr]
    assert "shown this once" in shown
    later = read(manager, path)
    assert password not in later
    assert "Listening" in later
    with scope.everything():
        pk = Outlet.objects.get().pk
    auth = base64.b64encode(f"{user}:{password}".encode()).decode()
    answer = Client().post(
        f"/carriers/{pk}/reports/", json.dumps({"RecordType": "Delivery", "MessageID": "x"}),
        content_type="application/json", headers={"authorization": f"Basic {auth}"},
    )  # fmt: skip
    assert answer.status_code == 200


def test_a_provider_that_signs_is_told_by_its_key() -> None:
    manager, path = page("email", "mailersend", api_token="t")
    shown = read(manager, path)
    assert "copy here the key by which MailerSend signs" in shown
    manager.post(path, {"act": "webhook_secret", "secret": "sign-key"})
    manager.post(path, {"act": "inbound_secret", "secret": "mail-key"})
    with scope.everything():
        made = Outlet.objects.get()
    assert outlets.secret(made, "webhook_secret") == "sign-key"
    assert outlets.secret(made, "inbound_secret") == "mail-key"
    assert "sign-key" not in read(manager, path)


def test_a_gateway_without_a_hook_says_that_nobody_can_answer() -> None:
    manager, path = page("sms", "gateway", address="telnyx://key@+34911222333/{to}")
    assert "guests cannot say stop by text" in read(manager, path)


def test_twilio_says_where_its_number_must_call() -> None:
    manager, path = page("sms", "gateway", address=TWILIO)
    with scope.everything():
        assert f"/carriers/{Outlet.objects.get().pk}/text/" in read(manager, path)


def test_what_a_carrier_is_told_by_outlives_a_new_set_up() -> None:
    manager, path = page("email", "mailersend", api_token="t")
    manager.post(path, {"act": "webhook_secret", "secret": "sign-key"})
    with scope.everything(), audit.acting("tests", NOON):
        hotel = Outlet.objects.get().property
        outlets.set_up(hotel, "email", "mailersend", {"api_token": "new"},
                       Sender("stay@sirga.example"))  # fmt: skip
        made = Outlet.objects.get()
        assert outlets.secret(made, "webhook_secret") == "sign-key"
        assert outlets.secret(made, "api_token") == "new"


def test_the_mailbox_is_set_up_and_ended_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = Authority()
    (tmp_path / "ca.pem").write_text(authority.pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    manager, path = page("email", "smtp", host="127.0.0.1", port="25", security="none")
    with MailboxServer(authority.context(tmp_path, "localhost")) as server:
        told = {"act": "mailbox", "host": "localhost", "port": str(server.port),
                "username": "stay@sirga.example", "password": "wrong", "folder": ""}  # fmt: skip
        manager.post(path, told)
        assert "does not take this name and password" in read(manager, path)
        manager.post(path, told | {"password": "mailbox-secret"})
        shown = read(manager, path)
        assert "last read" in shown
        assert "mailbox-secret" not in shown
    manager.post(path, {"act": "mailbox_stop"})
    with scope.everything():
        assert not Mailbox.objects.exists()


def test_another_hotels_way_does_not_exist() -> None:
    _, path = page("email", "postmark", server_token="t")
    other = signed_in(people.member("general_manager", at=make.hotel("EST", name="Hotel Estuario")))
    assert other.get(path).status_code == 404
    assert other.post(path, {"act": "make"}).status_code == 404
