"""Mail that comes back: a guest's words are proposed, whose message he answers is proven."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from staytrue.consent.models import ConsentAct, ProposedOptOut
from staytrue.hotel import scope
from staytrue.lab.mail_sink import MailSink
from staytrue.messages import incoming
from staytrue.messages.incoming import Came
from staytrue.messages.models import GuestReply, Message
from tests.make import NOON
from tests.messages import ways
from tests.messages.test_dispatching import Post, build
from tests.messages.test_reports import returned

pytestmark = pytest.mark.django_db


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


def reply(to: str, words: str) -> bytes:
    """An answer of Claire's."""
    return (
        f"From: Claire <claire@fontanel.example>\r\nTo: stay@sirga.example\r\nIn-Reply-To: {to}\r\n"
        f"Content-Type: text/plain; charset=utf-8\r\n\r\n{words}\r\n"
    ).encode()


def take(raw: bytes) -> Came:
    with scope.everything():
        hotel = Message.objects.get().property_id
    return incoming.take(raw, hotel, NOON)


def test_words_that_ask_to_be_left_alone_are_proposed_and_change_nothing(sent: MailSink) -> None:
    assert take(reply(sent.mails[0].message_id, "Please unsubscribe me.")) is Came.PROPOSED
    with scope.everything():
        made, message = ProposedOptOut.objects.get(), Message.objects.get()
        assert (made.profile_id, made.contact_point_id) == (
            message.profile_id, message.contact_point_id,
        )  # fmt: skip
        assert made.property_id == message.property_id
        assert not ConsentAct.objects.exists()


def test_an_answer_to_a_forged_message_names_nobody(sent: MailSink) -> None:
    forged = sent.mails[0].message_id.replace("@", "0@")
    assert take(reply(forged, "unsubscribe")) is Came.PROPOSED
    with scope.everything():
        assert ProposedOptOut.objects.get().profile_id is None


def test_a_report_is_one_and_friendly_words_leave_no_trace(sent: MailSink) -> None:
    assert take(returned(sent.mails[0].message_id)) is Came.REPORT
    assert take(reply("<else@where.example>", "Thank you, see you on Saturday!")) is Came.NOTHING
    with scope.everything():
        assert not ProposedOptOut.objects.exists()
        assert not GuestReply.objects.exists()


def test_an_answer_to_a_message_of_ours_is_kept_once_without_what_it_quotes_or_a_card_number(
    sent: MailSink,
) -> None:
    words = (
        "Thank you!\nMy card is 4111 1111 1111 1111.\n\n"
        "On Thu, 21 May 2026 at 14:00, Hotel Sirga <stay@sirga.example>\nwrote:\n> Welcome."
    )
    raw = reply(sent.mails[0].message_id, words)
    assert [take(raw), take(raw)] == [Came.REPLY, Came.NOTHING]
    with scope.everything():
        kept, message = GuestReply.objects.get(), Message.objects.get()
    assert kept.words == "Thank you!\nMy card is [card removed ••1111]."
    assert (kept.message_id, kept.profile_id, kept.taken_at) == (
        message.pk,
        message.profile_id,
        None,
    )
    assert kept.sender == "claire@fontanel.example"
