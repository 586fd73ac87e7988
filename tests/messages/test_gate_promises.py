"""What the house promises of its messages, each sentence as a hotelier would try it (FEATURES)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest

from staytrue.hotel import scope
from staytrue.hotel.codes import Status
from staytrue.hotel.records import Email, Reservation
from staytrue.kit import clock
from staytrue.messages import gate, looking, outlets, planning, queries, why
from staytrue.messages.kinds import Kind, State
from staytrue.messages.models import GateSetting, Message, Silence
from staytrue.messages.reasons import Reason
from staytrue.mirror.models import Reservation as Reservations
from staytrue.staff import audit
from staytrue.staff.access import house_access
from staytrue.staff.models import Ask
from staytrue.web import message_words
from tests import make
from tests.make import NOON
from tests.messages import scene, ways
from tests.messages.scene import DAY, HOUR, MINUTE, Scene
from tests.staff import people
from tests.web.house import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def home(tmp_path: Path) -> Iterator[Path]:
    """A home of the test's own."""
    with ways.home(tmp_path / "home") as place:
        yield place


def page(of: Scene, path: str, at: datetime) -> str:
    """What the front desk reads at this instant."""
    client = signed_in(people.member("front_desk", at=of.hotel))
    with clock.use(lambda: at):
        return client.get(path).content.decode()


def settings(of: Scene, **values: object) -> None:
    with scope.everything(), audit.acting("tests", NOON):
        GateSetting.objects.update_or_create(property=of.hotel, defaults=values)


def test_a_stopped_feed_holds_what_needs_it_fresh_and_lists_each_hold_with_its_end() -> None:
    """A15."""
    house = scene.build()
    settings(house, limits={"mailing": 48 * 60})
    late = {"not_after": NOON + 3 * DAY}
    house.plan(house.wanted(Kind.CONFIRMATION, **late), house.wanted(Kind.PRE_CHECKIN, **late))
    letter = house.wanted(Kind.MAILING, party="mailing:1", basis={}, **late)
    house.agrees()
    with scope.everything():
        planning.add([letter], NOON)
    at = NOON + 26 * HOUR
    assert [each.message.kind for each in house.claim(at)] == [Kind.MAILING]
    held = {each.kind: each for each in scene.messages() if each.state == State.HELD}
    assert set(held) == {Kind.CONFIRMATION, Kind.PRE_CHECKIN}
    told = page(house, "/messages/?heap=held", at)
    assert told.count(str(message_words.REASON["not_confirmed_live"])) == 2
    assert told.count("It is looked at again") == 2


@pytest.mark.parametrize(("hours", "leaves"), [(20, True), (30, False)])
def test_a_birthday_mail_tolerates_a_mirror_of_a_day(hours: int, leaves: bool) -> None:  # noqa: FBT001
    """D02."""
    house = scene.build()
    house.agrees()
    at = NOON + DAY
    house.plan(house.wanted(Kind.BIRTHDAY, due_at=at, not_before=at, basis={}))
    house.is_fresh(at - hours * HOUR)
    assert bool(house.claim(at)) is leaves


def test_a_cancellation_between_two_files_causes_no_pre_check_in() -> None:
    """C06: the file came in the morning, the guest cancelled at 14:00, the file does not know."""
    house = scene.build()
    due = NOON + HOUR
    house.plan(house.wanted(due_at=due, not_before=due))
    assert house.claim(due) == []
    assert "Confirm or drop: Pre-check-in" in page(house, "/today/", due)
    with scope.everything():
        assert Ask.objects.get(kind=looking.ASK, closed_at=None).opened_at == due
    house.tells(scene.later(status=Status.CANCELLED), at=NOON + 15 * HOUR)
    assert house.claim(NOON + 24 * HOUR) == []
    assert "Confirm or drop" not in page(house, "/today/", NOON + 24 * HOUR)


@pytest.mark.parametrize("flag", [Status.NO_SHOW, Status.CONFIRMED])
def test_nobody_of_five_hundred_no_shows_hears_of_a_stay(flag: Status) -> None:
    """A08: also where the PMS never sends the flag, and the stay looks as if it were to come."""
    house = scene.build()
    gone = [
        make.reservation(number=f"N{n}", status=flag, arrival_on=date(2026, 5, 15), nights=2)
        for n in range(500)
    ]
    house.tells(*gone)
    kinds = [Kind.WELCOME, Kind.MID_STAY, Kind.THANK_YOU, Kind.SURVEY]
    with scope.everything():
        pattern = [house.wanted(kind, gone[0].number) for kind in kinds]
        stays = Reservations.objects.filter(number__startswith="N").values_list("pk", flat=True)
        planning.settle(dict.fromkeys(stays, pattern), NOON)
    claimed = []
    for hour in (0, 30):
        house.is_fresh(NOON + hour * HOUR)
        while found := house.claim(NOON + hour * HOUR, limit=2000):
            claimed += found
    assert claimed == []
    with scope.everything():
        assert Message.objects.count() == 2000


def test_a_fresh_installation_sends_nothing_in_a_week() -> None:
    """N15: data are imported and planned, and nobody has armed anything."""
    house = scene.build(armed=False)
    kinds = [Kind.CONFIRMATION, Kind.PRE_CHECKIN, Kind.PRE_STAY]
    house.plan(*(house.wanted(kind, not_after=NOON + 8 * DAY) for kind in kinds))
    for hours in range(0, 7 * 24, 4):
        house.is_fresh(NOON + hours * HOUR)
        assert house.claim(NOON + hours * HOUR) == []
    assert {each.reason for each in scene.messages()} == {Reason.DISARMED}


def _tells(house: Scene, *records: Reservation) -> None:
    house.tells(*records, at=NOON + MINUTE)


def _cancelled(house: Scene) -> None:
    _tells(house, scene.later(status=Status.CANCELLED))


def _no_show(house: Scene) -> None:
    _tells(house, scene.later(status=Status.NO_SHOW))


def _arrived(house: Scene) -> None:
    _tells(house, scene.later(status=Status.IN_HOUSE))


def _moved(house: Scene) -> None:
    _tells(house, scene.later(arrival_on=date(2026, 5, 25)))


def _replaced(house: Scene) -> None:
    house.tells(make.profile(source_id="G2", emails=[Email("jon@cole.example")]))
    _tells(house, scene.later(guests=scene.guests("G2")))


def _no_address(house: Scene) -> None:
    house.tells(make.profile(emails=[]), at=NOON + MINUTE)


def _stopped(house: Scene) -> None:
    outlets.stop("tests", NOON)


def _silent(house: Scene) -> None:
    with scope.everything():
        Silence.objects.create(
            key="case:1", profile_id=house.person(), cause="open_case", since_at=NOON
        )


def _capped(house: Scene) -> None:
    settings(house, cap_messages=1)
    house.tells(make.reservation(number="2"))
    house.plan(house.wanted(Kind.WELCOME, "2"), number="2")
    with scope.everything():
        Message.objects.filter(kind=Kind.WELCOME).update(state=State.ACCEPTED, claimed_at=NOON)


def _quiet(house: Scene) -> None:
    settings(house, quiet_from=time(12), quiet_until=time(18))


def _opted_out(house: Scene) -> None:
    house.refuses("service")


def _nothing(house: Scene) -> None:
    """The clock alone."""


CAUSES: list[tuple[Callable[[Scene], None], Reason, timedelta]] = [
    (_cancelled, Reason.CANCELLED, 2 * MINUTE),
    (_no_show, Reason.NO_SHOW, 2 * MINUTE),
    (_arrived, Reason.ALREADY_ARRIVED, 2 * MINUTE),
    (_moved, Reason.DATES_MOVED, 2 * MINUTE),
    (_replaced, Reason.GUEST_REPLACED, 2 * MINUTE),
    (_no_address, Reason.NO_ADDRESS, 2 * MINUTE),
    (_stopped, Reason.DISARMED, 2 * MINUTE),
    (_silent, Reason.SILENCE, 2 * MINUTE),
    (_capped, Reason.CAPPED, 2 * MINUTE),
    (_quiet, Reason.QUIET_HOURS, 2 * MINUTE),
    (_opted_out, Reason.OPTED_OUT, 2 * MINUTE),
    (_nothing, Reason.STALE_MIRROR, 25 * HOUR),
    (_nothing, Reason.TOO_LATE, 50 * HOUR),
]


@pytest.mark.parametrize(("cause", "reason", "later"), CAUSES, ids=[each[1] for each in CAUSES])
def test_the_answer_names_the_cause_and_the_version_of_the_stay(
    cause: Callable[[Scene], None], reason: Reason, later: timedelta
) -> None:
    """N14: on the page and by `why`, with the facts as known then."""
    house = scene.build()
    house.plan(house.wanted(Kind.PRE_STAY))
    cause(house)
    at = NOON + later
    assert [each for each in house.claim(at) if each.message.kind == Kind.PRE_STAY] == []
    (message,) = [each for each in scene.messages() if each.kind == Kind.PRE_STAY]
    used = house.stay().content_hash
    # What becomes known later changes no answer of before.
    house.tells(scene.later(room_number="101"), at=at + HOUR)
    with scope.everything():
        told = why.of(queries.one(house_access("tests"), message.public_id))
    assert (told.reason, told.facts["stay_version"]) == (reason, used)
    shown = page(house, f"/messages/{message.public_id}/", at + 2 * HOUR)
    assert str(message_words.REASON[reason]) in shown
    assert f"{used & 0xFFFFFFFF:08x}" in shown


def test_what_became_too_old_on_its_way_is_decided_anew() -> None:
    house = scene.build()
    house.plan(house.wanted())
    (claimed,) = house.claim()
    assert claimed.good_until is not None
    at = claimed.good_until + timedelta(seconds=1)
    with scope.everything():
        Message.objects.update(not_after=at + timedelta(hours=1))
    claimed.message.not_after = at + timedelta(hours=1)
    assert not gate.last_looks([claimed], at)
    assert scene.only().state == State.HELD
