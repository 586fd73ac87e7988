"""A hotel's mailbox over a real line: what comes is taken within a minute, once, and left unread."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from staytrue.consent.models import ConsentAct, ProposedOptOut
from staytrue.flow import jobs
from staytrue.hotel import scope
from staytrue.hotel.models import Property
from staytrue.kit import clock
from staytrue.kit.errors import Refused, Temporary
from staytrue.lab.mail_sink import MailSink
from staytrue.lab.mailbox import MailboxServer
from staytrue.messages import mailboxes
from staytrue.messages.carriers.imap import Box
from staytrue.messages.kinds import State
from staytrue.messages.models import Mailbox, Message
from staytrue.staff import audit
from staytrue.staff.models import Ask
from tests.kit.far_side import Authority
from tests.make import NOON
from tests.messages import ways
from tests.messages.test_dispatching import Post, build
from tests.messages.test_incoming import reply
from tests.messages.test_reports import returned
from tests.staff import people
from tests.web.house import signed_in

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)
ASKS = "merci de me retirer de votre liste"


@pytest.fixture(autouse=True)
def home(tmp_path: Path) -> Iterator[Path]:
    """A home of the test's own."""
    with ways.home(tmp_path / "home") as place:
        yield place


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MailboxServer]:
    """A mail server whose certificate this machine believes."""
    authority = Authority()
    (tmp_path / "ca.pem").write_text(authority.pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    with MailboxServer(authority.context(tmp_path, "localhost")) as running:
        yield running


@pytest.fixture
def sent() -> Iterator[MailSink]:
    """A mail server that has taken one mail to Claire."""
    with MailSink() as sink:
        build(sink)
        Post().send()
        yield sink


def box(server: MailboxServer, **facts: str) -> Box:
    told = {"username": "stay@sirga.example", "password": "mailbox-secret", "folder": "INBOX"}
    return Box("localhost", server.port, **told | facts)


def hotel() -> Property:
    with scope.everything():
        return Property.objects.get()


def proposed() -> list[str]:
    with scope.everything():
        return list(ProposedOptOut.objects.values_list("words", flat=True))


def test_a_reply_reaches_the_proposed_opt_out_within_a_minute(
    server: MailboxServer, sent: MailSink
) -> None:
    mailboxes.set_up(hotel(), box(server), "tests", NOON)
    at = [NOON + timedelta(seconds=each) for each in cadence(jobs.DUTIES[jobs.read_mailboxes])]
    came = NOON + SECOND
    server.box.put(reply(sent.mails[0].message_id, ASKS), came.date())
    turn = next(each for each in at if each > came)
    assert turn - came < timedelta(minutes=1)
    jobs.read_mailboxes(turn)
    assert proposed() == [ASKS]
    with scope.everything():
        made = ProposedOptOut.objects.get()
        assert made.profile_id == Message.objects.get().profile_id
        assert made.at == turn
    jobs.read_mailboxes(turn + 20 * SECOND)
    assert proposed() == [ASKS]
    assert "STORE" not in server.box.commands


def test_the_desk_reads_the_words_and_its_confirmation_applies_them(
    server: MailboxServer, sent: MailSink
) -> None:
    mailboxes.set_up(hotel(), box(server), "tests", NOON)
    server.box.put(reply(sent.mails[0].message_id, f"Bonjour,\n\n{ASKS}\n"), NOON.date())
    with clock.use(lambda: NOON + 20 * SECOND):
        jobs.read_mailboxes(NOON + 20 * SECOND)
        desk = signed_in(people.member("front_desk", at=hotel()))
        page = desk.get("/guests/consent/").content.decode()
        assert f"“<bdi>{ASKS}</bdi>”" in page
        with scope.everything():
            assert not ConsentAct.objects.exists()
            made = ProposedOptOut.objects.get()
        desk.post(f"/guests/consent/{made.pk}/", {"act": "confirm"})
    with scope.everything():
        message = Message.objects.get()
        acts = ConsentAct.objects.filter(act="opt_out", profile_id=message.profile_id)
        assert {each.purpose for each in acts} == {"marketing", "survey"}
        assert {each.words for each in acts} == {ASKS}
        assert acts[0].proof["message"] == str(message.public_id)


def cadence(cron: str) -> list[int]:
    """The seconds of an hour in which a duty has its turn."""
    minute, *_, second = cron.split()
    assert minute == "*"
    step = int(re.fullmatch(r"\*/(\d+)", second)[1])  # type: ignore[index]
    return [60 * each + at for each in range(60) for at in range(0, 60, step)]


def test_a_report_in_the_mailbox_goes_the_way_of_reports(
    server: MailboxServer, sent: MailSink
) -> None:
    mailboxes.set_up(hotel(), box(server), "tests", NOON)
    server.box.put(returned(sent.mails[0].message_id), NOON.date())
    mailboxes.read_all(NOON)
    with scope.everything():
        assert Message.objects.get().state == State.BOUNCED


def test_what_lay_in_it_before_is_not_read(server: MailboxServer, sent: MailSink) -> None:
    server.box.put(reply(sent.mails[0].message_id, ASKS), NOON.date())
    mailboxes.set_up(hotel(), box(server), "tests", NOON)
    assert mailboxes.read_all(NOON) == 0
    assert proposed() == []


def test_a_mailbox_numbered_anew_loses_nothing_and_repeats_nothing(
    server: MailboxServer, sent: MailSink
) -> None:
    mailboxes.set_up(hotel(), box(server), "tests", NOON)
    server.box.put(b"From: x@y.example\r\n\r\nHello", NOON.date())
    server.box.put(reply(sent.mails[0].message_id, ASKS), NOON.date())
    mailboxes.read_all(NOON)
    server.box.mails.pop(0)
    server.box.put(reply(sent.mails[0].message_id, "Please unsubscribe me"), NOON.date())
    server.box.renumber()
    mailboxes.read_all(NOON + 20 * SECOND)
    mailboxes.read_all(NOON + 40 * SECOND)
    assert proposed() == [ASKS, "Please unsubscribe me"]


def test_a_silent_server_is_asked_less_often_and_then_somebody_is(
    server: MailboxServer, sent: MailSink
) -> None:
    mailboxes.set_up(hotel(), box(server), "tests", NOON)
    server.box.is_away = True
    looks, now = 0, NOON
    while now < NOON + timedelta(hours=3):
        before = row().failures
        mailboxes.read_all(now)
        looks += row().failures > before
        now += 20 * SECOND
    assert 10 < looks < 25
    with scope.everything():
        assert Ask.objects.get(kind="mailbox_away").closed_at is None
    server.box.is_away = False
    mailboxes.read_all(now + timedelta(hours=1))
    assert row().failures == 0
    with scope.everything():
        assert Ask.objects.get(kind="mailbox_away").closed_why == "read"


def row() -> Mailbox:
    with scope.everything():
        return Mailbox.objects.get()


@pytest.mark.parametrize(
    ("facts", "code"),
    [({"password": "wrong"}, "mailbox_sign_in"), ({"folder": "Elsewhere"}, "mailbox_folder")],
)
def test_what_cannot_be_opened_is_not_set_up(
    server: MailboxServer, sent: MailSink, facts: dict[str, str], code: str
) -> None:
    with pytest.raises(Refused) as refused:
        mailboxes.set_up(hotel(), box(server, **facts), "tests", NOON)
    assert refused.value.code == code
    with scope.everything():
        assert not Mailbox.objects.exists()


def test_a_server_nobody_vouches_for_gets_no_password(
    server: MailboxServer, sent: MailSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(Temporary):
        mailboxes.set_up(hotel(), box(server), "tests", NOON)
    assert "LOGIN" not in server.box.commands


def test_the_password_is_sealed_and_kept_for_the_same_server_only(
    server: MailboxServer, sent: MailSink
) -> None:
    mailboxes.set_up(hotel(), box(server), "tests", NOON)
    assert "mailbox-secret" not in str(vars(row()))
    mailboxes.set_up(hotel(), box(server, password=""), "tests", NOON)
    with scope.everything(), audit.acting("tests", NOON):
        Mailbox.objects.update(host="elsewhere.example")
    with pytest.raises(Refused) as refused:
        mailboxes.set_up(hotel(), box(server, password=""), "tests", NOON)
    assert refused.value.code == "mailbox_sign_in"


def test_letters_to_many_and_answers_of_machines_propose_nothing(
    server: MailboxServer, sent: MailSink
) -> None:
    mailboxes.set_up(hotel(), box(server), "tests", NOON)
    for head in (b"List-Unsubscribe: <https://x.example>", b"Auto-Submitted: auto-replied",
                 b"Precedence: bulk"):  # fmt: skip
        raw = reply(sent.mails[0].message_id, "Click here to unsubscribe.")
        server.box.put(head + b"\r\n" + raw, NOON.date())
    assert mailboxes.read_all(NOON + SECOND) == 3
    assert proposed() == []


def test_a_mail_in_html_alone_is_read_without_what_it_quotes(
    server: MailboxServer, sent: MailSink
) -> None:
    mailboxes.set_up(hotel(), box(server), "tests", NOON)
    for html in (
        "<p>Merci de me <b>retirer</b> de votre liste.</p><blockquote>unsubscribe</blockquote>",
        "<p>See you!</p><blockquote><p>Click to unsubscribe me</p></blockquote>",
    ):
        raw = reply(sent.mails[0].message_id, html).replace(b"text/plain", b"text/html")
        server.box.put(raw, NOON.date())
    mailboxes.read_all(NOON + SECOND)
    assert proposed() == ["Merci de me retirer de votre liste."]


def test_a_poisonous_mail_stops_nobody(server: MailboxServer, sent: MailSink) -> None:
    mailboxes.set_up(hotel(), box(server), "tests", NOON)
    for raw in (b"", b"\xff\xfe", b"From: =?x?q?=ff?=\r\nContent-Type: text/plain; charset=nope\r\n\r\nx",
                b"Content-Type: multipart/mixed; boundary=\r\n\r\n--\r\n"):  # fmt: skip
        server.box.put(raw, NOON.date())
    server.box.put(reply(sent.mails[0].message_id, ASKS), NOON.date())
    assert mailboxes.read_all(NOON + SECOND) == 5
    assert proposed() == [ASKS]
