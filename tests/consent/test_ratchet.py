"""The ratchet of consent: properties that hold for any acts, in any order, over any merge."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import permutations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from staytrue.consent.bases import Requirement
from staytrue.consent.purposes import GROUP, OWN, Channel, Origin, Purpose, Scope, Within
from staytrue.consent.ratchet import (
    Act,
    Answer,
    Cause,
    Question,
    Said,
    Standing,
    decide,
    standing_of,
)
from staytrue.consent.rules import Role
from tests.make import NOON

HOTEL, COMPANY = Scope(Within.PROPERTY, 1), Scope(Within.LEGAL_ENTITY, 7)
ELSEWHERE = Scope(Within.PROPERTY, 2)
HERE = frozenset({HOTEL, COMPANY, GROUP})
MINE, OTHERS = 1, 2
ASKED = Question(
    point=10, profile_id=MINE, purpose=Purpose.MARKETING, channel=Channel.EMAIL, scopes=HERE,
    role=Role.PRIVATE, requirement=Requirement.EXPLICIT,
)  # fmt: skip


def said(id_: int, act: Act, origin: Origin = Origin.GUEST_PAGE, **facts: object) -> Said:
    """An act so many hours after noon."""
    known = {"said_at": NOON + timedelta(hours=id_), "profile_id": MINE, "point": 10}
    return Said(id=id_, act=act, origin=origin, **(known | facts))  # type: ignore[arg-type]


def answer(*acts: Said, **facts: object) -> Answer:
    return decide(msgspec.structs.replace(ASKED, **facts), acts)


MOMENTS = st.integers(0, 48).map(lambda hours: NOON + timedelta(hours=hours))
ACTS = st.lists(
    st.builds(
        Said, id=st.just(0), act=st.sampled_from(Act), said_at=MOMENTS,
        origin=st.sampled_from(Origin), scope=st.sampled_from([HOTEL, COMPANY, GROUP, ELSEWHERE]),
        profile_id=st.sampled_from([None, MINE, OTHERS]), point=st.sampled_from([None, 10, 11]),
        cause=st.sampled_from(Cause),
    ),
    max_size=8,
).map(lambda acts: [msgspec.structs.replace(act, id=id_) for id_, act in enumerate(acts, 1)])  # fmt: skip
QUESTIONS = st.builds(
    Question, point=st.just(10), profile_id=st.just(MINE), purpose=st.sampled_from(Purpose),
    channel=st.just(Channel.EMAIL), scopes=st.just(HERE), role=st.sampled_from(Role),
    requirement=st.sampled_from(Requirement), is_customer=st.booleans(), unrecorded=st.booleans(),
)  # fmt: skip


@given(QUESTIONS, ACTS, st.sampled_from([Origin.PMS, Origin.IMPORT, Origin.SMS]))
@settings(max_examples=300, deadline=None)
def test_anybody_may_add_an_opt_out_and_it_always_holds(
    question: Question, acts: list[Said], origin: Origin
) -> None:
    newest = max((act.said_at for act in acts), default=NOON)
    no = Said(99, Act.OPT_OUT, newest, origin, GROUP, MINE, None)
    assert not decide(question, [*acts, no]).allowed


@given(QUESTIONS, ACTS, st.sampled_from(sorted(set(Origin) - OWN)), MOMENTS)
@settings(max_examples=300, deadline=None)
def test_no_yes_but_the_guests_own_ever_lifts_an_opt_out(
    question: Question, acts: list[Said], origin: Origin, at: datetime
) -> None:
    before = decide(question, acts)
    yes = Said(99, Act.OPT_IN, at, origin, GROUP, MINE, 10)
    if before.reason in ("opted_out", "suppressed"):
        assert decide(question, [*acts, yes]).reason == before.reason


@given(QUESTIONS, ACTS, ACTS)
@settings(max_examples=400, deadline=None)
def test_what_a_merge_adds_of_another_profile_never_widens(
    question: Question, own: list[Said], others: list[Said]
) -> None:
    """A merge makes the acts of another profile, at his own addresses, heard too."""
    added = [
        msgspec.structs.replace(act, id=act.id + 50, profile_id=OTHERS, point=act.point and 11)
        for act in others
        if act.act not in (Act.SUPPRESS, Act.RELEASE)
    ]
    alone, merged = decide(question, own), decide(question, [*own, *added])
    assert alone.allowed or not merged.allowed
    assert standing_of(question, [*own, *added]) >= min(
        standing_of(question, own), Standing.OPTED_OUT
    )


@given(QUESTIONS, ACTS, st.randoms(use_true_random=False))
@settings(max_examples=200, deadline=None)
def test_the_order_in_which_acts_are_read_does_not_matter(
    question: Question, acts: list[Said], rng: object
) -> None:
    shuffled = list(acts)
    rng.shuffle(shuffled)  # type: ignore[attr-defined]
    assert decide(question, shuffled) == decide(question, acts)


@given(QUESTIONS, ACTS)
@settings(max_examples=300, deadline=None)
def test_the_stricter_rule_never_allows_more(question: Question, acts: list[Said]) -> None:
    allowed = [
        decide(msgspec.structs.replace(question, requirement=each), acts).allowed
        for each in Requirement
    ]
    assert allowed == sorted(allowed, reverse=True)


def test_the_scale_runs_from_nothing_known_to_a_complaint() -> None:
    bounce = said(2, Act.SUPPRESS, Origin.CARRIER, cause=Cause.BOUNCE)
    complaint = said(4, Act.SUPPRESS, Origin.CARRIER, cause=Cause.COMPLAINT)
    steps = [said(1, Act.OPT_IN), bounce, said(3, Act.OPT_OUT), complaint]
    for some in permutations(steps):
        assert standing_of(ASKED, some) == Standing.COMPLAINED
    found = [standing_of(ASKED, steps[:count]) for count in range(len(steps) + 1)]
    assert found == sorted(Standing)


def test_his_own_later_yes_lifts_his_no_and_an_earlier_one_does_not() -> None:
    no = said(2, Act.OPT_OUT, Origin.PMS)
    assert answer(said(1, Act.OPT_IN), no).reason == "opted_out"
    assert answer(no, said(3, Act.OPT_IN)).allowed


@pytest.mark.parametrize(
    ("yes", "lifted"), [(HOTEL, True), (COMPANY, True), (GROUP, True), (ELSEWHERE, False)]
)
def test_a_yes_lifts_a_no_as_wide_or_wider_where_it_was_said(yes: Scope, lifted: bool) -> None:  # noqa: FBT001
    no = said(1, Act.OPT_OUT, scope=GROUP)
    assert answer(no, said(2, Act.OPT_IN, scope=yes)).allowed == lifted


def test_leaving_one_list_by_itself_outlives_a_yes_to_all() -> None:
    no = said(1, Act.OPT_OUT, scope=HOTEL)
    assert not answer(no, said(2, Act.OPT_IN, scope=GROUP)).allowed


def test_said_as_one_guest_a_yes_lifts_the_no_of_his_other_profile_where_he_said_it() -> None:
    no = said(1, Act.OPT_OUT, profile_id=OTHERS, point=11)
    yes = said(2, Act.OPT_IN, lifts=(1,))
    assert answer(no, said(2, Act.OPT_IN)).reason == "opted_out"
    assert answer(no, yes).allowed
    # His other profile and its address stay as they were.
    assert not answer(no, yes, profile_id=OTHERS, point=11).allowed
    assert not answer(no, yes, point=12).allowed


def test_what_a_pms_no_longer_says_is_no_ground_any_more() -> None:
    agreed = said(1, Act.OPT_IN, Origin.PMS, point=None)
    assert answer(agreed).basis == "explicit"
    assert answer(agreed, said(2, Act.WITHDRAW, Origin.PMS, point=None)).reason == "no_basis"


def test_in_a_family_mailbox_only_who_agreed_himself_is_written_to() -> None:
    yes = said(1, Act.OPT_IN, profile_id=OTHERS)
    assert answer(yes).allowed
    assert answer(yes, role=Role.FAMILY).reason == "shared_address"
    assert answer(said(1, Act.OPT_IN), role=Role.FAMILY).allowed


def test_each_ground_meets_what_is_asked_up_to_it() -> None:
    asks = Requirement.EXISTING_CUSTOMER
    assert answer(requirement=asks).reason == "no_basis"
    assert answer(requirement=asks, is_customer=True).basis == "existing_customer"
    assert answer(said(1, Act.OPT_IN), requirement=asks).basis == "explicit"
    asks = Requirement.DOUBLE_OPT_IN
    assert answer(said(1, Act.OPT_IN), requirement=asks).reason == "no_basis"
    assert answer(said(1, Act.CONFIRM), requirement=asks).basis == "double_opt_in"
    assert answer(requirement=Requirement.UNTIL_OBJECTION).basis == "until_objection"
