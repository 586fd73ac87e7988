"""Sending a mailing: batch by batch, paused, recalled, done; the counts add up at every instant."""

from __future__ import annotations

from datetime import timedelta

import pytest

from staytrue.hotel.records import Email
from staytrue.messages.kinds import Kind
from tests import make
from tests.make import NOON
from tests.messages import scene as letters
from tests.messages.mailings import scene
from tests.messages.mailings.scene import House
from tests.messages.scene import HOUR, MINUTE

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


@pytest.fixture
def house() -> House:
    """Ten guests who agreed."""
    return scene.build()


def test_a_mailing_reaches_its_list_and_is_done(house: House) -> None:
    mailing = house.sending(house.guests(0, 10))
    assert len(scene.round_()) == 10
    scene.round_(NOON + MINUTE)
    assert scene.stands(mailing) == "done"
    assert scene.counts(mailing).heaps["sent"] == 10


def test_it_moves_no_faster_than_its_hotel_allows_a_minute(house: House) -> None:
    mailing = house.sending(house.guests(0, 10), per_minute=4)
    assert len(scene.round_()) == 4
    assert scene.round_(NOON + 30 * SECOND) == []
    assert len(scene.round_(NOON + MINUTE)) == 4
    assert scene.counts(mailing).heaps["waiting"] == 2


def test_two_mailings_of_a_hotel_share_its_minute(house: House) -> None:
    house.sending(house.guests(0, 5), per_minute=4)
    house.sending(house.guests(5, 10), per_minute=4)
    assert len(scene.round_()) == 4


def test_a_pause_stops_within_one_batch_and_the_counts_add_up(house: House) -> None:
    mailing = house.sending(house.guests(0, 10), per_minute=3)
    assert len(scene.round_()) == 3
    assert scene.planned(NOON + MINUTE) == 3
    house.does("pause", mailing, NOON + MINUTE)
    assert scene.round_(NOON + 2 * MINUTE) == []
    counts = scene.counts(mailing)
    assert counts.heaps["sent"] == 3
    assert counts.reasons["held"] == {"paused": 3}
    assert counts.heaps["waiting"] == 4
    assert sum(counts.heaps.values()) == counts.listed == 10


def test_what_was_paused_goes_on_when_it_is_resumed(house: House) -> None:
    mailing = house.sending(house.guests(0, 10))
    scene.planned()
    house.does("pause", mailing)
    later = NOON + timedelta(days=5)
    house.of.is_fresh(later)
    house.does("resume", mailing, later)
    assert len(scene.round_(later)) == 10


def test_a_recall_closes_the_unsent_part_for_good(house: House) -> None:
    mailing = house.sending(house.guests(0, 10), per_minute=4)
    scene.round_()
    scene.planned(NOON + MINUTE)
    house.does("recall", mailing, NOON + MINUTE)
    assert scene.round_(NOON + HOUR) == []
    counts = scene.counts(mailing)
    assert counts.heaps["sent"] == 4
    assert counts.reasons["closed"] == {"recalled": 6}
    assert sum(counts.heaps.values()) == 10
    assert scene.stands(mailing) == "recalled"


def test_a_paused_mailing_can_be_recalled(house: House) -> None:
    mailing = house.sending(house.guests(0, 10))
    scene.planned()
    house.does("pause", mailing)
    house.does("recall", mailing)
    assert scene.counts(mailing).reasons["closed"] == {"recalled": 10}


def test_who_opts_out_a_second_before_his_turn_gets_nothing(house: House) -> None:
    mailing = house.sending(house.guests(0, 10))
    scene.refuse(house.guest(3), at=NOON + 59 * SECOND)
    gone = scene.round_(NOON + MINUTE)
    assert len(gone) == 9
    assert "ane3@fontanel.example" not in gone
    assert scene.counts(mailing).reasons["closed"] == {"opted_out": 1}


def test_who_opts_out_while_his_message_is_planned_gets_nothing(house: House) -> None:
    house.sending(house.guests(0, 10))
    assert scene.planned() == 10
    scene.refuse(*house.guests(0, 10), at=NOON)
    assert scene.sent(NOON + SECOND) == []


def test_a_guest_who_came_later_is_not_on_the_list(house: House) -> None:
    mailing = house.handed_in([], source="everyone")
    new = make.profile(source_id="M99", first_name="Late", last_name="Comer",
                               emails=[Email("late@fontanel.example")])  # fmt: skip
    house.of.tells(new)
    scene.agree(house.guest(99))
    house.does("approve", mailing)
    house.does("send", mailing)
    assert "late@fontanel.example" not in scene.round_()
    assert scene.counts(mailing).listed == 10


def test_two_who_share_an_address_get_one_message(house: House) -> None:
    twin = make.profile(source_id="M99", first_name="Ane", last_name="Twin",
                                emails=[Email("ane1@fontanel.example")])  # fmt: skip
    house.of.tells(twin)
    scene.agree(house.guest(99))
    mailing = house.sending([*house.guests(0, 3), house.guest(99)])
    assert sorted(scene.round_()) == [f"ane{place}@fontanel.example" for place in range(3)]
    assert scene.counts(mailing).reasons["left_out"] == {"party_already_written": 1}


def test_an_address_that_became_common_after_approval_gets_one_message(house: House) -> None:
    mailing = house.sending(house.guests(0, 2))
    moved = make.profile(source_id="M1", first_name="Ane", last_name="Etxeberria 1",
                                 emails=[Email("ane0@fontanel.example")])  # fmt: skip
    house.of.tells(moved, at=NOON + MINUTE)
    scene.agree(house.guest(1))
    assert scene.round_(NOON + 2 * MINUTE) == ["ane0@fontanel.example"]
    assert scene.counts(mailing).reasons["closed"] == {"party_already_written": 1}


def test_the_same_text_never_goes_to_an_address_twice(house: House) -> None:
    house.sending(house.guests(0, 5))
    scene.round_()
    again = house.handed_in(house.guests(0, 10))
    assert scene.counts(again).reasons["left_out"] == {"already_sent": 5}


def test_two_mailings_of_one_text_at_once_reach_nobody_twice(house: House) -> None:
    one, other = house.sending(house.guests(0, 4)), house.sending(house.guests(0, 6))
    gone = [address for minute in range(4) for address in scene.round_(NOON + minute * MINUTE)]
    assert sorted(gone) == [f"ane{place}@fontanel.example" for place in range(6)]
    assert scene.counts(one).heaps["sent"] + scene.counts(other).heaps["sent"] == 6
    assert (scene.stands(one), scene.stands(other)) == ("done", "done")


def test_a_mailing_tolerates_a_mirror_of_twenty_hours_and_none_of_thirty(house: House) -> None:
    mailing = house.sending(house.guests(0, 10), per_minute=4)
    assert len(scene.round_(NOON + 20 * HOUR)) == 4
    assert scene.round_(NOON + 30 * HOUR) == []
    assert scene.counts(mailing).reasons["held"] == {"stale_mirror": 4}


def test_batches_wait_while_the_house_itself_may_not_send(house: House) -> None:
    mailing = house.sending(house.guests(0, 10), per_minute=3)
    late = NOON + timedelta(hours=30)
    scene.round_(late)
    scene.round_(late + MINUTE)
    assert scene.counts(mailing).reasons["held"] == {"stale_mirror": 3}
    assert scene.counts(mailing).heaps["waiting"] == 7


def test_nothing_is_planned_into_quiet_hours(house: House) -> None:
    mailing = house.sending(house.guests(0, 10))
    scene.round_(NOON + 10 * HOUR)
    assert scene.counts(mailing).heaps["waiting"] == 10


def test_a_newer_text_leaves_the_older_one_to_its_mailing(house: House) -> None:
    mailing = house.sending(house.guests(0, 4))
    letters.renew_words(Kind.MAILING)
    assert len(scene.round_()) == 4
    assert scene.counts(mailing).heaps["sent"] == 4
