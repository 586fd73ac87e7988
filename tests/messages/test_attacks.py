"""Attacks by what a PMS says of a guest, up to the mail that a server takes (SECURITY, section 7)."""

from __future__ import annotations

from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from django.core.cache import cache

from staytrue.consent.models import ConsentAct
from staytrue.hotel import scope
from staytrue.hotel.records import Email
from staytrue.kit import clock
from staytrue.lab.mail_sink import MailSink
from staytrue.messages import dispatching, guest_links, letters, reports
from staytrue.messages.dispatching import Counts, Ports
from staytrue.messages.kinds import Kind, State
from staytrue.messages.models import Letterhead, TemplateVersion
from staytrue.staff import audit
from tests import make
from tests.make import NOON
from tests.messages import scene, ways
from tests.messages.scene import MINUTE, Scene
from tests.messages.test_reports import returned

pytestmark = pytest.mark.django_db
BODY = "Dear {{ guest.first_name | default: 'guest' }}, welcome."


@pytest.fixture
def sink(tmp_path: Path) -> Iterator[MailSink]:
    """A mail server of this machine, in a home of the test's own."""
    cache.clear()
    with ways.home(tmp_path / "home"), clock.use(lambda: NOON), MailSink() as running:
        yield running


def written_to(sink: MailSink, **facts: object) -> Scene:
    """A hotel that greets its guest by whatever its PMS calls him; one message is due."""
    house = scene.build()
    ways.armed(house.hotel, sink.port, limit=1000)
    with scope.everything(), audit.acting("tests", NOON):
        Letterhead.objects.create(property=house.hotel, legal_line="Tres Ríos SL, Bilbao")
        TemplateVersion.objects.update(
            texts={"en": {"subject": "Your stay", "preview": "", "body": BODY}}
        )
    given = {"emails": [Email("claire@fontanel.example")]} | facts
    house.tells(make.profile(language="en", **given), at=NOON)
    house.plan(house.wanted(Kind.CHANGE))
    return house


def send() -> Counts:
    """As the worker sends."""
    ports = Ports(write=letters.written(guest_links.of_claims), clock=lambda: NOON)
    try:
        return dispatching.send_due(ways.WORKER, ports)
    finally:
        ports.close()


def taken(sink: MailSink) -> EmailMessage:
    """The one mail, as a mail program reads it."""
    (mail,) = sink.mails
    found = message_from_bytes(mail.body, policy=policy.default)
    assert isinstance(found, EmailMessage)
    return found


def parts(mail: EmailMessage) -> Iterator[str]:
    for kind in ("plain", "html"):
        body = mail.get_body((kind,))
        assert body
        yield " ".join(body.get_content().split())


@pytest.mark.parametrize(
    "name", ["{{ 7*7 }}", "{% include 'secret' %}", "{{ hotel.name }}", "{% raw %}", "{{ 7 | times: 7 }}"]
)  # fmt: skip
def test_a_name_that_looks_like_a_template_stands_literally_in_the_mail(
    sink: MailSink, name: str
) -> None:
    written_to(sink, first_name=name)
    assert send().accepted == 1
    plain, html = parts(taken(sink))
    # A name is written as names are, its first letters large.
    assert f"dear {name}, welcome.".casefold() in plain.casefold()
    assert "{" in html


@pytest.mark.parametrize(
    "address",
    ["a@b, c@d", "a@b.example, c@d.example", "a@b.example(c@d.example)", '"a@b"@c.example',
     "a" * 330 + "@b.example", '"quoted part"@c.example', "a@b.example."],
)  # fmt: skip
def test_what_is_not_exactly_one_plain_address_gets_nothing(sink: MailSink, address: str) -> None:
    written_to(sink, emails=[Email(address)])
    counts = send()
    assert counts.accepted == 0
    assert sink.mails == []
    assert scene.only().state in {State.HELD, State.BOUNCED, State.CLOSED}


@pytest.mark.parametrize("name", ["Bank <x@y.example>", "x@y.example", 'a" <b@c.example>', "a, b"])
def test_a_name_with_an_address_in_it_is_only_a_name(sink: MailSink, name: str) -> None:
    written_to(sink, first_name=name, last_name="")
    assert send().accepted == 1
    mail = taken(sink)
    assert [each.addr_spec for each in mail["To"].addresses] == ["claire@fontanel.example"]
    assert [each.addr_spec for each in mail["From"].addresses] == ["stay@sirga.example"]
    assert sink.mails[0].recipients == ("claire@fontanel.example",)


@pytest.mark.parametrize("recipient", ["rival@hotel.example", "claire@fontanel.example"])
def test_a_forged_report_takes_nobodys_address_out_of_use(sink: MailSink, recipient: str) -> None:
    written_to(sink)
    send()
    true = sink.mails[0].message_id
    name, _, domain = true.strip("<>").rpartition("@")
    public_id, _, mark = name.partition(".")
    forged = [
        f"<{public_id}.{'0' * len(mark)}@{domain}>", f"<{public_id}@{domain}>",
        f"<{'0' * 32}.{mark}@{domain}>", "<made-up@rival.example>", "",
    ]  # fmt: skip
    for each in forged:
        assert not reports.take_mail(returned(each, recipient=recipient), NOON + MINUTE)
    with scope.everything():
        assert not ConsentAct.objects.exists()
    assert scene.only().state == State.ACCEPTED
