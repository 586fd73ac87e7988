"""Bounces and complaints: only those that carry our mark count, and they suppress the address."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from staytrue.consent import permissions
from staytrue.consent.models import ConsentAct
from staytrue.consent.permissions import Asked
from staytrue.hotel import scope
from staytrue.lab.mail_sink import NO_MAILBOX, NOT_WANTED, MailSink
from staytrue.messages import complaints, marks, reports
from staytrue.messages.carriers import notices
from staytrue.messages.carriers.notices import What
from staytrue.messages.kinds import Kind, State
from staytrue.messages.models import CarrierReport, Message, Outlet
from staytrue.messages.reports import Told
from tests.make import NOON
from tests.messages import scene, ways
from tests.messages.test_dispatching import CLAIRE, Post, build

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def home(tmp_path: Path) -> Iterator[Path]:
    """A home of the test's own."""
    with ways.home(tmp_path / "home") as place:
        yield place


@pytest.fixture
def sent() -> Iterator[MailSink]:
    """A mail server that has taken one mail to Claire."""
    with MailSink() as sink:
        build(sink)
        Post().send()
        yield sink


def returned(
    message_id: str,
    *,
    to: str = "bounces@sirga.example",
    action: str = "failed",
    status: str = "5.1.1",
    recipient: str = CLAIRE,
) -> bytes:
    """A delivery report as mail servers write it."""
    return f"""From: MAILER-DAEMON@mx.fontanel.example
To: {to}
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

It could not be delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.fontanel.example

Final-Recipient: rfc822; {recipient}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 {status} no such user

--b
Content-Type: text/rfc822-headers

From: Hotel Sirga <stay@sirga.example>
To: {recipient}
Message-ID: {message_id}
Subject: Your stay

--b--
""".replace("\n", "\r\n").encode()


def complaint(message_id: str) -> bytes:
    """A complaint as a mailbox provider sends it."""
    return f"""From: feedback@mail.example
To: abuse@sirga.example
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="b"

--b
Content-Type: text/plain

A complaint.

--b
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: mail.example/1
Version: 1

--b
Content-Type: message/rfc822

From: stay@sirga.example
Message-ID: {message_id}
Subject: Your stay

Welcome
--b--
""".replace("\n", "\r\n").encode()


def is_suppressed(purpose: str = "stay") -> bool:
    """Whether Claire's address gets nothing more for this."""
    with scope.everything():
        message = Message.objects.get()
        asked = Asked(message.contact_point_id or 0, message.profile_id, message.property_id,
                      purpose, "email")  # fmt: skip
        (found,) = permissions.of([asked], NOON + MINUTE)
    return (found.allowed, found.reason) == (False, "suppressed")


def test_a_bounce_of_our_message_suppresses_its_address(sent: MailSink) -> None:
    raw = returned(sent.mails[0].message_id)
    assert reports.take_mail(raw, NOON + MINUTE)
    assert scene.only().state == State.BOUNCED
    assert is_suppressed()
    # It may come twice and counts once.
    assert reports.take_mail(raw, NOON + MINUTE)
    with scope.everything():
        assert CarrierReport.objects.count() == ConsentAct.objects.count() == 1


def test_the_return_path_names_the_message_too(sent: MailSink) -> None:
    path = marks.return_path(scene.only().public_id, "bounces@sirga.example")
    assert reports.take_mail(returned("<other@mx.example>", to=path), NOON + MINUTE)
    assert is_suppressed()


@pytest.mark.parametrize("place", ["no mark", "wrong mark", "another's id", "only the address"])
def test_a_forged_bounce_is_ignored(sent: MailSink, place: str) -> None:
    message = scene.only()
    hex_, mark = message.public_id.hex, marks.mark(message.public_id)
    message_id = {
        "no mark": f"<{hex_}@sirga.example>",
        "wrong mark": f"<{hex_}.{'0' * 16}@sirga.example>",
        "another's id": f"<{UUID(int=7).hex}.{mark}@sirga.example>",
        "only the address": "<x@sirga.example>",
    }[place]
    assert not reports.take_mail(returned(message_id), NOON + MINUTE)
    assert scene.only().state == State.ACCEPTED
    assert not is_suppressed()


def test_a_true_mark_speaks_only_of_the_address_its_message_went_to(sent: MailSink) -> None:
    raw = returned(sent.mails[0].message_id, recipient="rival@hotel.example")
    assert reports.take_mail(raw, NOON + MINUTE)
    with scope.everything():
        act = ConsentAct.objects.get()
        assert act.contact_point_id == Message.objects.get().contact_point_id


def test_a_complaint_suppresses_the_address(sent: MailSink) -> None:
    assert reports.take_mail(complaint(sent.mails[0].message_id), NOON + MINUTE)
    assert scene.only().state == State.COMPLAINED
    assert is_suppressed("marketing")
    # What the stay needs is no list to complain of.
    assert not is_suppressed("stay")


@pytest.mark.parametrize(
    ("action", "status", "what", "hard"),
    [
        ("failed", "5.1.1", What.BOUNCED, True),
        ("failed", "5.1.10", What.BOUNCED, True),
        ("failed", "5.2.1", What.BOUNCED, True),
        ("failed", "5.2.2", What.BOUNCED, False),
        ("failed", "5.7.1", What.BOUNCED, False),
        ("failed", "5.1.8", What.BOUNCED, False),
        ("failed", "4.4.7", What.BOUNCED, False),
        ("delayed", "4.4.1", What.DEFERRED, False),
        ("delivered", "2.0.0", What.DELIVERED, False),
    ],
)
def test_only_a_dead_address_is_a_hard_bounce(
    action: str, status: str, what: What, *, hard: bool
) -> None:
    notice = notices.read(returned("<x@y.example>", action=action, status=status))
    assert notice is not None
    assert (notice.what, notice.is_hard) == (what, hard)


@pytest.mark.parametrize("raw", [b"", b"\x00\xff", b"From: a@b.example\r\n\r\nHello", b"\r\n" * 9])
def test_any_other_mail_is_no_report(raw: bytes) -> None:
    assert notices.read(raw) is None
    assert not reports.take_mail(raw, NOON)


@pytest.mark.parametrize(("reply", "suppressed"), [(NO_MAILBOX, True), (NOT_WANTED, False)])
def test_a_server_that_knows_no_such_mailbox_suppresses_at_once(
    reply: str, *, suppressed: bool
) -> None:
    with MailSink() as sink:
        build(sink)
        sink.manners.recipients[CLAIRE] = reply
        Post().send()
    assert scene.only().state == State.BOUNCED
    assert is_suppressed() == suppressed


@pytest.mark.parametrize(
    ("told", "sent", "many"),
    [(0, 0, False), (1, 10, False), (2, 10, True), (2, 1_000, True), (2, 1_001, False),
     (40, 20_000, True), (39, 20_000, False)],
)  # fmt: skip
def test_two_in_a_thousand_are_too_many(told: int, sent: int, *, many: bool) -> None:
    assert complaints.is_too_many(told, sent) == many


def test_complaints_quieten_the_outlet_and_somebody_is_asked() -> None:
    with MailSink() as sink:
        build(sink, Kind.CHANGE, count=3)
        Post().send()
    for each in scene.messages()[:2]:
        reports.take(Told(each.public_id, What.COMPLAINED, "mail", str(each.pk)), NOON + MINUTE)
    assert complaints.settle(NOON + MINUTE) == 1
    assert complaints.settle(NOON + MINUTE) == 0
    with scope.everything():
        assert Outlet.objects.get().quieted_at == NOON + MINUTE
