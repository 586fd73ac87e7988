"""R12: what later facts show to have been wrong lists itself, and nothing else does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from staytrue.connectors import registry
from staytrue.consent import acts
from staytrue.consent.acts import About, Spoken
from staytrue.consent.models import ContactPoint
from staytrue.consent.purposes import GROUP, Channel, Origin, Purpose
from staytrue.flow import reactions
from staytrue.guests import links
from staytrue.hotel import scope
from staytrue.hotel.codes import Status
from staytrue.hotel.records import Email, Profile, Reservation
from staytrue.inbox.models import Delivery
from staytrue.kit.errors import Refused
from staytrue.messages import gate, wrong_finding, wrong_sends
from staytrue.messages.kinds import Kind, State
from staytrue.messages.models import Letterhead, Message, WrongSend
from staytrue.messages.wrongness import Cause, Known
from staytrue.mirror.models import Reservation as Stay
from staytrue.staff import audit
from staytrue.staff.access import house_access
from staytrue.staff.models import Ask
from tests import make
from tests.make import NOON
from tests.messages import scene
from tests.messages.scene import DAY, HOUR, MINUTE, Scene
from tests.messages.test_gate import settings

pytestmark = pytest.mark.django_db

SENT = NOON + 2 * HOUR
LATER = NOON + 15 * HOUR
"""The next file comes, long after the message left."""


def sends(house: Scene, kind: Kind, *numbers: str, at: datetime = SENT, **facts: Any) -> None:
    """These stays get this message at this instant, and the mail server takes it."""
    for number in numbers:
        given = {"due_at": at, "not_before": at, **facts}
        house.plan(house.wanted(kind, number, **given), number=number, at=at)
    house.is_fresh(at)
    leaves(house, at, len(numbers))


def leaves(house: Scene, at: datetime, count: int = 1) -> None:
    claims = house.claim(at)
    assert len(claims) == count, [(each.kind, each.state, each.reason) for each in scene.messages()]
    with scope.everything():
        assert len(gate.last_looks(claims, at)) == count
        Message.objects.filter(state=State.HANDED_OVER).update(state=State.ACCEPTED)


def finds(now: datetime = LATER) -> dict[str, tuple[str, str]]:
    """Looks through everything that left; booking → cause and class of what is listed."""
    with scope.everything():
        wrong_finding.of_share(0, 1, now)
        rows = WrongSend.objects.select_related("message").order_by("pk")
        numbers = dict(Stay.objects.values_list("pk", "number"))
        found = {
            numbers[row.message.reservation_id or 0]: (row.cause, row.knowable) for row in rows
        }
        assert len(found) == len(rows)
    return found


def at_pms(instant: datetime, **facts: Any) -> Reservation:
    """A version of a stay that the PMS dates at this instant."""
    return make.reservation(modified_at=instant, **facts)


BEFORE, AFTER = SENT - HOUR, SENT + HOUR
COMING: Sequence[tuple[str, dict[str, Any], str | None]] = [
    ("cancelled-before", {"status": Status.CANCELLED, "modified_at": BEFORE}, Cause.CANCELLED),
    ("cancelled-after", {"status": Status.CANCELLED, "modified_at": AFTER}, None),
    # The PMS touched it again later, and still says when it was cancelled.
    (
        "touched-later",
        {"status": Status.CANCELLED, "cancelled_at": BEFORE, "modified_at": AFTER},
        Cause.CANCELLED,
    ),
    # Some PMSs tell the day alone: only once it is over everywhere it surely was so.
    (
        "cancelled-days-before",
        {"status": Status.CANCELLED, "cancelled_at": date(2026, 5, 19), "modified_at": AFTER},
        Cause.CANCELLED,
    ),
    (
        "cancelled-that-day",
        {"status": Status.CANCELLED, "cancelled_at": date(2026, 5, 21), "modified_at": AFTER},
        None,
    ),
    ("cancelled-who-knows-when", {"status": Status.CANCELLED}, None),
    ("moved-before", {"arrival_on": date(2026, 6, 1), "modified_at": BEFORE}, Cause.DATES_MOVED),
    ("moved-after", {"arrival_on": date(2026, 6, 1), "modified_at": AFTER}, None),
    ("arrived-before", {"status": Status.IN_HOUSE, "modified_at": BEFORE}, Cause.ALREADY_ARRIVED),
    ("arrived-after", {"status": Status.IN_HOUSE, "modified_at": AFTER}, None),
    (
        "replaced-before",
        {"guests": scene.guests("G2"), "modified_at": BEFORE},
        Cause.WRONG_PERSON,
    ),
    ("replaced-after", {"guests": scene.guests("G2"), "modified_at": AFTER}, None),
    ("room-changed", {"room_number": "101", "modified_at": BEFORE}, None),
    ("no-show-later", {"status": Status.NO_SHOW, "modified_at": AFTER}, None),
    ("untouched", {}, None),
]


def test_of_planted_late_facts_all_are_found_none_is_invented_and_the_cause_is_as_planted() -> None:
    """R12, coming stays: each fact became known after the message left, not each was true before."""
    house = scene.build()
    settings(house, cap_messages=0)
    numbers = [number for number, _, _ in COMING]
    house.tells(make.profile(source_id="G2", emails=[Email("jon@cole.example")]))
    house.tells(*(at_pms(NOON - DAY, number=number) for number in numbers))
    sends(house, Kind.PRE_STAY, *numbers)
    assert finds(SENT + MINUTE) == {}
    facts = [(number, told) for number, told, _ in COMING if told]
    house.tells(*(make.reservation(number=number, **told) for number, told in facts), at=LATER)
    expected = {number: (cause, "unknowable") for number, _, cause in COMING if cause}
    assert finds() == expected
    # Looked through again, nothing is listed twice; what is listed stays when the PMS turns back.
    house.tells(*(at_pms(LATER, number=number) for number in numbers), at=LATER + HOUR)
    assert finds(LATER + 2 * HOUR) == expected


@pytest.mark.parametrize(
    ("kind", "was", "told", "cause"),
    [
        (Kind.WELCOME, Status.IN_HOUSE, {"status": Status.CHECKED_OUT}, Cause.ALREADY_LEFT),
        (Kind.WELCOME, Status.IN_HOUSE, {"status": Status.CONFIRMED}, Cause.NOT_CHECKED_IN),
        (Kind.THANK_YOU, Status.CHECKED_OUT, {"status": Status.IN_HOUSE}, Cause.NOT_CHECKED_OUT),
        (Kind.THANK_YOU, Status.CHECKED_OUT, {"arrival_on": date(2026, 5, 1)}, None),
        (Kind.CANCELLATION, Status.CANCELLED, {"status": Status.CONFIRMED}, Cause.REINSTATED),
    ],
)
def test_each_kind_is_judged_by_what_it_needed(
    kind: Kind, was: Status, told: dict[str, Any], cause: str | None
) -> None:
    house = scene.build(was)
    sends(house, kind, "30117")
    house.tells(at_pms(BEFORE, **{"status": was} | told), at=LATER)
    assert [found for found, _ in finds().values()] == ([cause] if cause else [])


def test_who_never_came_was_wrongly_welcomed_whenever_the_pms_says_so() -> None:
    """A no-show is booked the next morning and means that nobody was ever there."""
    house = scene.build(Status.IN_HOUSE)
    sends(house, Kind.WELCOME, "30117")
    house.tells(at_pms(AFTER, status=Status.NO_SHOW), at=LATER)
    assert finds() == {"30117": (Cause.NO_SHOW, Known.UNKNOWABLE)}


@pytest.mark.parametrize(
    ("received", "reads", "known"),
    [
        (SENT - 2 * MINUTE, False, Known.KNOWABLE),
        (SENT - MINUTE / 2, False, Known.UNKNOWABLE),
        (LATER, True, Known.OBTAINABLE),
        (LATER, False, Known.UNKNOWABLE),
    ],
)
def test_it_says_whether_the_fact_lay_here_or_could_have_been_asked(
    monkeypatch: pytest.MonkeyPatch,
    received: datetime,
    reads: bool,  # noqa: FBT001
    known: str,
) -> None:
    """SIMULATION section 3: knowable, obtainable, unknowable."""
    house = scene.build()
    sends(house, Kind.PRE_STAY, "30117")
    house.tells(at_pms(BEFORE, status=Status.CANCELLED), at=LATER)
    with scope.everything():
        Delivery.objects.order_by("-pk").filter(made_at=LATER).update(received_at=received)
    if reads:
        monkeypatch.setattr(registry, "live", lambda _dialect: object())
    assert finds() == {"30117": (Cause.CANCELLED, known)}


def test_an_opt_out_that_was_said_elsewhere_before_shows_it_and_one_said_after_does_not() -> None:
    house = scene.build()
    house.tells(make.reservation(number="2", guests=scene.guests("G2")))
    house.tells(make.profile(source_id="G2", emails=[Email("jon@cole.example")]))
    for number, source in (("30117", "G1"), ("2", "G2")):
        given = {"profile_id": house.person(source), "due_at": SENT, "not_before": SENT}
        house.plan(house.wanted(Kind.PRE_STAY, number, **given), number=number)
    leaves(house, SENT, 2)
    for value, said_at in (("claire@fontanel.example", BEFORE), ("jon@cole.example", AFTER)):
        with scope.everything(), audit.acting("tests", LATER):
            point = ContactPoint.objects.get(value=value)
            spoken = Spoken(Origin.IMPORT, "tests", words="No more.", said_at=said_at)
            acts.opt_out([About(None, point.pk)], {Purpose.SERVICE}, {Channel.EMAIL}, GROUP,
                         spoken, LATER)  # fmt: skip
    assert finds() == {"30117": (Cause.OPTED_OUT, Known.UNKNOWABLE)}
    with scope.everything():
        (row,) = wrong_sends.listed(house_access("tests"))
        # Whoever said no is not even apologised to.
        assert wrong_sends.draft(row, LATER) is None
        with pytest.raises(Refused):
            wrong_sends.correct(house_access("tests"), row.wrong.pk, LATER)


def test_an_address_that_was_given_up_before_shows_it() -> None:
    house = scene.build()
    sends(house, Kind.PRE_STAY, "30117")
    new = Profile(source_id="G1", first_name="Claire", last_name="Fontanel", modified_at=BEFORE,
                  emails=[Email("new@fontanel.example")])  # fmt: skip
    house.tells(new, at=LATER)
    assert finds() == {"30117": (Cause.OLD_ADDRESS, Known.UNKNOWABLE)}


def test_a_joining_that_was_undone_shows_that_it_went_to_a_stranger() -> None:
    """R04: two profiles were taken for one guest, and the address was the other's."""
    house = scene.build()
    house.tells(make.profile(source_id="G2", first_name="Jo", last_name="Cole"))
    house.tells(make.reservation(number="2", guests=scene.guests("G2")))
    claire, jo = house.person("G1"), house.person("G2")
    with scope.everything():
        event = links.note(links.Act(links.Kind.MERGED, "tests"), NOON)
        one, other = links.open_guests(2, NOON)
        links.move({claire: one, jo: one}, event, NOON)
    given = {"profile_id": jo, "due_at": SENT, "not_before": SENT}
    house.plan(house.wanted(Kind.PRE_STAY, "2", **given), number="2")
    house.is_fresh(SENT)
    leaves(house, SENT)
    with scope.everything():
        assert Message.objects.get().address == "claire@fontanel.example"
    assert finds(SENT + MINUTE) == {}
    with scope.everything():
        parted = links.note(links.Act(links.Kind.SPLIT, "tests"), LATER)
        links.move({claire: other}, parted, LATER)
    reactions.settle(LATER)
    with scope.everything():
        row = WrongSend.objects.get()
        assert Ask.objects.get(kind=wrong_finding.ASK).role_id == "guest_relations"
    assert (row.cause, row.knowable) == (Cause.WRONG_PERSON, Known.UNKNOWABLE)
    # The apology goes to whom it reached.
    with scope.everything(), audit.acting("tests", LATER):
        Letterhead.objects.create(property=house.hotel, legal_line="Hotel Sirga SL")
        made = wrong_sends.correct(house_access("tests"), row.pk, LATER)
    assert made.profile_id == claire


def test_a_person_corrects_it_through_the_gate_and_nothing_leaves_by_itself() -> None:
    house = scene.build()
    with scope.everything(), audit.acting("tests", NOON):
        Letterhead.objects.create(property=house.hotel, legal_line="Hotel Sirga SL")
    sends(house, Kind.PRE_STAY, "30117")
    house.tells(at_pms(BEFORE, status=Status.CANCELLED), at=LATER)
    finds()
    by = house_access("member:7")
    with scope.everything():
        assert Message.objects.filter(kind=Kind.CORRECTION).count() == 0
        (row,) = wrong_sends.listed(by)
        (ask,) = Ask.objects.filter(kind=wrong_finding.ASK, closed_at=None)
        assert (row.owner, ask.role_id) == ("guest_relations", "guest_relations")
        with audit.acting("member:7", LATER):
            wrong_sends.take(by, row.wrong.pk, LATER)
            wrong_sends.correct(by, row.wrong.pk, LATER)
        (row,) = wrong_sends.listed(by)
        assert (row.owner, row.is_open) == ("member:7", False)
        assert not Ask.objects.filter(kind=wrong_finding.ASK, closed_at=None).exists()
        with pytest.raises(Refused):
            wrong_sends.leave(by, row.wrong.pk, LATER)
        rate = wrong_sends.rate(by, [house.hotel], LATER)
    assert (rate.wrong, rate.sent, rate.per_ten_thousand) == (1, 1, 10_000)
    at = LATER + 8 * HOUR
    house.is_fresh(at)
    leaves(house, at)
    with scope.everything():
        sent = Message.objects.get(kind=Kind.CORRECTION)
    assert (sent.state, sent.address) == (State.ACCEPTED, "claire@fontanel.example")


def test_the_ledger_is_only_ever_added_to() -> None:
    house = scene.build()
    sends(house, Kind.PRE_STAY, "30117")
    house.tells(at_pms(BEFORE, status=Status.CANCELLED), at=LATER)
    finds()
    with pytest.raises(DatabaseError), scope.everything(), transaction.atomic():
        WrongSend.objects.update(cause="no_show")
