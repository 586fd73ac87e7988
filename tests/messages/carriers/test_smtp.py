"""One SMTP connection against a real server on this machine: what is certain and what is not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from staytrue.lab.mail_sink import BUSY, NO_MAILBOX, NOT_WANTED, MailSink, Manners
from staytrue.messages.carriers.base import Result
from staytrue.messages.carriers.mail import message_id
from staytrue.messages.carriers.smtp import NONE, Server, Smtp
from tests.messages.carriers.mails import mail


@pytest.fixture(params=[True, False], ids=["pipelining", "one by one"])
def sink(request: pytest.FixtureRequest) -> Iterator[MailSink]:
    """A mail server that takes everything."""
    with MailSink(Manners(pipelining=request.param)) as running:
        yield running


@pytest.fixture
def line(sink: MailSink) -> Iterator[Smtp]:
    """A line to it."""
    carrier = Smtp(Server("127.0.0.1", sink.port, NONE, reply_seconds=5))
    yield carrier
    carrier.close()


def test_many_mails_leave_over_one_line(sink: MailSink, line: Smtp) -> None:
    outcomes = list(line.hand_over([mail(n) for n in range(5)]))
    assert [each.result for each in outcomes] == [Result.ACCEPTED] * 5
    assert [each.message_id for each in sink.mails] == [message_id(mail(n)) for n in range(5)]
    assert [each.provider_id for each in outcomes] == [message_id(mail(n)) for n in range(5)]
    assert sink.lines == 1


def test_a_line_that_the_server_gave_up_meanwhile_costs_the_next_mail_nothing(
    sink: MailSink, line: Smtp
) -> None:
    (first,) = line.hand_over([mail(1)])
    sink.hang_up()
    (second,) = line.hand_over([mail(2)])
    assert (first.result, second.result) == (Result.ACCEPTED, Result.ACCEPTED)
    assert [each.message_id for each in sink.mails] == [message_id(mail(n)) for n in (1, 2)]
    assert sink.lines == 2


def test_a_body_with_dots_arrives_as_it_was(sink: MailSink, line: Smtp) -> None:
    text = ".\n..\n. dot\nend"
    list(line.hand_over([mail(text=text)]))
    part = sink.mails[0].parsed.get_payload(0)
    assert part.get_payload(decode=True).replace(b"\r\n", b"\n").rstrip() == text.encode()  # type: ignore[union-attr]


def test_a_mailbox_that_does_not_exist_is_refused_and_the_next_mail_goes(
    sink: MailSink, line: Smtp
) -> None:
    sink.manners.recipients["gone@fontanel.example"] = NO_MAILBOX
    outcomes = list(line.hand_over([mail(1, address="gone@fontanel.example"), mail(2)]))
    assert [each.result for each in outcomes] == [Result.REFUSED, Result.ACCEPTED]
    assert outcomes[0].facts["enhanced"] == "5.1.1"
    assert len(sink.mails) == 1


def test_a_grey_list_asks_for_another_try(sink: MailSink, line: Smtp) -> None:
    sink.manners.recipients["claire@fontanel.example"] = BUSY
    assert [each.result for each in line.hand_over([mail()])] == [Result.RETRY]
    assert not sink.mails


@pytest.mark.parametrize(("reply", "result"), [(BUSY, Result.RETRY), (NOT_WANTED, Result.REFUSED)])
def test_a_reply_to_the_final_dot_is_certain(
    sink: MailSink, line: Smtp, reply: str, result: Result
) -> None:
    sink.manners.reply = reply
    assert [each.result for each in line.hand_over([mail()])] == [result]


def test_no_reply_to_the_final_dot_is_unknown_and_the_next_mail_goes(
    sink: MailSink, line: Smtp
) -> None:
    sink.manners.hangs_up = True
    assert [each.result for each in line.hand_over([mail(1)])] == [Result.UNKNOWN]
    sink.manners.hangs_up = False
    assert [each.result for each in line.hand_over([mail(2)])] == [Result.ACCEPTED]
    assert len(sink.mails) == 2


def test_a_server_that_does_not_reply_in_time_leaves_an_unknown(sink: MailSink) -> None:
    sink.manners.pause = 1.0
    carrier = Smtp(Server("127.0.0.1", sink.port, NONE, reply_seconds=0.1))
    assert [each.result for each in carrier.hand_over([mail()])] == [Result.UNKNOWN]
    carrier.close()


def test_where_nobody_listens_everything_is_tried_later() -> None:
    with MailSink() as gone:
        port = gone.port
    carrier = Smtp(Server("127.0.0.1", port, NONE))
    assert [each.result for each in carrier.hand_over([mail(1), mail(2)])] == [Result.RETRY] * 2


def test_a_broken_header_never_reaches_the_line(sink: MailSink, line: Smtp) -> None:
    outcome = next(line.hand_over([mail(subject="Hi\r\nBcc: all@fontanel.example")]))
    assert (outcome.result, outcome.facts["code"]) == (Result.REFUSED, "header_broken")
    assert not sink.mails
