"""The plan of a stay: what goes when, to whom, what waits, and what is left out with its reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from staytrue.consent.rules import Role
from staytrue.hotel.codes import ProfileKind, Status
from staytrue.journeys import rules
from staytrue.journeys.facts import Stay
from staytrue.journeys.steps import (
    STANDARD,
    Anchor,
    Asks,
    Condition,
    Field,
    Late,
    Point,
    Step,
    To,
)
from staytrue.messages.kinds import Kind
from tests.journeys.days import (
    BOOKED,
    HOUSE,
    LIVE,
    at,
    edit,
    one,
    person,
    planned,
    point,
    running,
    stay,
)

PRE_STAY = next(step for step in STANDARD if step.key == "pre_stay")


def in_house(**facts: Any) -> Stay:
    return stay(status=Status.IN_HOUSE, **{"checked_in_at": at(23, 14)} | facts)


def gone(**facts: Any) -> Stay:
    given: dict[str, Any] = {"checked_in_at": at(23, 14), "checked_out_at": at(26, 9)}
    return stay(status=Status.CHECKED_OUT, **given | facts)


def test_a_confirmed_stay_has_its_messages_before_arrival_planned() -> None:
    before = planned(stay())

    assert before["confirmation"][0].at == BOOKED
    assert before["pre_stay"][0].at == at(20, 8)
    assert before["pre_checkin"][0].at == at(21, 13)


def test_in_stay_and_after_stay_messages_are_expected_and_never_planned_by_the_clock() -> None:
    found = planned(stay(), now=at(25))

    assert {
        key: found[key][0].reason for key in ("welcome", "mid_stay", "thank_you", "survey")
    } == {
        "welcome": "not_checked_in",
        "mid_stay": "not_checked_in",
        "thank_you": "not_checked_out",
        "survey": "not_checked_out",
    }
    assert all(not line.wanted for key in ("welcome", "survey") for line in found[key])


def test_a_check_in_brings_the_welcome_and_rules_out_what_was_before() -> None:
    found = planned(in_house(), now=at(23, 14))

    assert found["welcome"][0].at == at(23, 14)
    assert found["pre_stay"][0].reason == "already_arrived"


def test_who_comes_a_day_late_is_asked_a_day_later() -> None:
    assert one(in_house(), "mid_stay", now=at(23)).at == at(24, 15)
    assert one(in_house(checked_in_at=at(24, 14)), "mid_stay", now=at(24)).at == at(25, 15)


def test_a_check_in_after_midnight_is_of_the_day_before() -> None:
    # 01:30 in Bilbao on the 24th; the day closes at 3.
    assert one(in_house(checked_in_at=at(23, 23, minute=30)), "mid_stay", now=at(24, 0)).at == at(
        24, 15
    )


def test_a_short_stay_is_not_asked_in_its_middle() -> None:
    short = in_house(departure_on=date(2026, 5, 24))

    assert one(short, "mid_stay", now=at(23)).reason == "too_short"
    longer = replace(HOUSE, nights_min=4)
    assert one(in_house(), "mid_stay", longer, now=at(23)).facts == {"nights": 3, "least": 4}


def test_a_no_show_gets_nothing_of_a_stay() -> None:
    found = planned(stay(status=Status.NO_SHOW), now=at(24))

    assert {line.reason for lines in found.values() for line in lines} == {"no_show"}


def test_a_hotel_may_waive_the_evidence_of_a_check_in() -> None:
    trusting = replace(HOUSE, without_check_in=frozenset({"welcome"}))
    found = planned(stay(), trusting, now=at(23))

    assert found["welcome"][0].at == at(23, 13)
    assert found["mid_stay"][0].reason == "not_checked_in"


def test_leaving_a_day_early_thanks_relative_to_the_real_departure() -> None:
    early = gone(checked_out_at=at(25, 9))

    assert one(early, "thank_you", now=at(25, 9)).at == at(25, 11)
    assert one(early, "survey", now=at(25, 9)).at == at(26, 8)


def test_a_message_moves_with_the_arrival() -> None:
    moved = stay(arrival_on=date(2026, 9, 10), departure_on=date(2026, 9, 13), known_at=at(6))
    dates = [line.at for lines in planned(moved, now=at(6)).values() for line in lines]

    assert [when.month for when in dates if when and when > at(7)].count(9) == 6
    assert not [when for when in dates if when and (when.month in (5, 6)) and when.day > 7]


@pytest.mark.parametrize(
    ("late", "expected"),
    [(Late.NOW, at(22, 18)), (Late.SHORTEN, at(23, 8)), (Late.SKIP, None)],
)
def test_a_late_booking_follows_the_rule_of_the_step(late: Late, expected: object) -> None:
    booked = at(22, 18)
    step = replace_step(PRE_STAY, late=late, until=Point(Anchor.ARRIVAL, 0, "20:00"))
    line = one(
        stay(created_at=booked, first_seen_at=booked, known_at=booked), "pre_stay", now=booked,
        steps=(step,) )  # fmt: skip

    assert (line.at, line.late) == (expected, late.value if expected else "")
    assert (line.wanted is not None) == bool(expected)
    assert line.reason == ("" if expected else "too_late")


def test_nothing_leaves_after_its_last_moment() -> None:
    line = one(stay(), "pre_stay", now=at(22, 9))

    assert (line.standing, line.reason) == ("absent", "too_late")


def test_a_late_message_that_would_come_after_arrival_is_left_out() -> None:
    booked = at(23, 11)
    late = stay(created_at=booked, first_seen_at=booked, known_at=booked)

    assert one(late, "pre_stay", now=booked).reason == "too_late"


def test_what_happened_before_the_journey_ran_is_written_to_nobody() -> None:
    found = planned(stay(), live_from=at(1))

    assert found["confirmation"][0].reason == "before_go_live"
    assert found["pre_stay"][0].standing == "wanted"
    assert planned(stay(), live_from=at(22))["pre_stay"][0].reason == "before_go_live"


def test_an_imported_history_gets_nothing_and_says_so() -> None:
    found = planned(gone(imported=True, is_history=True), now=at(27))

    assert {line.reason for lines in found.values() for line in lines} == {"history_import"}


def test_an_imported_coming_stay_gets_no_confirmation() -> None:
    found = planned(stay(imported=True))

    assert found["confirmation"][0].reason == "history_import"
    assert found["pre_stay"][0].standing == "wanted"


def test_a_channel_that_confirms_itself_is_not_doubled() -> None:
    by_ota = stay(values={"channel": "ota"})
    speaking = replace(HOUSE, confirming_channels=frozenset())

    assert one(by_ota, "confirmation").reason == "channel_confirms"
    assert one(by_ota, "confirmation", speaking).standing == "wanted"
    assert one(stay(), "confirmation").standing == "wanted"


def test_a_group_block_gets_nothing_unless_the_hotel_says_so() -> None:
    block = stay(values={"channel": "group"}, party="1:G", rooms=40)
    writing = replace(HOUSE, writes_to_blocks=True)

    assert one(block, "pre_stay").reason == "group_block"
    assert one(block, "pre_stay", writing).standing == "wanted"


def test_three_edits_within_ten_minutes_are_one_message_of_the_final_state() -> None:
    edits = (
        edit(0, arrival_on=("2026-05-16", "2026-05-20")),
        edit(6, arrival_on=("2026-05-20", "2026-05-23")),
        edit(9, board=("RO", "BB"), room_number=(None, "12")),
        edit(9, room_number=("12", "27")),
    )
    line = one(stay(edits=edits), "change", now=at(6, 10))

    assert (line.at, line.occurrence) == (at(6, 10, minute=19), "1")


def test_an_edit_outside_the_window_is_another_message() -> None:
    edits = (edit(0, board=("RO", "BB")), edit(30, board=("BB", "HB")))

    assert [line.occurrence for line in planned(stay(edits=edits), now=at(6))["change"]] == [
        "1",
        "2",
    ]


def test_an_edit_that_is_taken_back_within_the_window_tells_nothing() -> None:
    edits = (edit(0, board=("RO", "BB")), edit(5, board=("BB", "RO")))

    assert "change" not in planned(stay(edits=edits), now=at(6))


def test_a_change_that_no_step_tells_of_makes_no_message() -> None:
    assert "change" not in planned(stay(edits=(edit(0, room_number=("12", "27")),)), now=at(6))


def test_a_cancelled_stay_is_told_once_and_nothing_else_leaves() -> None:
    found = planned(stay(status=Status.CANCELLED, cancellations=(edit(3),)), now=at(6, 10))
    others = {
        line.reason for key, lines in found.items() for line in lines if key != "cancellation"
    }

    assert found["cancellation"][0].at == at(6, 10, minute=3)
    assert others == {"cancelled"}


def test_a_stay_that_was_cancelled_when_it_first_came_is_told_nothing() -> None:
    assert "cancellation" not in planned(stay(status=Status.CANCELLED), now=at(6))


def test_a_reinstated_stay_keeps_the_slot_of_its_confirmation() -> None:
    before = one(stay(), "confirmation").wanted
    after = one(stay(known_at=BOOKED + timedelta(hours=3)), "confirmation").wanted

    assert before
    assert after
    assert before.slot == after.slot


def test_only_confirmed_bookings_are_written_to() -> None:
    line = one(stay(status=Status.OPTION), "pre_stay")

    assert (line.standing, line.reason) == ("expected", "not_confirmed")


def test_quiet_hours_move_what_the_stay_does_not_need() -> None:
    arrived = in_house(checked_in_at=at(23, 20))

    assert one(arrived, "welcome", now=at(23)).at == at(24, 7)
    assert one(stay(created_at=at(1, 22)), "confirmation", now=at(1)).at == at(1, 22)


@pytest.mark.parametrize(
    ("quiet_from", "quiet_until", "moved"),
    [(time(13), time(17), at(23, 15)), (time(0), time(0), at(23, 14))],
)
def test_quiet_hours_may_lie_in_one_day_or_be_none(
    quiet_from: time, quiet_until: time, moved: object
) -> None:
    house = replace(HOUSE, quiet_from=quiet_from, quiet_until=quiet_until)

    assert one(in_house(), "welcome", house, now=at(23)).at == moved


@pytest.mark.parametrize(("value", "goes"), [("BB", False), ("RO", True), (None, True)])
def test_a_condition_decides_which_stays_get_a_step(value: str | None, *, goes: bool) -> None:
    offer = replace_step(PRE_STAY, only_if=(Condition(Field.BOARD, Asks.IS_NOT, ("BB",)),))
    line = one(stay(values={"board": value}), "pre_stay", steps=(offer,))

    assert line.standing == ("wanted" if goes else "absent")


def test_a_step_that_the_hotel_cannot_have_says_why() -> None:
    line = one(stay(), "confirmation", impossible={"confirmation": "too_old"})

    assert (line.reason, line.facts) == ("step_unavailable", {"why": "too_old"})


def test_a_birthday_is_wished_three_years_and_only_after_a_stay() -> None:
    guest = person(birthday="1980-02-29")

    assert [line.at for line in planned(gone(people=(guest,)), now=at(27))["birthday"]] == [
        datetime(2027, 2, 28, 9, tzinfo=UTC),
        datetime(2028, 2, 29, 9, tzinfo=UTC),
        datetime(2029, 2, 28, 9, tzinfo=UTC),
    ]
    assert "birthday" not in planned(stay(people=(guest,)))


def test_a_guest_with_a_stay_to_come_is_not_won_back() -> None:
    coming = person(next_stay_on=date(2026, 8, 1))

    assert one(gone(people=(coming,)), "win_back", now=at(27)).reason == "future_stay"
    assert one(gone(), "win_back", now=at(27)).standing == "wanted"
    assert one(gone(people=(person(is_last=False),)), "win_back", now=at(27)).reason == "superseded"


def test_a_relay_is_good_for_the_stay_and_not_for_winning_back() -> None:
    masked = person(points=(point(role=Role.RELAY),))

    assert one(stay(people=(masked,)), "pre_stay").standing == "wanted"
    assert one(gone(people=(masked,)), "win_back", now=at(27)).reason == "relay_address"
    assert one(gone(people=(masked,)), "survey", now=at(27)).reason == "relay_address"


def test_the_confirmation_goes_to_who_booked_and_the_rest_to_the_guest() -> None:
    people = (person(), person("booker", 12, points=(point(8),)))
    found = planned(stay(people=people))

    assert [found[key][0].wanted.profile_id for key in ("confirmation", "pre_stay")] == [12, 11]  # type: ignore[union-attr]


def test_what_the_stay_needs_falls_back_to_the_other_and_a_survey_does_not() -> None:
    people = (person(points=()), person("booker", 12))

    assert one(stay(people=people), "pre_stay").wanted.profile_id == 12  # type: ignore[union-attr]
    assert one(gone(people=people), "survey", now=at(27)).reason == "no_address"


def test_an_agency_is_written_to_only_by_a_step_for_agencies() -> None:
    agency = person("booker", 12, kind=ProfileKind.AGENCY, points=(point(8, Role.AGENCY),))
    people = (person(points=()), agency)
    step = replace_step(STANDARD[0], to=To.AGENCY)

    assert one(stay(people=people), "confirmation").reason == "agency_address"
    assert one(stay(people=people), "confirmation", steps=(step,)).standing == "wanted"


@pytest.mark.parametrize("step", STANDARD, ids=lambda step: step.key)
def test_a_child_is_never_a_recipient(step: Step) -> None:
    everybody = [replace_step(step, to=to) for to in To]
    family = (
        person(is_child=True),
        person("booker", 12, is_child=True),
        person("companion", 13, is_child=True),
    )
    for to in everybody:
        for state in (stay(people=family), in_house(people=family), gone(people=family)):
            lines = planned(state, now=at(23), steps=(to,))
            assert not [line for each in lines.values() for line in each if line.wanted]


def test_companions_get_theirs_unless_they_share_the_address() -> None:
    step = replace_step(STANDARD[5], to=To.COMPANIONS)
    people = (
        person(),
        person("companion", 12, points=(point(7),)),
        person("companion", 13, points=(point(8),)),
    )
    lines = planned(in_house(people=people), now=at(23), steps=(step,))["welcome"]

    assert [(line.standing, line.reason) for line in lines] == [
        ("absent", "party_already_written"),
        ("wanted", ""),
    ]


def test_a_replaced_guest_is_addressed_instead() -> None:
    replaced = stay(people=(person(profile_id=99, points=(point(70),)),))

    assert one(replaced, "pre_stay").wanted.contact_point_id == 70  # type: ignore[union-attr]


def test_the_language_is_the_stays_then_the_guests_and_says_why() -> None:
    french = person(language="fr", country="DE")

    line = one(stay(people=(french,)), "pre_stay")
    assert line.wanted
    assert (line.wanted.language, line.wanted.language_why) == ("fr", "profile")


def test_the_same_stay_has_the_same_plan_whenever_it_is_asked() -> None:
    early, later = (
        rules.plan(stay(), HOUSE, [running(live_from=LIVE)], BOOKED + timedelta(hours=hours))
        for hours in (0, 20)
    )

    assert early == later


def test_a_change_of_kind_knows_no_message_that_is_no_step() -> None:
    never = {Kind.MAILING, Kind.CORRECTION, Kind.ARRIVAL_INFO, Kind.CONFIRM_ADDRESS, Kind.LETTER}
    assert {step.kind for step in STANDARD} == set(Kind) - never


def replace_step(step: Step, **facts: Any) -> Step:
    return type(step)(**{name: getattr(step, name) for name in step.__struct_fields__} | facts)
