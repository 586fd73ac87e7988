"""Texts of guests: proven by the gateway's own signature, obeyed at once, answered once."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import unquote, urlencode

import pytest
from apprise.plugins.twilio import NotifyTwilio
from django.conf import settings
from django.test import Client

from staytrue.consent.models import ConsentAct
from staytrue.hotel import scope
from staytrue.hotel.models import Property
from staytrue.hotel.records import Phone
from staytrue.kit import clock
from staytrue.messages import leases, outlets, texting
from staytrue.messages.carriers.base import Result, Sender
from staytrue.messages.carriers.gateways import Heard, twilio_signature, vonage_token
from staytrue.messages.carriers.sms import Sms
from staytrue.messages.kinds import DEMANDS, Kind, State
from staytrue.messages.models import IncomingText, Outlet, Template, TemplateVersion
from staytrue.messages.reasons import Reason
from staytrue.staff import audit
from tests import make
from tests.make import NOON
from tests.messages import scene, ways
from tests.messages.carriers.mails import mail
from tests.messages.test_dispatching import Post

pytestmark = pytest.mark.django_db
NUMBER, SECRET = "+34600123456", "of-the-gateway"
TWILIO, VONAGE = (
    "twilio://AC0123456789abcdef0123456789abcdef:token@+34911222333/{to}",
    ("vonage://12345678:0123456789abcdef@34911222333/{to}"),
)
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def home(tmp_path: Path) -> Iterator[Path]:
    """A home of the test's own, at noon."""
    with ways.home(tmp_path / "home") as place, clock.use(lambda: NOON):
        yield place


def hotel(address: str) -> scene.Scene:
    """Claire has a number; the hotel texts by this gateway, armed since a minute."""
    house = scene.build()
    phone = Phone(NUMBER, NUMBER, "mobile", "mobile")
    house.tells(make.profile(language="fr", phones=[phone]))
    with scope.everything(), audit.acting("tests", NOON):
        template = Template.objects.create(kind=Kind.CHANGE, channel="sms")
        TemplateVersion.objects.create(
            template=template, number=1, purpose=DEMANDS[Kind.CHANGE].purpose, state="live",
            texts={"en": {"subject": "", "preview": "", "body": "Welcome."}}, written_by="tests",
            written_at=NOON, approved_by="tests", approved_at=NOON,
        )  # fmt: skip
        told = {"address": address, "webhook_secret": SECRET}
        outlets.set_up(house.hotel, "sms", "gateway", told, Sender(""))
    outlets.arm(house.hotel, "sms", by="tests", now=NOON - MINUTE)
    leases.take(ways.WORKER, NOON)
    return house


def way() -> Outlet:
    with scope.everything():
        return Outlet.objects.select_related("property").get(channel="sms")


def by_twilio(words: str, key: str = "SM1", secret: str = SECRET, **fields: str) -> int:
    told = {"MessageSid": key, "From": NUMBER, "To": "+34911222333", "Body": words} | fields
    path = f"/carriers/{way().pk}/text/"
    signed = twilio_signature(secret, f"{settings.BASE_URL}{path}", told)
    return (
        Client()
        .post(path, urlencode(told), content_type="application/x-www-form-urlencoded",
              headers={"x-twilio-signature": signed})
        .status_code
    )  # fmt: skip


def by_vonage(told: dict[str, object], secret: str = SECRET, token: str = "") -> int:
    body = json.dumps(told).encode()
    token = token or vonage_token(secret, body, iat=int(NOON.timestamp()))
    return (
        Client()
        .post(f"/carriers/{way().pk}/text/", body, content_type="application/json",
              headers={"authorization": f"Bearer {token}"})
        .status_code
    )  # fmt: skip


def stopped() -> set[tuple[str, str]]:
    with scope.everything():
        return set(ConsentAct.objects.filter(act="opt_out").values_list("channel", "purpose"))


EVERYTHING = {("sms", each) for each in ("stay", "service", "survey", "marketing")}
INBOUND: dict[str, object] = {
    "channel": "sms", "message_type": "text", "message_uuid": "u1", "to": "34911222333",
    "from": "34600123456", "text": "BAJA", "timestamp": "2026-05-21T12:00:00.000Z",
}  # fmt: skip


@pytest.mark.parametrize("words", ["Stop", "STOP.", "arrêt", "baja", "Please stop texting me!",
                                   "Ne m’écrivez plus", "退订"])  # fmt: skip
def test_a_keyword_in_any_language_stops_his_number_at_once(words: str) -> None:
    house = hotel(TWILIO)
    house.plan(house.wanted(Kind.CHANGE, channel="sms"))
    assert by_twilio(words) == 204
    assert stopped() == EVERYTHING
    assert house.claim() == []
    assert scene.only().reason == Reason.OPTED_OUT


def test_a_text_about_something_else_leaves_no_trace() -> None:
    hotel(TWILIO)
    assert by_twilio("We arrive at eleven, is that fine?") == 204
    assert stopped() == set()
    with scope.everything():
        assert not IncomingText.objects.exists()


def test_no_text_ever_opts_in_again() -> None:
    hotel(TWILIO)
    by_twilio("STOP")
    assert by_twilio("START", "SM2") == 204
    assert by_twilio("UNSTOP", "SM3") == 204
    with scope.everything():
        assert not ConsentAct.objects.exclude(act="opt_out").exists()


@pytest.mark.parametrize(
    ("secret", "fields"), [("wrong", {}), ("", {}), (SECRET, {"X-Twilio-Signature": "ñ"})]
)
def test_whoever_does_not_sign_as_the_gateway_changes_nothing(
    secret: str, fields: dict[str, str]
) -> None:
    hotel(TWILIO)
    if fields:
        answer = Client().post(f"/carriers/{way().pk}/text/", {"Body": "STOP", "From": NUMBER})
        assert answer.status_code == 401
    else:
        assert by_twilio("STOP", secret=secret or "none") == 401
    assert stopped() == set()


def test_a_changed_field_breaks_the_signature() -> None:
    hotel(TWILIO)
    told = {"MessageSid": "SM1", "From": NUMBER, "Body": "STOP"}
    path = f"/carriers/{way().pk}/text/"
    signed = twilio_signature(SECRET, f"{settings.BASE_URL}{path}", told)
    answer = Client().post(path, told | {"From": "+34699999999"},
                           headers={"x-twilio-signature": signed})  # fmt: skip
    assert answer.status_code in {401, 415}
    assert stopped() == set()


def test_vonage_is_believed_by_its_token_for_this_very_body() -> None:
    hotel(VONAGE)
    assert by_vonage(INBOUND, secret="wrong") == 401
    other = vonage_token(SECRET, b"{}")
    assert by_vonage(INBOUND, token=other) == 401
    head = vonage_token(SECRET, json.dumps(INBOUND).encode()).split(".")
    assert by_vonage(INBOUND, token=".".join(["e30", *head[1:]])) == 401
    assert stopped() == set()
    assert by_vonage(INBOUND) == 204
    assert stopped() == EVERYTHING


@pytest.mark.parametrize(
    "told",
    [
        {"msisdn": "34600123456", "to": "Sirga", "messageId": "m1", "status": "failed",
         "err-code": "9"},
        {"message_uuid": "u2", "to": "34600123456", "from": "34911222333", "status": "rejected",
         "error": {"title": "9", "type": "https://developer.vonage.com/api-errors/messages#9"}},
    ],
)  # fmt: skip
def test_a_block_at_the_gateway_is_read_as_his_opt_out(told: dict[str, object]) -> None:
    hotel(VONAGE)
    assert by_vonage(told) == 204
    assert stopped() == EVERYTHING
    with scope.everything():
        assert set(ConsentAct.objects.values_list("origin", flat=True)) == {"carrier"}
        assert IncomingText.objects.get().state == "none"


def test_a_signed_call_that_cannot_be_read_is_no_trouble() -> None:
    hotel(VONAGE)
    for told in ({}, {"channel": "sms", "text": "STOP"}, {"error": 7}):
        assert by_vonage(told) == 204
    assert stopped() == set()


def test_a_gateway_we_do_not_listen_to_has_no_hook() -> None:
    hotel("telnyx://key@+34911222333/{to}")
    assert by_twilio("STOP") == 404


def test_a_number_nobody_has_yet_is_kept_out_when_a_guest_brings_it() -> None:
    house = hotel(TWILIO)
    by_twilio("STOP", From="+34688777666")
    phone = Phone("+34688777666", "+34688777666", "mobile", "mobile")
    house.tells(make.profile(language="fr", phones=[phone]), at=NOON)
    house.plan(house.wanted(Kind.CHANGE, channel="sms"))
    assert house.claim() == []
    assert scene.only().reason == Reason.OPTED_OUT


@pytest.fixture
def phones() -> Iterator[tuple[str, list[str]]]:
    """A gateway that takes every text; the texts it took."""
    came: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"])).decode()
            came.append(f"{unquote(self.path)} {json.loads(raw)['message']}")
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with Serving(Handler) as port:
        yield f"json://127.0.0.1:{port}/{{to}}", came


class Serving:
    """A server on this machine while the block runs; its port."""

    def __init__(self, handler: type[BaseHTTPRequestHandler]) -> None:
        self._server = HTTPServer(("127.0.0.1", 0), handler)
        self._thread = threading.Thread(target=self._server.serve_forever)

    def __enter__(self) -> int:
        self._thread.start()
        return int(self._server.server_port)

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def says(words: str, key: str = "SM1", at: datetime = NOON) -> None:
    texting.take(Heard(key, NUMBER, words), way(), at)


def test_he_gets_one_confirmation_only(phones: tuple[str, list[str]]) -> None:
    address, came = phones
    hotel(address)
    says("Arrêt")
    says("Arrêt")
    says("STOP", "SM2")
    assert texting.confirm_due(NOON) == 1
    says("stop!!", "SM3")
    assert texting.confirm_due(NOON + MINUTE) == 0
    (one,) = came
    assert one.endswith("vous ne recevrez plus de SMS de notre part.")
    assert NUMBER in one
    with scope.everything():
        assert not IncomingText.objects.exclude(number="").exists()


def test_his_profile_says_the_language_of_a_word_of_many(phones: tuple[str, list[str]]) -> None:
    address, came = phones
    hotel(address)
    says("STOP")
    texting.confirm_due(NOON)
    assert "vous ne recevrez plus" in came[0]


def test_nothing_is_confirmed_by_a_machine_that_is_not_armed(
    phones: tuple[str, list[str]],
) -> None:
    address, came = phones
    house = hotel(address)
    outlets.stop("tests", NOON)
    says("STOP")
    assert texting.confirm_due(NOON) == 0
    outlets.arm(house.hotel, "sms", by="tests", now=NOON + MINUTE)
    leases.take(ways.WORKER, NOON + MINUTE)
    assert texting.confirm_due(NOON + MINUTE) == 0
    assert came == []
    with scope.everything():
        assert IncomingText.objects.get().state == "closed"


def test_a_late_confirmation_does_not_leave(phones: tuple[str, list[str]]) -> None:
    address, came = phones
    hotel(address)
    says("STOP")
    assert texting.confirm_due(NOON + 61 * MINUTE) == 0
    assert came == []


class Refusing(BaseHTTPRequestHandler):
    """Twilio, which he told to stop."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(400)
        self.end_headers()
        self.wfile.write(b'{"code": 21610, "message": "Attempt to send to unsubscribed recipient"}')

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_a_text_the_gateway_blocks_is_an_opt_out_and_no_failure_to_try_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with Serving(Refusing) as port:
        monkeypatch.setattr(NotifyTwilio, "notify_sms_url", f"http://127.0.0.1:{port}/{{sid}}")
        (outcome,) = Sms(TWILIO).hand_over([mail(address=NUMBER, text="Hola")])
        assert (outcome.result, outcome.facts["blocked"]) == (Result.REFUSED, True)
        house = hotel(TWILIO)
        house.plan(house.wanted(Kind.CHANGE, channel="sms"))
        post = Post()
        post.words = post.words.__class__("", "", "Hola")
        post.send()
        assert scene.only().state == State.BOUNCED
        assert stopped() == EVERYTHING


def test_the_house_of_the_number_alone_is_left(phones: tuple[str, list[str]]) -> None:
    hotel(phones[0])
    says("STOP")
    with scope.everything():
        act = ConsentAct.objects.filter(purpose="marketing").get()
        assert (act.within, act.scope_id) == ("property", Property.objects.get().pk)
        assert act.words == "STOP"
