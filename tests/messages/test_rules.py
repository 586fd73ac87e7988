"""No single fact that forbids a message is ever outvoted, and each hold says until when."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from staytrue.consent.rules import Role
from staytrue.hotel.codes import Status
from staytrue.messages import rules
from staytrue.messages.case import Act, Case, Chosen, Permitted, Point, Recipient, Told
from staytrue.messages.kinds import DEMANDS, Kind, Needs
from staytrue.messages.reasons import Reason
from staytrue.messages.rules import decide
from tests.messages import cases
from tests.messages.cases import (
    ARRIVAL,
    BASIS,
    DEPARTURE,
    NOW,
    forbidding,
    proof,
    sendable,
    source,
    stay,
)

KINDS = st.sampled_from(list(Kind))
IN_STAY = [kind for kind in Kind if DEMANDS[kind].needs == Needs.CHECKED_IN]
AFTER = [kind for kind in Kind if DEMANDS[kind].needs == Needs.CHECKED_OUT]


@pytest.mark.parametrize("kind", list(Kind))
def test_what_nothing_forbids_leaves(kind: Kind) -> None:
    assert decide(sendable(kind)).act == Act.SEND


@pytest.mark.parametrize(
    ("kind", "name"), [(kind, name) for kind in Kind for name in forbidding(kind)]
)
def test_a_single_fact_forbids(kind: Kind, name: str) -> None:
    answer = decide(sendable(kind, **forbidding(kind)[name]))
    assert answer.act != Act.SEND
    assert answer.reason is not None


@given(st.data())
def test_no_company_of_facts_outvotes_one_that_forbids(data: st.DataObject) -> None:
    kind = data.draw(KINDS)
    no = forbidding(kind)
    names = data.draw(st.lists(st.sampled_from(sorted(no)), min_size=1, max_size=4))
    case = sendable(kind)
    for name in names:
        case = replace(case, **no[name])
    # A later fact may take the place of an earlier one about the same thing; the last one stands.
    assert decide(case).act != Act.SEND


@given(st.data())
def test_every_hold_says_when_it_is_looked_at_again_and_never_after_its_end(
    data: st.DataObject,
) -> None:
    kind = data.draw(KINDS)
    no = forbidding(kind)
    case = sendable(kind, **no[data.draw(st.sampled_from(sorted(no)))])
    answer = decide(case)
    if answer.act == Act.HOLD:
        assert answer.until is not None
        assert NOW <= answer.until <= case.not_after + timedelta(seconds=1)


@pytest.mark.parametrize("kind", IN_STAY + AFTER)
@pytest.mark.parametrize("status", [Status.CONFIRMED, Status.NO_SHOW, Status.CANCELLED])
def test_who_did_not_come_gets_nothing_of_during_and_after(kind: Kind, status: Status) -> None:
    assert decide(sendable(kind, stay=stay(kind, status=status.value))).act != Act.SEND


@pytest.mark.parametrize("kind", IN_STAY)
def test_the_hotels_own_rule_stands_in_for_a_check_in_its_pms_never_tells(kind: Kind) -> None:
    coming = sendable(kind, stay=stay(kind, status="confirmed"))
    waived = {"chosen": _waiving(kind), "today": ARRIVAL}
    assert decide(coming).reason == Reason.NOT_CHECKED_IN
    assert decide(_with(coming, **waived)).act == Act.SEND
    assert decide(_with(coming, **waived | {"today": NOW.date()})).act == Act.HOLD
    lost = _with(coming, stay=stay(kind, status="no_show"), **waived)
    assert decide(lost).reason == Reason.NO_SHOW


@pytest.mark.parametrize("kind", AFTER)
def test_the_hotels_own_rule_stands_in_for_a_check_out_only_after_the_departure(
    kind: Kind,
) -> None:
    there = sendable(kind, stay=stay(kind, status="in_house"), chosen=_waiving(kind))
    assert decide(_with(there, today=DEPARTURE)).reason == Reason.NOT_CHECKED_OUT
    assert decide(_with(there, today=date(2026, 7, 16))).act == Act.SEND


@pytest.mark.parametrize(
    ("kind", "status", "reason"),
    [
        (Kind.PRE_CHECKIN, Status.CANCELLED, Reason.CANCELLED),
        (Kind.PRE_STAY, Status.IN_HOUSE, Reason.ALREADY_ARRIVED),
        (Kind.CONFIRMATION, Status.CHECKED_OUT, Reason.ALREADY_LEFT),
        (Kind.WELCOME, Status.CHECKED_OUT, Reason.ALREADY_LEFT),
        (Kind.CANCELLATION, Status.CONFIRMED, Reason.NOT_CANCELLED),
        (Kind.SURVEY, Status.NO_SHOW, Reason.NO_SHOW),
    ],
)
def test_what_can_never_be_right_is_closed(kind: Kind, status: Status, reason: Reason) -> None:
    answer = decide(sendable(kind, stay=stay(kind, status=status.value)))
    assert (answer.act, answer.reason) == (Act.CLOSE, reason)


@pytest.mark.parametrize(
    ("kind", "status", "reason"),
    [
        (Kind.WELCOME, Status.CONFIRMED, Reason.NOT_CHECKED_IN),
        (Kind.SURVEY, Status.IN_HOUSE, Reason.NOT_CHECKED_OUT),
        (Kind.PRE_STAY, Status.OPTION, Reason.NOT_CONFIRMED),
    ],
)
def test_what_may_become_right_waits(kind: Kind, status: Status, reason: Reason) -> None:
    answer = decide(sendable(kind, stay=stay(kind, status=status.value)))
    assert (answer.act, answer.reason) == (Act.HOLD, reason)


def test_moved_dates_are_planned_anew() -> None:
    answer = decide(sendable(stay=stay(arrival_on=date(2026, 7, 13))))
    assert (answer.act, answer.reason) == (Act.REPLAN, Reason.DATES_MOVED)
    assert answer.facts["planned"]["arrival_on"] == BASIS["arrival_on"]


@pytest.mark.parametrize(
    ("kind", "hours", "act"),
    [
        (Kind.BIRTHDAY, 20, Act.SEND),
        (Kind.BIRTHDAY, 30, Act.HOLD),
        (Kind.CONFIRMATION, 1, Act.HOLD),
        (Kind.PRE_CHECKIN, 1, Act.HOLD),
        (Kind.SURVEY, 20, Act.SEND),
    ],
)
def test_each_kind_has_its_own_age(kind: Kind, hours: int, act: Act) -> None:
    old = source(as_of=NOW - timedelta(hours=hours), cadence=timedelta(hours=24))
    assert decide(sendable(kind, source=old)).act == act


def test_a_late_feed_is_waited_for_and_a_slow_one_is_asked_of_a_person() -> None:
    late = source(as_of=NOW - timedelta(hours=1))
    slow = source(as_of=NOW - timedelta(hours=10), cadence=timedelta(hours=24))
    assert decide(sendable(source=late)).reason == Reason.STALE_MIRROR
    held = decide(sendable(source=slow))
    assert held.reason == Reason.NOT_CONFIRMED_LIVE
    assert held.until == NOW + timedelta(hours=14)


@pytest.mark.parametrize("told", [Told.SAME, Told.CONFIRMED])
def test_a_look_just_before_is_as_good_as_a_fresh_mirror(told: Told) -> None:
    slow = source(as_of=NOW - timedelta(hours=10), cadence=timedelta(hours=24))
    assert decide(sendable(source=slow, proof=proof(told))).act == Act.SEND


def test_where_the_pms_can_be_asked_a_fresh_mirror_is_not_enough() -> None:
    answer = decide(sendable(source=source(reads_one=True)))
    assert answer.wants_look_up
    assert decide(sendable(source=source(reads_one=True), proof=proof())).act == Act.SEND


def test_a_look_of_half_a_minute_ago_is_not_just_before() -> None:
    # A worker was killed behind its look-up, and the next one found what it had claimed.
    old = proof(at=NOW - timedelta(seconds=30))
    assert decide(sendable(source=source(reads_one=True), proof=old)).wants_look_up
    slow = source(as_of=NOW - timedelta(hours=10), cadence=timedelta(hours=24))
    assert decide(sendable(source=slow, proof=old)).act == Act.HOLD


def test_a_spent_budget_leaves_it_to_the_mirror() -> None:
    fresh, busy = source(reads_one=True), proof(Told.BUSY)
    assert decide(sendable(source=fresh, proof=busy)).act == Act.SEND
    old = source(reads_one=True, as_of=NOW - timedelta(hours=1))
    assert decide(sendable(source=old, proof=busy)).act == Act.HOLD


def test_an_unreachable_hotel_holds_even_what_the_mirror_says_freshly() -> None:
    answer = decide(sendable(source=source(reads_one=True), proof=proof(Told.UNREACHABLE)))
    assert answer.reason == Reason.HOTEL_UNREACHABLE


def test_a_relay_brings_what_the_stay_needs_and_never_advertising() -> None:
    relay = Point(Role.RELAY, is_valid=True, guests=1)
    assert decide(sendable(Kind.PRE_STAY, point=relay)).act == Act.SEND
    assert decide(sendable(Kind.MAILING, point=relay)).reason == Reason.RELAY_ADDRESS


def test_an_agency_gets_only_what_is_meant_for_it() -> None:
    agency = Point(Role.AGENCY, is_valid=True, guests=400)
    case = sendable(Kind.CONFIRMATION, point=agency)
    assert decide(case).reason == Reason.AGENCY_ADDRESS
    assert decide(_with(case, recipient_role="agency")).act == Act.SEND
    survey = sendable(Kind.SURVEY, point=agency, recipient_role="agency")
    assert decide(survey).act == Act.HOLD


def test_a_family_gets_advertising_only_where_one_asked_for_it() -> None:
    family = Point(Role.FAMILY, is_valid=True, guests=2)
    asked = Permitted(allowed=True, reason="", basis="explicit")
    assert decide(sendable(Kind.MAILING, point=family, permitted=asked)).act == Act.SEND


def test_what_the_stay_needs_knows_no_silence_no_cap_and_no_quiet_hour() -> None:
    later = NOW + timedelta(hours=5)
    answer = decide(
        sendable(Kind.CONFIRMATION, silence="case", quiet_until=later, capped_until=later)
    )
    assert answer.act == Act.SEND


def test_who_is_no_longer_on_the_stay_is_planned_anew() -> None:
    answer = decide(sendable(recipient=Recipient(False, False, False)))
    assert (answer.act, answer.reason) == (Act.REPLAN, Reason.GUEST_REPLACED)


def _waiving(kind: Kind) -> Chosen:
    return replace(sendable(kind).chosen, waives_check_in=True)


def _with(case: Case, **facts: Any) -> Case:
    return replace(case, **facts)


def test_a_text_that_sells_is_no_message_the_stay_needs() -> None:
    case = sendable(Kind.CONFIRMATION, purpose="marketing", silence="open_case")
    assert decide(case).reason == Reason.SILENCE


def test_what_a_person_confirmed_lasts_longer_than_a_look_and_both_end() -> None:
    old = cases.source(as_of=cases.NOW - timedelta(days=2))
    told = {
        Told.SAME: rules.PROOF_LASTS,
        Told.CONFIRMED: rules.CONFIRMED_LASTS,
    }
    for what, lasts in told.items():
        found = replace(cases.sendable(), source=old, proof=cases.proof(what, at=cases.NOW))
        assert rules.good_until(found) == cases.NOW + lasts
    fresh = cases.sendable()
    assert fresh.source is not None
    assert fresh.source.as_of is not None
    assert (
        rules.good_until(replace(fresh, proof=None)) == fresh.source.as_of + fresh.chosen.freshness
    )
