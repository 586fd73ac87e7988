"""A restored database sends nothing, and after a person armed it nothing that it had sent before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.db import transaction

from staytrue.consent import acts, recorded
from staytrue.consent.acts import About, Spoken
from staytrue.consent.models import ConsentAct, ContactPoint
from staytrue.consent.purposes import GROUP, Channel, Origin, Purpose
from staytrue.consent.ratchet import Act, Cause
from staytrue.hotel import scope
from staytrue.kit import backup
from staytrue.kit.errors import Refused
from staytrue.lab.mail_sink import MailSink
from staytrue.messages import leases, outlets, reports
from staytrue.messages.carriers.notices import What
from staytrue.messages.journal import Journal
from staytrue.messages.kinds import Kind, State
from staytrue.messages.models import Lease, Message, Remembered
from staytrue.messages.opt_outs import Notes
from staytrue.messages.reasons import Reason
from staytrue.messages.reports import Told
from tests.make import NOON
from tests.messages import scene, ways
from tests.messages.scene import Scene
from tests.messages.test_dispatching import WORDS, Post

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(minutes=5)
CAUSES = {What.BOUNCED: Cause.BOUNCE, What.COMPLAINED: Cause.COMPLAINT}
WITH_WAY_OUT = replace(WORDS, one_click=f"https://sirga.example/g/{'a' * 43}/stop/")


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


def build(sink: MailSink, count: int = 2) -> Scene:
    """A house with messages that are due, sending over the sink."""
    house = scene.build()
    ways.armed(house.hotel, sink.port, limit=1000)
    house.plan(*(house.wanted(Kind.CHANGE, occurrence=str(n)) for n in range(count)))
    return house


def arm(house: Scene, **how: bool) -> outlets.Found:
    """A person arms the hotel again; the worker of before is gone."""
    found = outlets.arm(house.hotel, "email", by="tests", now=LATER, limit=1000, **how)
    Lease.objects.update(until_at=None)
    house.is_fresh(LATER)
    return found


def told(public_id: UUID, what: What = What.BOUNCED) -> Told:
    """What a carrier says of a message."""
    return Told(public_id, what, "tests", f"{public_id}", is_hard=True)


def suppressions() -> list[tuple[str, str]]:
    """Why addresses are on the list here, and who says so."""
    with scope.everything():
        return list(ConsentAct.objects.filter(act=Act.SUPPRESS).values_list("cause", "actor"))


def test_a_database_that_went_back_stops_by_itself(sink: MailSink) -> None:
    build(sink)
    before = transaction.savepoint()
    assert Post().send().accepted == 2
    transaction.savepoint_rollback(before)
    # Its messages stand as if they had still to leave, and its worker starts anew.
    assert {each.state for each in scene.messages()} == {State.PLANNED}
    Lease.objects.update(until_at=None)
    assert Post(now=LATER).send("another").claimed == 0
    assert Lease.objects.get().stopped_because == outlets.RESTORED
    assert len(sink.mails) == 2


def test_a_database_from_before_a_stop_stops_by_itself(sink: MailSink) -> None:
    """Nothing had left since the backup, yet somebody had stopped everything."""
    house = build(sink, 0)
    assert leases.take(ways.WORKER, NOON)
    before = transaction.savepoint()
    for minute in (1, 2, 3):
        assert leases.take(ways.WORKER, NOON + timedelta(minutes=minute))
    outlets.stop("tests", NOON + timedelta(minutes=4))
    transaction.savepoint_rollback(before)
    Lease.objects.update(until_at=None)
    house.plan(house.wanted(Kind.CHANGE))
    assert Post(now=LATER).send("another").claimed == 0
    assert Lease.objects.get().stopped_because == outlets.RESTORED
    # A person arms it: it lives on, also with the next worker.
    arm(house)
    assert Post(now=LATER).send("a third").accepted == 1
    leases.release("a third")
    house.plan(house.wanted(Kind.CHANGE, occurrence="2"))
    assert Post(now=LATER).send("a fourth").accepted == 1


def test_armed_again_it_sends_nothing_that_it_had_sent_before(sink: MailSink) -> None:
    house = build(sink)
    before = transaction.savepoint()
    Post().send()
    transaction.savepoint_rollback(before)
    found = arm(house)
    assert (found.left, found.unknown) == (2, 0)
    assert Post(now=LATER).send("another").claimed == 0
    assert {each.state for each in scene.messages()} == {State.ACCEPTED}
    assert len(sink.mails) == 2


def test_a_message_that_was_planned_after_the_backup_does_not_leave_again(sink: MailSink) -> None:
    house = scene.build()
    ways.armed(house.hotel, sink.port, limit=1000)
    before = transaction.savepoint()
    house.plan(house.wanted(Kind.CHANGE))
    Post().send()
    transaction.savepoint_rollback(before)
    arm(house)
    # The same change is planned anew, under another number of ours; a new one has not left yet.
    house.plan(house.wanted(Kind.CHANGE), house.wanted(Kind.CHANGE, occurrence="2"))
    assert Post(now=LATER).send("another").accepted == 1
    assert sorted((each.state, each.reason) for each in scene.messages()) == [
        (State.ACCEPTED, ""),
        (State.CLOSED, Reason.ALREADY_SENT),
    ]
    assert len(sink.mails) == 2


def test_what_nobody_knew_before_the_restore_stays_unknown(sink: MailSink) -> None:
    house = build(sink, count=1)
    before = transaction.savepoint()
    sink.manners.hangs_up = True
    Post().send()
    transaction.savepoint_rollback(before)
    assert arm(house).unknown == 1
    assert scene.only().state == State.UNKNOWN


def test_a_restored_home_without_its_journal_is_not_armed(sink: MailSink, home: Path) -> None:
    house = build(sink)
    Post().send()
    for file in Journal(settings.HOME).folder.iterdir():
        file.unlink()
    (home / leases.OWN_MARK).unlink()
    with pytest.raises(Refused) as refused:
        arm(house)
    assert refused.value.code == "journal_missing"


def test_where_the_journal_is_lost_nothing_leaves_that_was_due_until_then(sink: MailSink) -> None:
    house = build(sink)
    before = transaction.savepoint()
    Post().send()
    transaction.savepoint_rollback(before)
    for file in Journal(settings.HOME).folder.iterdir():
        file.unlink()
    arm(house, journal_is_lost=True)
    house.plan(
        house.wanted(Kind.CHANGE, occurrence="0"),
        house.wanted(Kind.CHANGE, occurrence="1"),
        house.wanted(Kind.CHANGE, occurrence="9", due_at=LATER + timedelta(minutes=1)),
        at=LATER,
    )
    with scope.everything():
        assert Remembered.objects.get().at == LATER
    assert Post(now=LATER + timedelta(minutes=2)).send("another").accepted == 1
    ends = {each.occurrence: each.state for each in scene.messages()}
    assert ends == {"0": State.CLOSED, "1": State.CLOSED, "9": State.ACCEPTED}


def test_nothing_of_the_token_or_the_journal_is_in_a_backup(home: Path, sink: MailSink) -> None:
    build(sink)
    Post().send()
    kept = {path.relative_to(home).as_posix() for path in backup._kept()}
    assert kept
    assert not [name for name in kept if name.startswith((leases.OWN_MARK, "journal"))]


def test_an_unarmed_house_with_imported_data_sends_nothing_in_a_week(sink: MailSink) -> None:
    house = build(sink)
    outlets.stop("tests", NOON)
    Message.objects.update(not_after=NOON + timedelta(days=30))
    for hour in range(0, 7 * 24, 6):
        now = NOON + timedelta(hours=hour)
        house.is_fresh(now)
        assert Post(now=now).send(f"worker {hour}").claimed == 0
    assert not sink.mails


def test_an_opt_out_that_the_database_forgot_holds_before_anything_is_armed(
    sink: MailSink,
) -> None:
    house = build(sink, count=1)
    before = transaction.savepoint()
    with scope.everything():
        acts.opt_out(
            [About(profile_id=house.person())], list(Purpose), [Channel.EMAIL], GROUP,
            Spoken(Origin.DESK, "tests"), NOON,
        )  # fmt: skip
    assert Notes().write() == len(Purpose)
    assert Notes().write() == 0
    transaction.savepoint_rollback(before)
    arm(house)
    assert Post(now=LATER).send("another").claimed == 0
    assert not sink.mails
    assert {each.reason for each in scene.messages()} == {Reason.OPTED_OUT}


def test_what_left_and_was_closed_since_the_restore_stands_as_it_left(sink: MailSink) -> None:
    house = build(sink, count=1)
    before = transaction.savepoint()
    Post().send()
    transaction.savepoint_rollback(before)
    # Its plan let it go before anybody armed: no longer wanted, and yet it had left.
    Message.objects.update(state=State.CLOSED, reason=Reason.SUPPRESSED, settled_at=LATER)
    assert arm(house).left == 1
    found = scene.only()
    assert (found.state, found.reason) == (State.ACCEPTED, Reason.ALREADY_SENT)


@pytest.mark.parametrize("what", [What.BOUNCED, What.COMPLAINED])
def test_a_suppression_that_the_database_forgot_holds_before_anything_is_armed(
    sink: MailSink, what: What
) -> None:
    house = build(sink, count=1)
    before = transaction.savepoint()
    Post().send()
    reports.take(told(scene.only().public_id, what), NOON)
    assert Notes().write() == 1
    transaction.savepoint_rollback(before)
    arm(house)
    assert suppressions() == [(CAUSES[what], "journal")]


def test_a_bounce_of_a_message_that_the_database_forgot_suppresses_its_address(
    sink: MailSink,
) -> None:
    house = scene.build()
    ways.armed(house.hotel, sink.port, limit=1000)
    before = transaction.savepoint()
    house.plan(house.wanted(Kind.CHANGE))
    Post(WITH_WAY_OUT).send()
    gone = scene.only().public_id
    transaction.savepoint_rollback(before)
    assert reports.take(told(gone), LATER)
    assert not reports.take(told(uuid4()), LATER)
    assert suppressions() == [(Cause.BOUNCE, "carrier")]
    arm(house)
    house.plan(house.wanted(Kind.CHANGE, occurrence="2"))
    assert Post(now=LATER).send("another").claimed == 0
    assert {each.reason for each in scene.messages()} == {Reason.SUPPRESSED}


def test_a_bounce_after_the_restore_concerns_the_address_it_went_to(sink: MailSink) -> None:
    """As it stands planned here, it is for another address than the door chose then."""
    build(sink, count=1)
    before = transaction.savepoint()
    Post(WITH_WAY_OUT).send()
    went_to = sink.mails[0].recipients[0]
    transaction.savepoint_rollback(before)
    with scope.everything():
        other = ContactPoint.objects.get(value=went_to)
        other.pk, other.value = None, "claire@other.example"
        other.save()
    Message.objects.update(contact_point_id=other.pk)
    reports.take(told(scene.only().public_id), LATER)
    with scope.everything():
        act = ConsentAct.objects.get(act=Act.SUPPRESS)
    assert bytes(act.address_hash) == recorded.address_hash("email", went_to)
