"""Letters and answers on a case: out through the gate to a real mail server, back by a real mailbox."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import time, timedelta
from pathlib import Path
from ssl import SSLContext

import pytest

from staytrue.desk import configuring, corresponding, moving, opening, queries
from staytrue.desk.corresponding import Said
from staytrue.desk.models import Case, CaseEvent
from staytrue.desk.opening import NewCase, Note
from staytrue.flow import jobs
from staytrue.hotel import scope
from staytrue.kit.errors import Forbidden, Refused
from staytrue.lab.mail_sink import Mail, MailSink
from staytrue.lab.mailbox import MailboxServer
from staytrue.messages import dispatching, exchanged, guest_links, letters, mailboxes
from staytrue.messages.carriers.imap import Box
from staytrue.messages.dispatching import Ports
from staytrue.messages.hand_written import Written
from staytrue.messages.kinds import Kind, State
from staytrue.messages.models import GuestReply, Message, Silence, TemplateVersion
from staytrue.messages.writing import letterheads, standard_set
from staytrue.staff import audit
from staytrue.staff.access import Access, house_access
from tests.desk.scene import asked, events, fresh
from tests.kit.far_side import Authority
from tests.make import NOON
from tests.messages import scene, ways
from tests.messages.scene import MINUTE, Scene
from tests.messages.test_incoming import reply
from tests.staff import people

pytestmark = pytest.mark.django_db
SORRY = Written("About last night", "We are sorry.\nThe <fan> is off since 15:10.")
HEAD = {"legal_line": "Hotel Sirga SL, Bilbao", "domains": ["sirga.example"], "colour": "#162a22"}
RULE = "Early check-in is possible from 12:00."


@dataclass
class Talk:
    """A hotel with a way out and a mailbox, and a case about Claire."""

    house: Scene
    sink: MailSink
    box: MailboxServer
    lea: Access
    hugo: Access
    case: Case

    def writes(self, written: Written = SORRY, by: Access | None = None, **more: Note) -> Case:
        who = by or self.lea
        with scope.everything(), audit.acting(who.actor, NOON):
            return corresponding.write(who, self.case.pk, written, NOON, **more)

    def leaves(self) -> None:
        """What the sending thread does."""
        write = letters.written(guest_links.of_claims)
        with_ = Ports(write=write, clock=lambda: NOON)
        dispatching.send_due(ways.WORKER, with_)
        with_.close()

    def answers(self, words: str, to: int = -1, minutes: int = 1) -> None:
        """She answers a mail; the mailbox and the desk have their turns."""
        at = NOON + minutes * MINUTE
        self.box.box.put(reply(self.sink.mails[to].message_id, words), at.date())
        jobs.read_mailboxes(at)
        jobs.take_answers(at + timedelta(seconds=5))

    def said(self) -> list[Said]:
        with scope.everything():
            return corresponding.conversation(self.lea, self.case)


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, SSLContext]:
    """A certificate that this machine believes, made once."""
    place, authority = tmp_path_factory.mktemp("line"), Authority()
    (place / "ca.pem").write_text(authority.pem)
    return place / "ca.pem", authority.context(place, "localhost")


@pytest.fixture
def talk(
    line: tuple[Path, SSLContext], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Talk]:
    believed, context = line
    monkeypatch.setenv("SSL_CERT_FILE", str(believed))
    with ways.home(tmp_path / "home"), MailSink() as sink, MailboxServer(context) as server:
        house = scene.build()
        ways.armed(house.hotel, sink.port, limit=1000)
        lea = people.access("guest_relations", at=house.hotel)
        hugo = people.access("general_manager", at=house.hotel)
        with scope.everything(), audit.acting("tests", NOON):
            letterheads.set_letterhead(house_access("tests"), house.hotel, HEAD, NOON)
            texts = {name: asdict(text) for name, text in standard_set.texts(Kind.LETTER).items()}
            TemplateVersion.objects.filter(template__kind=Kind.LETTER).update(texts=texts)
            new = NewCase(property_id=house.hotel.pk, kind="recovery", words="Noise at night",
                          reservation_id=house.stay().pk)  # fmt: skip
            case = opening.open_case(lea, new, NOON)
        told = {"username": "stay@sirga.example", "password": "mailbox-secret", "folder": "INBOX"}
        mailboxes.set_up(house.hotel, Box("localhost", server.port, **told), "tests", NOON)
        yield Talk(house, sink, server, lea, hugo, case)


def _parts(mail: Mail) -> list[str]:
    """Its plain words and its HTML."""
    found = [part for part in mail.parsed.walk() if part.get_content_maintype() == "text"]
    return [bytes(part.get_payload(decode=True)).decode().replace("\r\n", "\n") for part in found]


def cases() -> list[Case]:
    with scope.everything():
        return list(Case.objects.order_by("pk"))


def test_an_answer_to_a_recoverys_mail_is_on_the_same_case_and_its_owner_is_told(
    talk: Talk,
) -> None:
    talk.writes()
    with scope.everything():
        assert Silence.objects.filter(until_at=None).exists()
    talk.leaves()
    (mail,) = talk.sink.mails
    text, html = _parts(mail)
    assert mail.parsed["Subject"] == "About last night"
    assert "We are sorry.\nThe <fan> is off since 15:10." in text
    assert "We are sorry.<br>\nThe &lt;fan&gt; is off" in html
    talk.answers("Thank you, I slept well.\n\n> We are sorry.")
    assert [case.pk for case in cases()] == [talk.case.pk]
    out, back = talk.said()
    assert (out.is_ours, out.line and out.line.message.state) == (True, State.ACCEPTED)
    assert (back.is_ours, back.words) == (False, "Thank you, I slept well.")
    assert ("case_answered", "guest_relations") in asked()
    fresh(talk.case)
    with scope.everything():
        moving.take(talk.lea, talk.case.pk, NOON + 2 * MINUTE)
    assert not asked("case_answered")


def test_what_went_out_and_came_in_stands_on_the_guests_timeline_as_far_as_one_may_read_it(
    talk: Talk,
) -> None:
    talk.writes()
    talk.leaves()
    talk.answers("Thank you, I slept well.")
    ids = [talk.house.person()]
    with scope.everything():
        back, out = exchanged.of_profiles(talk.lea, ids)
        assert (out.is_ours, out.kind, out.state) == (True, "letter", "accepted")
        assert (back.is_ours, back.words) == (False, "Thank you, I slept well.")
        hers = people.access("marketing", at=talk.house.hotel)
        assert [each.words for each in exchanged.of_profiles(hers, ids)] == ["", ""]
        stranger = people.access("auditor", at=talk.house.hotel)
        assert exchanged.of_profiles(stranger, ids) == []


def test_the_same_mail_told_again_says_nothing_twice(talk: Talk) -> None:
    talk.writes()
    talk.leaves()
    talk.answers("Thank you.")
    talk.answers("Thank you.", minutes=2)
    assert [each.words for each in talk.said()][1:] == ["Thank you."]


def test_an_answer_opens_again_what_had_ended_and_gives_it_time(talk: Talk) -> None:
    talk.writes()
    talk.leaves()
    with scope.everything():
        moving.take(talk.lea, talk.case.pk, NOON)
        moving.complete(talk.lea, talk.case.pk, NOON)
        assert not Silence.objects.filter(until_at=None).exists()
    talk.answers("It was loud again.", minutes=30)
    case = fresh(talk.case)
    assert (case.state, case.closed_at) == ("pending", None)
    assert case.due_at > NOON + 30 * MINUTE
    assert ("case_answered", "guest_relations") in asked()
    with scope.everything():
        assert Silence.objects.filter(until_at=None).exists()


def test_an_answer_to_another_message_opens_a_request_once_and_the_next_one_joins_it(
    talk: Talk,
) -> None:
    talk.house.plan(talk.house.wanted(Kind.CHANGE))
    talk.leaves()
    talk.answers("Could we have a cot?")
    talk.answers("A big one, please.", minutes=2)
    _, case = cases()
    with scope.everything():
        message = Message.objects.get()
    assert (case.kind, case.origin, case.words) == ("request", "guest", "Could we have a cot?")
    assert (case.message_id, case.reservation_id) == (message.public_id, talk.house.stay().pk)
    assert events(case) == ["opened", "heard"]


def test_an_answer_to_advertising_opens_a_reply(talk: Talk) -> None:
    talk.house.plan(talk.house.wanted(Kind.WIN_BACK, basis={}))
    with scope.everything():
        made = Message.objects.get()
        GuestReply.objects.create(
            property_id=made.property_id, key="k", at=NOON, channel="email", message_id=made.pk,
            profile_id=made.profile_id, words="How much is the suite?",
        )  # fmt: skip
    jobs.take_answers(NOON)
    assert [case.kind for case in cases()] == ["recovery", "reply"]


def test_where_the_hotel_wants_none_an_answer_opens_nothing(talk: Talk) -> None:
    with scope.everything(), audit.acting(talk.hugo.actor, NOON, "we read mail by hand"):
        configuring.set_trigger(talk.hugo, talk.house.hotel.pk, "guest.answer", "", NOON)
    talk.house.plan(talk.house.wanted(Kind.CHANGE))
    talk.leaves()
    talk.answers("Could we have a cot?")
    assert len(cases()) == 1
    with scope.everything():
        assert not GuestReply.objects.filter(taken_at=None).exists()


def rule(talk: Talk) -> None:
    with (
        scope.everything(),
        audit.acting(talk.hugo.actor, NOON, "the rooms are cleaned until then"),
    ):
        configuring.set_rule(talk.hugo, talk.house.hotel.pk, "time", "early_check_in", RULE,
                             {"not_before": "12:00"}, NOON)  # fmt: skip


@pytest.mark.parametrize(
    "words",
    ["Of course: check in at 09:00.", "Votre chambre sera prête à 9 h.",
     "Puede llegar a las 9:00."],
)  # fmt: skip
def test_a_promise_against_a_house_rule_is_refused_with_its_words_and_nothing_leaves(
    talk: Talk, words: str
) -> None:
    rule(talk)
    with pytest.raises(Refused, match=RULE) as refusal:
        talk.writes(Written("Your arrival", words))
    assert (refusal.value.code, refusal.value.facts["rules"]) == ("house_rule_broken", [RULE])
    with scope.everything():
        assert corresponding.broken_by(talk.lea, talk.case.pk, Written("", words)) == [RULE]
        assert not Message.objects.exists()
    assert events(talk.case) == ["opened"]


def test_a_supervisor_promises_it_all_the_same_with_a_note_and_a_second_one_decides(
    talk: Talk,
) -> None:
    rule(talk)
    promise, note = Written("Your arrival", "Check in at 09:00."), Note("A wedding", "A long way")
    with pytest.raises(Refused, match=RULE):
        talk.writes(promise, note=note)
    talk.writes(promise, talk.hugo, note=note)
    case = fresh(talk.case)
    assert case.exceptions == ["rule_broken"]
    with scope.everything():
        wrote = CaseEvent.objects.get(case=case, kind="wrote")
        assert "approval" in queries.missing_to_close(case)
    assert wrote.facts["promised"][0]["promise"]["value"] == "09:00"
    assert wrote.facts["promised"][0]["rules"][0] == {
        "rule": wrote.facts["promised"][0]["rules"][0]["rule"], "version": 1, "text": RULE,
        "holds": False,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("written", "code"),
    [
        (Written("", "Words"), "letter_empty"),
        (Written("Subject", " "), "letter_empty"),
        (Written("Subject", "x" * 5_000), "words_long"),
        (Written("Subject", "Pay here: https://bank.example/pay"), "letter_link"),
        (Written("Subject", "Words", "de"), "letter_language"),
    ],
)
def test_what_is_no_letter_is_refused(talk: Talk, written: Written, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        talk.writes(written)
    assert refusal.value.code == code


def test_without_the_right_nobody_writes_and_what_was_opted_out_of_is_said(talk: Talk) -> None:
    housekeeper = people.access("department", at=talk.house.hotel)
    with pytest.raises(Forbidden):
        talk.writes(by=housekeeper)
    talk.house.refuses("service")
    talk.writes()
    talk.leaves()
    assert not talk.sink.mails
    (out,) = talk.said()
    assert out.line
    assert (out.line.message.state, out.line.message.reason) == (State.CLOSED, "opted_out")


def replies(talk: Talk) -> tuple[Talk, Access]:
    """A guest's answer to a campaign, and who answers it without being a supervisor."""
    with scope.everything(), audit.acting("tests", NOON):
        new = NewCase(property_id=talk.house.hotel.pk, kind="reply", words="How much is a suite?",
                      profile_id=talk.house.person())  # fmt: skip
        talk.case = opening.open_case(talk.lea, new, NOON)
    return talk, people.access("marketing", at=talk.house.hotel)


def test_a_reply_to_a_campaign_waits_for_a_second_person_and_leaves_as_it_was_written(
    talk: Talk,
) -> None:
    talk, mia = replies(talk)
    talk.writes(by=mia)
    talk.leaves()
    assert not talk.sink.mails
    (waits,) = talk.said()
    assert (waits.waits, waits.words) == (True, SORRY.words)
    assert asked("case_letter") == {("case_letter", "general_manager")}
    with scope.everything():
        with pytest.raises(Forbidden):
            corresponding.approve(talk.lea, talk.case.pk, NOON)
        corresponding.approve(talk.hugo, talk.case.pk, NOON)
    talk.leaves()
    assert [mail.parsed["Subject"] for mail in talk.sink.mails] == [SORRY.subject]
    assert not asked("case_letter")
    assert events(talk.case) == ["opened", "drafted", "wrote"]
    fresh(talk.case)


def test_a_letter_that_is_sent_back_never_leaves_and_says_why(talk: Talk) -> None:
    talk, mia = replies(talk)
    talk.writes(by=mia)
    with scope.everything():
        corresponding.send_back(talk.hugo, talk.case.pk, "No rates by mail.", NOON)
        with pytest.raises(Refused, match="No letter"):
            corresponding.approve(talk.hugo, talk.case.pk, NOON)
    talk.leaves()
    assert not talk.sink.mails
    assert talk.said() == []


def test_a_letter_before_noon_keeps_the_rule(talk: Talk) -> None:
    rule(talk)
    talk.writes(Written("Your arrival", "Check-in is possible from noon."))
    assert time(12).isoformat()[:5] == _told(talk)


def _told(talk: Talk) -> str:
    with scope.everything():
        facts = CaseEvent.objects.get(case=talk.case, kind="wrote").facts
    return str(facts["promised"][0]["promise"]["value"])
