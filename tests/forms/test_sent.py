"""From a mail that left to the guest's click: what arrives carries the way out, and it works."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from django.core.cache import cache

from staytrue.consent.purposes import Purpose
from staytrue.flow import sending
from staytrue.hotel import scope
from staytrue.kit import clock
from staytrue.lab.mail_sink import MailSink
from staytrue.messages import dispatching, guest_links, letters
from staytrue.messages.dispatching import Ports
from staytrue.messages.kinds import Kind
from staytrue.messages.models import GuestLink, Letterhead, Message
from staytrue.staff import audit
from tests.forms import scene
from tests.forms.scene import Claire, acts, visitor
from tests.make import NOON
from tests.messages import ways
from tests.messages.scene import messages as written_messages


@pytest.fixture
def sink(db: None, tmp_path: Path) -> Iterator[MailSink]:
    """A mail server of this machine, in a home of the test's own."""
    cache.clear()
    with ways.home(tmp_path / "home"), clock.use(lambda: NOON), MailSink() as running:
        yield running


def sent(claire: Claire, sink: MailSink, kind: Kind) -> tuple[EmailMessage, str]:
    """The mail of this kind as it came, and its one click."""
    ways.armed(claire.house.hotel, sink.port, limit=1000)
    with scope.everything(), audit.acting("tests", NOON):
        Letterhead.objects.create(property=claire.house.hotel, legal_line="Tres Ríos SL, Bilbao")
    claire.house.plan(claire.house.wanted(kind))
    ports = Ports(write=letters.written(guest_links.of_claims), clock=lambda: NOON)
    counts = dispatching.send_due(ways.WORKER, ports)
    assert counts.accepted == 1, [(m.reason, m.facts) for m in written_messages()]
    ports.close()
    mail = message_from_bytes(sink.mails[0].body, policy=policy.default)
    (stop,) = re.findall(r"<http://[^/]+(/g/[\w-]{43}/stop/)>", mail["List-Unsubscribe"])
    return mail, stop


@pytest.mark.parametrize("kind", [Kind.CONFIRMATION, Kind.PRE_CHECKIN, Kind.PRE_STAY])
def test_every_mail_carries_its_one_click_and_the_visible_link(sink: MailSink, kind: Kind) -> None:
    claire = scene.build()
    mail, stop = sent(claire, sink, kind)
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    for part in ("plain", "html"):
        body = mail.get_body((part,))
        assert body
        assert stop.removesuffix("stop/") in body.get_content()
    assert visitor().post(stop).status_code == 200
    assert {(purpose, origin) for _, purpose, _, origin in acts()} == {
        ("marketing", "one_click"), ("survey", "one_click"),
    }  # fmt: skip
    assert claire.may(Purpose.STAY)
    with scope.everything():
        assert Message.objects.get().state == "accepted"


def test_the_click_in_a_mail_outlives_the_database_that_wrote_it(sink: MailSink) -> None:
    """Restored to before the mail was written, it knows the link again from the journal."""
    claire = scene.build()
    _, stop = sent(claire, sink, Kind.PRE_STAY)
    assert sending.open_forgotten_ways(NOON) == 0
    with scope.everything():
        GuestLink.objects.all().delete()
    assert visitor().post(stop).status_code == 404
    assert sending.open_forgotten_ways(NOON) == 1
    assert sending.open_forgotten_ways(NOON) == 0
    assert visitor().get(stop.removesuffix("stop/")).status_code == 200
    assert visitor().post(stop).status_code == 200
    assert {purpose for _, purpose, _, _ in acts()} == {"marketing", "survey"}
    assert not claire.may(Purpose.SURVEY)
    assert claire.may(Purpose.STAY)
