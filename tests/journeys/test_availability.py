"""What a hotel gets of each step follows from what its PMS really sends, and from nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from staytrue.hotel import scope
from staytrue.hotel.records import Profile
from staytrue.journeys import actions, measuring, queries
from staytrue.journeys.availability import Sheet, Standing, Why, available
from staytrue.journeys.models import JourneyPlace, JourneyVersion
from staytrue.journeys.steps import STANDARD
from staytrue.kit.errors import Refused
from staytrue.mirror.models import FillRate
from staytrue.staff import audit
from tests.journeys.scenes import READ, journey, running
from tests.staff import people

PUSH = Sheet(
    cadence=timedelta(minutes=1), says_check_in=True, says_check_out=True,
    sent=frozenset({"emails", "birth_date"}),
)  # fmt: skip
DAILY = replace(PUSH, cadence=timedelta(hours=24))
STEPS = {step.key: step for step in STANDARD}


def told(key: str, sheet: Sheet) -> tuple[Standing, Why | None]:
    found = available(STEPS[key], sheet)
    return found.standing, found.why


def test_a_living_hotel_has_everything() -> None:
    assert {told(key, PUSH) for key in STEPS} == {(Standing.LIVE, None)}


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("confirmation", (Standing.IMPOSSIBLE, Why.TOO_SLOW)),
        ("change", (Standing.HELD, Why.NEXT_READING)),
        ("cancellation", (Standing.HELD, Why.NEXT_READING)),
        ("pre_checkin", (Standing.HELD, Why.CONFIRMED_BY_DESK)),
        ("pre_stay", (Standing.LIVE, None)),
        ("thank_you", (Standing.LIVE, None)),
    ],
)
def test_a_daily_file_is_too_slow_for_what_must_be_fresh(
    key: str, expected: tuple[Standing, Why | None]
) -> None:
    assert told(key, DAILY) == expected


def test_a_live_look_lets_a_daily_hotel_confirm() -> None:
    looking = replace(DAILY, can_look_up=True)

    assert told("confirmation", looking) == (Standing.LIVE, Why.ASKS_FIRST)


@pytest.mark.parametrize(
    ("key", "sheet", "why"),
    [
        ("welcome", replace(PUSH, says_check_in=False), Why.NO_CHECK_IN),
        ("survey", replace(PUSH, says_check_out=False), Why.NO_CHECK_OUT),
        ("win_back", replace(PUSH, says_check_out=False), Why.NO_CHECK_OUT),
        ("birthday", replace(PUSH, sent=frozenset({"emails"})), Why.NO_BIRTH_DATES),
        ("pre_stay", replace(PUSH, sent=frozenset({"phones"})), Why.NO_ADDRESSES),
        ("pre_stay", replace(PUSH, is_stopped=True), Why.STOPPED),
        ("pre_stay", Sheet(), Why.NOT_MEASURED),
    ],
)
def test_what_the_pms_does_not_send_makes_a_step_impossible(
    key: str, sheet: Sheet, why: Why
) -> None:
    assert told(key, sheet) == (Standing.IMPOSSIBLE, why)


def test_a_hotel_that_waived_the_check_in_has_its_welcome() -> None:
    trusting = replace(PUSH, says_check_in=False, waived=frozenset({"welcome"}))

    assert told("welcome", trusting) == (Standing.LIVE, Why.WAIVED)
    assert told("mid_stay", trusting) == (Standing.IMPOSSIBLE, Why.NO_CHECK_IN)


@pytest.mark.django_db
def test_a_changed_sheet_flips_the_step_and_stops_the_switching_on() -> None:
    scene = running()
    access = people.access("administrator")
    with scope.everything(), audit.acting("tests", READ):
        JourneyPlace.objects.all().delete()
        FillRate.objects.filter(field="birth_date").update(filled=0)
        shown = queries.one(access, "stay", READ)
        with pytest.raises(Refused) as refusal:
            actions.switch_on(access, journey(), scene.sirga, READ)
        assert not JourneyPlace.objects.exists()
        FillRate.objects.filter(field="birth_date").update(filled=15)
        actions.switch_on(access, journey(), scene.sirga, READ)

    assert shown
    assert [(step.key, each.why) for row in shown.rows for step, each in row.cells
            if row.hotel == scene.sirga and each.standing == Standing.IMPOSSIBLE] == [
        ("birthday", Why.NO_BIRTH_DATES)
    ]  # fmt: skip
    assert (refusal.value.code, refusal.value.facts["step"]) == ("step_impossible", "birthday")
    assert JourneyVersion.objects.get().state == "live"


@pytest.mark.django_db
def test_a_hotel_that_was_only_loaded_so_far_has_what_its_profiles_show() -> None:
    scene = running()
    with scope.everything():
        FillRate.objects.all().delete()
        before = measuring.sheets([scene.sirga.pk], READ)[scene.sirga.pk]
        scene.people(Profile(source_id="P9", last_name="Arana", birth_date="1980-05-17"))
        after = measuring.sheets([scene.sirga.pk], READ)[scene.sirga.pk]

    assert (set(before.sent), set(after.sent)) == ({"emails"}, {"emails", "birth_date"})


@pytest.mark.django_db
def test_confirmations_on_a_daily_feed_are_refused_with_the_reason() -> None:
    scene = running(cadence=86_400)
    access = people.access("administrator")
    with scope.everything(), audit.acting("tests", READ):
        JourneyPlace.objects.all().delete()
        with pytest.raises(Refused) as refusal:
            actions.switch_on(access, journey(), scene.sirga, READ)

    assert refusal.value.facts == {
        "step": "confirmation", "property": "Hotel Sirga", "why": "too_slow",
        "cadence": 86_400, "limit": 900,
    }  # fmt: skip
