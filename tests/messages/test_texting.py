"""Text messages: without a gateway they stay here with their text and what they would have cost."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from staytrue.hotel import scope
from staytrue.hotel.records import Phone
from staytrue.kit.errors import Misconfigured
from staytrue.messages import leases, outlets
from staytrue.messages.carriers.base import Result, Sender
from staytrue.messages.carriers.dry_run import OUTBOX, Price, cost, segments
from staytrue.messages.carriers.sms import Sms
from staytrue.messages.kinds import DEMANDS, Kind, State
from staytrue.messages.models import OutboxEntry, Template, TemplateVersion
from staytrue.staff import audit
from tests import make
from tests.make import NOON
from tests.messages import scene, ways
from tests.messages.carriers.mails import mail
from tests.messages.test_dispatching import Post

WORDS = "Your room is ready."


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 1), ("a" * 160, 1), ("a" * 161, 2), ("a" * 306, 2), ("a" * 307, 3),
        ("€" * 80, 1), ("€" * 81, 2), ("ñ" * 160, 1), ("ê" * 70, 1), ("ê" * 71, 2),
        ("😀" * 35, 1), ("😀" * 36, 2),
    ],
)  # fmt: skip
def test_a_text_goes_in_as_many_parts_as_phones_count(text: str, parts: int) -> None:
    assert segments(text) == parts


def test_a_price_is_by_part_and_nobody_guesses_one() -> None:
    assert cost("a" * 161, Price(Decimal("0.07"), "EUR")) == Decimal("0.14")
    assert cost("a", Price()) is None


@pytest.mark.django_db
def test_without_a_gateway_it_is_in_the_outbox_with_text_and_cost(tmp_path: Path) -> None:
    with ways.home(tmp_path / "home"):
        house = scene.build()
        house.tells(
            make.profile(
                language="en", phones=[Phone("+34600123456", "+34600123456", "mobile", "mobile")]
            )
        )
        with scope.everything(), audit.acting("tests", NOON):
            template = Template.objects.create(kind=Kind.CHANGE, channel="sms")
            TemplateVersion.objects.create(
                template=template, number=1, purpose=DEMANDS[Kind.CHANGE].purpose, state="live",
                texts={"en": {"subject": "", "preview": "", "body": WORDS}}, written_by="tests", written_at=NOON,
                approved_by="tests", approved_at=NOON,
            )  # fmt: skip
            values = {"price": "0.07", "currency": "EUR"}
            outlets.set_up(house.hotel, "sms", "dry_run", values, Sender(""))
        outlets.arm(house.hotel, "sms", by="tests", now=NOON)
        assert leases.take(ways.WORKER, NOON)
        house.plan(house.wanted(Kind.CHANGE, channel="sms"))
        post = Post()
        post.words = post.words.__class__("", "", WORDS)
        post.send()
        message = scene.only()
        assert (message.state, message.reason) == (State.ACCEPTED, "")
        assert message.provider_id == OUTBOX
        with scope.everything():
            entry = OutboxEntry.objects.get()
        assert (entry.text, entry.segments, entry.cost, entry.currency) == (
            WORDS, 1, Decimal("0.07"), "EUR",
        )  # fmt: skip


@pytest.fixture
def gateway() -> Iterator[tuple[str, list[str]]]:
    """A gateway on this machine that takes what is posted to it."""
    came: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            came.append(f"{self.path} {self.rfile.read(length).decode()}")
            self.send_response(500 if "500" in self.path else 200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"json://127.0.0.1:{server.server_port}/{{to}}", came
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_gateway_gets_one_number_and_one_text(gateway: tuple[str, list[str]]) -> None:
    address, came = gateway
    sms = Sms(address)
    (outcome,) = sms.hand_over([mail(address="+34600123456", text="Hola")])
    assert outcome.result == Result.ACCEPTED
    assert len(came) == 1
    assert "34600123456" in came[0]
    assert "Hola" in came[0]


def test_a_gateway_that_does_not_confirm_leaves_an_unknown(
    gateway: tuple[str, list[str]],
) -> None:
    address, came = gateway
    (outcome,) = Sms(address + "/500").hand_over([mail(address="+34600123456", text="Hola")])
    assert outcome.result == Result.UNKNOWN
    assert came


@pytest.mark.parametrize(
    "number", ["600123456", "+34 600", "+0", "claire@fontanel.example", "+34a"]
)
def test_what_is_no_number_never_reaches_a_gateway(
    gateway: tuple[str, list[str]], number: str
) -> None:
    address, came = gateway
    (outcome,) = Sms(address).hand_over([mail(address=number)])
    assert outcome.result == Result.REFUSED
    assert not came


@pytest.mark.parametrize("address", ["", "json://127.0.0.1/", "nothing {to}"])
def test_a_gateway_that_cannot_be_read_is_refused(address: str) -> None:
    with pytest.raises(Misconfigured):
        Sms(address)
