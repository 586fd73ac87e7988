"""Every kind of message says what it demands, and the states leave no gap."""

from __future__ import annotations

from datetime import timedelta

import pytest

from staytrue.hotel.codes import Status
from staytrue.messages.kinds import DEMANDS, OPEN, TERMINAL, UNDERWAY, Kind, Needs, State


def test_every_kind_says_what_it_demands() -> None:
    assert set(DEMANDS) == set(Kind)


def test_every_state_is_open_underway_or_an_end() -> None:
    assert frozenset(State) == OPEN | UNDERWAY | TERMINAL
    assert not OPEN & UNDERWAY
    assert not TERMINAL & (OPEN | UNDERWAY)


@pytest.mark.parametrize(
    ("kind", "minutes"),
    [
        (Kind.CONFIRMATION, 15),
        (Kind.CHANGE, 15),
        (Kind.CANCELLATION, 15),
        (Kind.ARRIVAL_INFO, 15),
        (Kind.PRE_CHECKIN, 30),
        (Kind.PRE_STAY, 1440),
        (Kind.WELCOME, 1440),
        (Kind.MID_STAY, 1440),
        (Kind.THANK_YOU, 1440),
        (Kind.SURVEY, 1440),
        (Kind.BIRTHDAY, 1440),
        (Kind.WIN_BACK, 1440),
        (Kind.MAILING, 1440),
    ],
)
def test_the_mirror_may_be_this_old(kind: Kind, minutes: int) -> None:
    assert DEMANDS[kind].freshness == timedelta(minutes=minutes)


def test_during_the_stay_needs_a_check_in_and_after_it_a_check_out() -> None:
    assert {kind for kind, asked in DEMANDS.items() if asked.needs == Needs.CHECKED_IN} == {
        Kind.WELCOME,
        Kind.MID_STAY,
    }
    assert {kind for kind, asked in DEMANDS.items() if asked.needs == Needs.CHECKED_OUT} == {
        Kind.THANK_YOU,
        Kind.SURVEY,
    }


def test_only_the_cancellation_message_goes_to_a_cancelled_stay() -> None:
    lost = {Status.CANCELLED, Status.NO_SHOW}
    assert [kind for kind, asked in DEMANDS.items() if asked.statuses & lost] == [Kind.CANCELLATION]
