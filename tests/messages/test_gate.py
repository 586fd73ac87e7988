"""The door: decided anew at the last moment, at most once, and every answer is kept."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from staytrue.consent.models import ContactPoint
from staytrue.hotel import scope
from staytrue.hotel.codes import Status
from staytrue.hotel.records import Email
from staytrue.messages import gate, looking, outlets
from staytrue.messages.carriers.base import Outcome, Result
from staytrue.messages.case import Told
from staytrue.messages.claims import settled
from staytrue.messages.kinds import DEMANDS, Kind, Needs, State
from staytrue.messages.models import Decision, GateSetting, Silence
from staytrue.messages.reasons import Reason
from staytrue.staff import audit
from staytrue.staff.models import Ask
from tests import make
from tests.make import NOON
from tests.messages import scene, ways
from tests.messages.scene import DAY, HOUR, MINUTE, Asked, Scene
from tests.web.house import take

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def home(tmp_path: Path) -> Iterator[Path]:
    """A home of the test's own."""
    with ways.home(tmp_path / "home") as place:
        yield place


def held(of: Scene, at: Any = NOON, lookup: Any = None) -> tuple[str, str]:
    """What stands after a round in which nothing left."""
    assert of.claim(at, lookup) == []
    message = scene.only()
    return message.state, message.reason


def settings(of: Scene, **values: Any) -> None:
    with scope.everything(), audit.acting("tests", NOON):
        GateSetting.objects.update_or_create(property=of.hotel, defaults=values)


def test_what_nothing_forbids_is_claimed_with_all_that_was_looked_at() -> None:
    house = scene.build()
    house.plan(house.wanted())
    (claimed,) = house.claim()
    assert claimed.address == "claire@fontanel.example"
    message = scene.only()
    assert message.state == State.CLAIMED
    assert message.stay_version == house.stay().content_hash
    assert message.claim_token == claimed.fence
    assert scene.decisions() == [("send", "")]


def test_a_claimed_message_is_nobody_elses() -> None:
    house = scene.build()
    house.plan(house.wanted())
    assert len(house.claim()) == 1
    assert house.claim() == []


def test_nothing_leaves_a_machine_that_nobody_armed() -> None:
    house = scene.build()
    outlets.stop("tests", NOON)
    house.plan(house.wanted())
    assert held(house) == (State.HELD, Reason.DISARMED)


def test_what_waited_for_a_person_to_arm_leaves_at_once() -> None:
    house = scene.build(armed=False)
    house.plan(house.wanted())
    held(house)
    ways.armed(house.hotel, now=NOON + MINUTE)
    assert len(house.claim(NOON + MINUTE)) == 1


def test_what_waits_keeps_nobody_waiting_behind_it() -> None:
    house = scene.build()
    house.tells(*(make.reservation(number=str(n), status=Status.OPTION) for n in range(12)))
    for n in range(12):
        house.plan(house.wanted(number=str(n)), number=str(n))
    house.plan(house.wanted(due_at=NOON + MINUTE, not_before=NOON + MINUTE))
    assert len(house.claim(NOON + 2 * MINUTE, limit=5)) == 1


def test_a_cancelled_stay_closes_its_message_at_the_door() -> None:
    house = scene.build()
    house.plan(house.wanted())
    house.tells(scene.later(status=Status.CANCELLED), at=NOON + MINUTE)
    assert held(house, NOON + 2 * MINUTE) == (State.CLOSED, Reason.CANCELLED)


def test_moved_dates_wait_for_the_plan() -> None:
    house = scene.build()
    house.plan(house.wanted())
    house.tells(scene.later(arrival_on=date(2026, 5, 24)), at=NOON + MINUTE)
    assert held(house, NOON + 2 * MINUTE) == (State.HELD, Reason.DATES_MOVED)


@pytest.mark.parametrize(
    "kind", [kind for kind in Kind if DEMANDS[kind].needs in (Needs.CHECKED_IN, Needs.CHECKED_OUT)]
)
@pytest.mark.parametrize("status", [Status.CONFIRMED, Status.NO_SHOW])
def test_who_did_not_come_gets_nothing(kind: Kind, status: Status) -> None:
    house = scene.build(status)
    house.plan(house.wanted(kind))
    assert house.claim() == []
    assert house.claim(NOON + DAY) == []


def test_a_stopped_feed_holds_and_says_until_when() -> None:
    house = scene.build()
    house.link.cadence_seconds = 300
    with scope.everything(), audit.acting("tests", NOON):
        house.link.save()
    house.plan(house.wanted())
    assert held(house, NOON + 31 * MINUTE) == (State.HELD, Reason.STALE_MIRROR)
    assert scene.only().held_until == NOON + 33 * MINUTE


def test_a_slow_feed_asks_a_person_who_confirms() -> None:
    house = scene.build()
    house.plan(house.wanted())
    at = NOON + 3 * HOUR
    assert held(house, at) == (State.HELD, Reason.NOT_CONFIRMED_LIVE)
    with scope.everything():
        ask = Ask.objects.get(closed_at=None)
        assert (ask.kind, ask.opened_at) == ("confirm_message", at)
        looking.confirm(scene.only(), "member:1", at + MINUTE)
        assert not Ask.objects.filter(closed_at=None).exists()
    assert len(house.claim(at + MINUTE)) == 1


def test_a_person_drops_what_the_pms_no_longer_knows() -> None:
    house = scene.build()
    house.plan(house.wanted())
    held(house, NOON + 3 * HOUR)
    with scope.everything():
        assert looking.drop(scene.only(), "member:1", NOON + 3 * HOUR)
        assert not Ask.objects.filter(closed_at=None).exists()
    assert scene.only().reason == Reason.DROPPED_BY_STAFF
    assert house.plan(house.wanted()) == []
    assert len(scene.messages()) == 1


def test_the_ask_closes_itself_when_the_cancellation_arrives() -> None:
    house = scene.build()
    house.plan(house.wanted())
    held(house, NOON + 3 * HOUR)
    house.tells(scene.later(status=Status.CANCELLED), at=NOON + 4 * HOUR)
    house.plan(at=NOON + 4 * HOUR)
    with scope.everything():
        assert not Ask.objects.filter(closed_at=None).exists()
    assert scene.only().reason == Reason.CANCELLED


def test_a_pms_that_can_be_asked_is_asked_just_before() -> None:
    house = scene.build()
    house.plan(house.wanted())
    pms = Asked(house.hotel)
    assert len(house.claim(NOON + 3 * HOUR, pms)) == 1
    assert pms.calls == [house.stay().pk]


def test_what_the_pms_says_last_is_what_counts() -> None:
    house = scene.build()
    house.plan(house.wanted())
    at = NOON + 3 * HOUR

    def cancelled() -> Told:
        house.tells(scene.later(status=Status.CANCELLED), at=at)
        return Told.DIFFERS

    assert held(house, at, Asked(house.hotel, cancelled)) == (State.CLOSED, Reason.CANCELLED)


def test_an_unreachable_hotel_holds() -> None:
    house = scene.build()
    house.plan(house.wanted())
    silent = Asked(house.hotel, Told.UNREACHABLE)
    assert held(house, NOON, silent) == (State.HELD, Reason.HOTEL_UNREACHABLE)


def test_the_calls_of_an_hour_have_an_end() -> None:
    house = scene.build()
    settings(house, look_ups_per_hour=1)
    house.tells(make.reservation(number="30118"))
    house.plan(house.wanted())
    house.plan(house.wanted(number="30118"), number="30118")
    pms = Asked(house.hotel)
    assert len(house.claim(NOON + 3 * HOUR, pms)) == 1
    assert len(pms.calls) == 1
    house.claim(NOON + 3 * HOUR + 5 * MINUTE, pms)
    assert len(pms.calls) == 1
    # The first call no longer counts.
    assert len(house.claim(NOON + 4 * HOUR + 10 * MINUTE, pms)) == 1


def test_another_guest_on_the_stay_is_planned_anew() -> None:
    house = scene.build()
    house.plan(house.wanted())
    house.tells(make.profile(source_id="G2", emails=[Email("jon@cole.example")]))
    house.tells(scene.later(guests=scene.guests("G2")), at=NOON + MINUTE)
    assert held(house, NOON + 2 * MINUTE) == (State.HELD, Reason.GUEST_REPLACED)


def test_a_merged_profile_is_followed_to_its_survivor() -> None:
    house = scene.build()
    house.plan(house.wanted())
    house.tells(make.profile(source_id="G9", emails=[Email("claire@now.example")]))
    house.tells(make.profile(merged_into="G9", deleted=True, emails=[]), at=NOON + MINUTE)
    (claimed,) = house.claim(NOON + 2 * MINUTE)
    assert claimed.address == "claire@now.example"
    assert claimed.profile_id == house.person("G9")


def test_a_corrected_address_is_followed() -> None:
    house = scene.build()
    with scope.everything():
        point = ContactPoint.objects.get().pk
    house.plan(house.wanted(contact_point_id=point))
    house.tells(make.profile(emails=[Email("claire@new.example")]), at=NOON + MINUTE)
    (claimed,) = house.claim(NOON + 2 * MINUTE)
    assert claimed.address == "claire@new.example"


def test_without_words_nothing_leaves() -> None:
    house = scene.build()
    house.plan(house.wanted(language="pt"))
    assert held(house) == (State.HELD, Reason.MISSING_FIELD)


def test_an_open_case_silences_all_but_what_the_stay_needs() -> None:
    house = scene.build()
    with scope.everything():
        Silence.objects.create(key="case:1", profile_id=house.person(), cause="open_case",
                               owner="member:4", since_at=NOON)  # fmt: skip
    house.plan(house.wanted(Kind.PRE_STAY), house.wanted(Kind.PRE_CHECKIN))
    assert [each.message.kind for each in house.claim()] == [Kind.PRE_CHECKIN]
    with scope.everything():
        Silence.objects.update(until_at=NOON + HOUR)
        gate.wake(Reason.SILENCE, [house.hotel.pk], NOON + HOUR)
    house.is_fresh(NOON + HOUR)
    assert [each.message.kind for each in house.claim(NOON + HOUR)] == [Kind.PRE_STAY]


def test_the_fourth_in_seven_days_waits_where_three_are_the_most() -> None:
    house = scene.build()
    with scope.everything(), audit.acting("tests", NOON):
        GateSetting.objects.create(property=house.hotel, cap_messages=3)
    kinds = [Kind.PRE_STAY, Kind.PRE_CHECKIN]
    house.plan(*(house.wanted(kind, occurrence=n) for kind in kinds for n in ("1", "2")))
    assert len(house.claim()) == 3
    (waiting,) = [each for each in scene.messages() if each.state == State.HELD]
    assert waiting.reason == Reason.CAPPED


def test_quiet_hours_end_in_the_hotels_own_morning() -> None:
    house = scene.build()
    night = NOON + 8 * HOUR
    house.plan(house.wanted(Kind.PRE_STAY), house.wanted(Kind.CONFIRMATION), at=night)
    house.is_fresh(night)
    assert [each.message.kind for each in house.claim(night)] == [Kind.CONFIRMATION]
    (waiting,) = [each for each in scene.messages() if each.state == State.HELD]
    assert (waiting.reason, waiting.held_until) == (Reason.QUIET_HOURS, NOON + 19 * HOUR)


def test_five_rooms_of_one_party_are_one_message() -> None:
    house = scene.build()
    house.plan(house.wanted(party="booking:7"))
    for number in ("30118", "30119"):
        house.tells(make.reservation(number=number))
        house.plan(house.wanted(number=number, party="booking:7"), number=number)
    assert len(house.claim()) == 1
    assert [each.reason for each in scene.messages() if each.state == State.CLOSED] == [
        Reason.PARTY_ALREADY_WRITTEN
    ] * 2


def test_a_hold_that_says_the_same_again_is_no_new_decision() -> None:
    house = scene.build()
    outlets.stop("tests", NOON)
    house.plan(house.wanted())
    for hour in range(3):
        house.claim(NOON + hour * HOUR)
    assert scene.decisions() == [("hold", "disarmed")]


def test_what_is_over_expires() -> None:
    house = scene.build()
    house.plan(house.wanted())
    assert held(house, NOON + 3 * DAY) == (State.EXPIRED, Reason.TOO_LATE)


def test_the_last_look_lets_go_what_stayed_the_same() -> None:
    house = scene.build()
    house.plan(house.wanted())
    (claimed,) = house.claim()
    assert gate.last_looks([claimed], NOON)
    assert scene.only().state == State.HANDED_OVER
    assert not gate.last_looks([claimed], NOON)


def test_the_last_look_gives_back_what_changed_meanwhile() -> None:
    house = scene.build()
    house.plan(house.wanted())
    (claimed,) = house.claim()
    house.tells(scene.later(status=Status.CANCELLED), at=NOON + MINUTE)
    assert not gate.last_looks([claimed], NOON + MINUTE)
    assert held(house, NOON + MINUTE) == (State.CLOSED, Reason.CANCELLED)


def test_stop_reaches_what_was_claimed_already() -> None:
    house = scene.build()
    house.plan(house.wanted())
    (claimed,) = house.claim()
    outlets.stop("tests", NOON)
    assert not gate.last_looks([claimed], NOON)
    assert scene.only().state == State.HELD


@pytest.mark.parametrize(
    ("result", "state"),
    [
        (Result.ACCEPTED, State.ACCEPTED),
        (Result.REFUSED, State.BOUNCED),
        (Result.UNKNOWN, State.UNKNOWN),
        (Result.RETRY, State.HELD),
    ],
)
def test_every_outcome_has_its_end(result: Result, state: State) -> None:
    house = scene.build()
    house.plan(house.wanted())
    (claimed,) = house.claim()
    assert gate.last_looks([claimed], NOON)
    settled([(claimed, Outcome(result))], NOON)
    assert scene.only().state == state
    assert scene.decisions()[-1][0] == state


def test_an_unknown_is_never_sent_again() -> None:
    house = scene.build()
    house.plan(house.wanted())
    (claimed,) = house.claim()
    gate.last_looks([claimed], NOON)
    settled([(claimed, Outcome(Result.UNKNOWN))], NOON)
    assert house.plan(house.wanted(), at=NOON + HOUR) == []
    assert house.claim(NOON + HOUR) == []


def test_what_the_far_side_put_off_comes_back_through_the_gate() -> None:
    house = scene.build()
    house.plan(house.wanted(Kind.PRE_STAY))
    (claimed,) = house.claim()
    gate.last_looks([claimed], NOON)
    settled([(claimed, Outcome(Result.RETRY))], NOON)
    assert house.claim(NOON + 4 * MINUTE) == []
    (again,) = house.claim(NOON + 5 * MINUTE)
    assert again.attempt == 2
    # Whoever slept over his own claim settles nothing any more.
    settled([(claimed, Outcome(Result.ACCEPTED))], NOON + 6 * MINUTE)
    assert scene.only().state == State.CLAIMED


def test_imported_history_writes_to_nobody() -> None:
    house = scene.build()
    past = make.reservation(number="1", arrival_on=date(2026, 5, 17), status=Status.CHECKED_OUT)
    make_history(house, past)
    house.plan(house.wanted(Kind.THANK_YOU, "1"), number="1")
    assert held(house) == (State.CLOSED, Reason.HISTORY_IMPORT)


def make_history(house: Scene, *records: Any) -> None:
    take(house.link, *records, made_at=NOON, imported=True)


def test_facts_of_a_decision_name_nobody() -> None:
    house = scene.build()
    house.plan(house.wanted())
    house.claim()
    with scope.everything():
        told = str(list(Decision.objects.values()))
    assert "claire" not in told.lower()
