"""From the gate to a real mail server: what leaves, what is held, and what nobody knows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings

from staytrue.hotel import scope
from staytrue.kit.errors import Refused
from staytrue.lab.mail_sink import BUSY, NO_MAILBOX, Mail, MailSink
from staytrue.messages import departing, dispatching, gate, leases, outlets
from staytrue.messages.claims import Claimed
from staytrue.messages.dispatching import Counts, Ports
from staytrue.messages.journal import BEGUN, HANDED, READY, SETTLED, Journal
from staytrue.messages.kinds import Kind, State
from staytrue.messages.letters import Written
from staytrue.messages.models import Message, MessageText
from staytrue.messages.reasons import Reason
from tests.make import NOON
from tests.messages import scene, ways
from tests.messages.scene import Scene

pytestmark = pytest.mark.django_db

CLAIRE = "claire@fontanel.example"
WORDS = Written("Your stay", "<p>Welcome</p>", "Welcome", "Claire", "https://sirga.example/g/u/abc")


@pytest.fixture(autouse=True)
def home(tmp_path: Path) -> Iterator[Path]:
    """A home of the test's own."""
    with ways.home(tmp_path / "home") as place:
        yield place


@pytest.fixture
def sink() -> Iterator[MailSink]:
    """A mail server."""
    with MailSink() as running:
        yield running


@dataclass
class Post:
    """The words, and a clock that stands still."""

    words: Written | Refused = WORDS
    now: datetime = NOON

    def ports(self) -> Ports:
        return Ports(write=self.write, clock=lambda: self.now)

    def write(self, claims: Sequence[Claimed], _now: datetime) -> list[Written | Refused]:
        return [self.words] * len(claims)

    def send(self, worker: str = ways.WORKER) -> Counts:
        with_ = self.ports()
        try:
            return dispatching.send_due(worker, with_)
        finally:
            with_.close()


def build(sink: MailSink, kind: Kind = Kind.CHANGE, count: int = 1) -> Scene:
    """A house whose mail goes to the sink, with messages that are due."""
    house = scene.build()
    ways.armed(house.hotel, sink.port, limit=1000)
    house.plan(*(house.wanted(kind, occurrence=str(n)) for n in range(count)))
    return house


def test_what_may_leave_arrives_once_and_is_accepted(sink: MailSink) -> None:
    build(sink, count=3)
    counts = Post().send()
    assert (counts.claimed, counts.accepted) == (3, 3)
    assert {each.state for each in scene.messages()} == {State.ACCEPTED}
    assert len({each.message_id for each in sink.mails}) == len(sink.mails) == 3
    assert sink.mails[0].recipients == (CLAIRE,)
    assert {each.provider_id for each in scene.messages()} == {m.message_id for m in sink.mails}
    assert Post().send().claimed == 0


def test_a_disarmed_house_sends_nothing(sink: MailSink) -> None:
    house = build(sink)
    outlets.stop("tests", NOON)
    assert Post().send() == Counts()
    ways.armed(house.hotel, sink.port)
    assert Post().send().accepted == 1


def test_what_was_sent_is_kept_word_for_word(sink: MailSink) -> None:
    build(sink)
    Post().send()
    with scope.everything():
        assert MessageText.objects.get().text == "Welcome"
    assert scene.only().subject == "Your stay"


def test_the_journal_knows_it_before_the_server_does(sink: MailSink) -> None:
    build(sink)
    Post().send()
    lines = list(Journal(settings.HOME).lines())
    assert [line.what for line in lines][-4:] == [READY, HANDED, BEGUN, SETTLED]
    assert CLAIRE not in "".join(
        file.read_text() for file in Journal(settings.HOME).folder.iterdir()
    )


def test_a_stop_between_claim_and_hand_over_stops_it(sink: MailSink) -> None:
    build(sink)
    post = Post()

    def write(claims: Sequence[Claimed], now: datetime) -> list[Written | Refused]:
        outlets.stop("tests", now)
        return post.write(claims, now)

    dispatching.send_due(ways.WORKER, Ports(write=write, clock=lambda: NOON))
    assert not sink.mails
    assert scene.only().state == State.HELD


def test_a_field_without_a_value_holds_the_message_and_names_it(sink: MailSink) -> None:
    build(sink)
    Post(words=Refused("There is no value.", "missing_field", field="stay.room")).send()
    message = scene.only()
    assert (message.state, message.reason) == (State.HELD, Reason.MISSING_FIELD)
    assert message.facts["field"] == "stay.room"
    assert not sink.mails


@pytest.mark.parametrize(
    ("purpose", "channel", "needs"),
    [("survey", "email", True), ("marketing", "email", True), ("stay", "email", True),
     ("marketing", "sms", False)],
)  # fmt: skip
def test_no_e_mail_leaves_without_the_link_of_its_one_click(
    sink: MailSink, purpose: str, channel: str, *, needs: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert dispatching.needs_link(Message(purpose=purpose, channel=channel)) == needs
    build(sink)
    monkeypatch.setattr(dispatching, "needs_link", lambda _: needs)
    Post(words=Written("Your stay", "<p>Welcome</p>", "Welcome")).send()
    assert len(sink.mails) == (0 if needs else 1)


def test_a_grey_list_sends_it_back_through_the_gate(sink: MailSink) -> None:
    build(sink)
    sink.manners.recipients[CLAIRE] = BUSY
    post = Post()
    assert post.send().retried == 1
    message = scene.only()
    assert (message.state, message.reason) == (State.HELD, Reason.CARRIER_BUSY)
    sink.manners.recipients.clear()
    post.now = message.held_until or NOON
    assert post.send().accepted == 1
    assert len(sink.mails) == 1


def test_six_hours_of_grey_lists_never_send_late(sink: MailSink) -> None:
    house = build(sink)
    with scope.everything():
        Message.objects.update(not_after=NOON + timedelta(hours=6))
    sink.manners.recipients[CLAIRE] = BUSY
    post = Post()
    while (message := scene.only()).state == State.HELD or message.state == State.PLANNED:
        post.now = max(message.held_until or NOON, post.now) + timedelta(seconds=1)
        house.is_fresh(post.now)
        post.send()
    assert message.state == State.EXPIRED
    sink.manners.recipients.clear()
    assert post.send().claimed == 0
    assert not sink.mails


def test_a_mailbox_that_does_not_exist_bounces(sink: MailSink) -> None:
    build(sink)
    sink.manners.recipients[CLAIRE] = NO_MAILBOX
    assert Post().send().refused == 1
    assert scene.only().state == State.BOUNCED


def test_without_a_reply_it_is_unknown_for_ever(sink: MailSink) -> None:
    house = build(sink)
    sink.manners.hangs_up = True
    assert Post().send().unknown == 1
    sink.manners.hangs_up = False
    tomorrow = NOON + timedelta(days=1)
    house.is_fresh(tomorrow)
    assert Post(now=tomorrow).send().claimed == 0
    assert (scene.only().state, len(sink.mails)) == (State.UNKNOWN, 1)


def test_a_slow_holder_of_the_lease_can_hand_nothing_over(sink: MailSink) -> None:
    claims = build(sink).claim()
    later = NOON + timedelta(minutes=10)
    taken = leases.take("another", later)
    assert taken is not None
    assert gate.last_looks(claims, later) == frozenset()
    assert gate.last_looks(claims, NOON) == frozenset()


def test_who_loses_the_lease_in_the_middle_of_a_group_hands_nothing_more_over() -> None:
    later = NOON + leases.LASTS + timedelta(seconds=1)
    post, seen = Post(), list[str]()

    def heard(mail: Mail) -> None:
        # The clock runs on while a slow server takes its time.
        seen.append(mail.message_id)
        post.now = later

    with MailSink(heard=heard) as sink:
        house = build(sink, count=3)
        with_ = post.ports()
        with_.clock = lambda: post.now
        assert dispatching.send_due(ways.WORKER, with_, limit=3).accepted == 1
        with_.close()
        assert len(seen) == 1
        house.is_fresh(later)
        counts = post.send("another")
        # What was not begun was free, and left once.
        assert (counts.recovered, counts.accepted, counts.unknown) == (2, 2, 0)
        assert len({each.message_id for each in sink.mails}) == len(sink.mails) == 3


def test_a_killed_workers_claims_are_free_and_its_hand_overs_unknown(sink: MailSink) -> None:
    house = build(sink, count=2)
    first, _second = house.claim()
    gate.last_looks([first], NOON)
    Journal(settings.HOME).write(
        HANDED, [{"message": str(first.message.public_id), "slots": []}], NOON
    )
    Journal(settings.HOME).write(BEGUN, [{"message": str(first.message.public_id)}], NOON)
    later = NOON + timedelta(minutes=2)
    counts = Post(now=later).send("another")
    assert (counts.recovered, counts.unknown, counts.accepted) == (2, 1, 1)
    assert sorted(each.state for each in scene.messages()) == [State.ACCEPTED, State.UNKNOWN]


def test_what_a_killed_worker_had_not_begun_leaves_after_all(sink: MailSink) -> None:
    house = build(sink)
    handed(house, boot=leases.boot())
    assert Post(now=NOON + timedelta(minutes=2)).send("another").accepted == 1
    assert len(sink.mails) == 1


def test_what_was_freed_after_a_kill_and_waits_now_is_nothing_the_database_forgot(
    sink: MailSink,
) -> None:
    house = build(sink)
    handed(house, boot=leases.boot())
    later = NOON + timedelta(minutes=2)
    refusal = Refused("There is no value.", "missing_field", field="stay.room")
    assert Post(words=refusal, now=later).send("another").recovered == 1
    assert scene.only().state == State.HELD
    house.is_fresh(later + timedelta(minutes=6))
    assert Post(now=later + timedelta(minutes=6)).send("a third").accepted == 1
    assert len(sink.mails) == 1


def test_after_a_loss_of_power_a_missing_line_proves_nothing(sink: MailSink) -> None:
    house = build(sink)
    handed(house, boot="of yesterday")
    assert Post(now=NOON + timedelta(minutes=2)).send("another").unknown == 1
    assert not sink.mails


def test_who_is_killed_between_the_database_and_the_journal_began_nothing(sink: MailSink) -> None:
    house = build(sink)
    handed(house, boot=leases.boot(), what=READY)
    assert Post(now=NOON + timedelta(minutes=2)).send("another").accepted == 1
    assert len(sink.mails) == 1


def handed(house: Scene, boot: str, what: str = HANDED) -> None:
    """A worker looked for the last time, wrote its line, and was killed."""
    (claimed,) = house.claim()
    gate.last_looks([claimed], NOON)
    line = {"message": str(claimed.message.public_id), "slots": [], "boot": boot}
    Journal(settings.HOME).write(what, [line], NOON)


def test_who_says_no_while_a_slow_server_takes_its_time_gets_nothing_more(sink: MailSink) -> None:
    house = build(sink, Kind.PRE_STAY, count=3)
    with_, slow = Post().ports(), NOON + departing.LOOK_LASTS + timedelta(seconds=1)

    def clock() -> datetime:
        if sink.taken and not said:
            said.append("no")
            house.refuses("service")
        return slow if said else NOON

    said: list[str] = []
    with_.clock = clock
    counts = dispatching.send_due(ways.WORKER, with_, limit=3)
    with_.close()
    assert (counts.claimed, counts.accepted, counts.held, len(sink.mails)) == (3, 1, 2, 1)
    ends = sorted((each.state, each.reason) for each in scene.messages())
    assert ends == [(State.ACCEPTED, ""), *[(State.HELD, Reason.CHANGED_MEANWHILE)] * 2]
    freed = [each.facts["state"] for each in Journal(settings.HOME).lines() if each.what == SETTLED]
    assert sorted(freed) == [State.ACCEPTED, State.HELD, State.HELD]


def test_what_a_killed_worker_had_noted_as_taken_is_accepted(sink: MailSink) -> None:
    house = build(sink)
    (claimed,) = house.claim()
    gate.last_looks([claimed], NOON)
    name = str(claimed.message.public_id)
    journal = Journal(settings.HOME)
    for what, facts in ((HANDED, {"slots": []}), (BEGUN, {}), (SETTLED, {"state": "accepted"})):
        journal.write(what, [{"message": name, **facts}], NOON)
    counts = Post(now=NOON + timedelta(minutes=2)).send("another")
    assert (counts.recovered, counts.accepted) == (1, 0)
    assert scene.only().state == State.ACCEPTED
    assert not sink.mails
