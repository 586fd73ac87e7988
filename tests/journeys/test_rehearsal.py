"""A journey over the stays of the last year: what would have left, before anything does."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from staytrue.hotel import scope
from staytrue.hotel.codes import Status
from staytrue.journeys import actions, comparing, rehearsing
from staytrue.journeys.models import JourneyVersion
from staytrue.journeys.rehearsal import collisions, rehearsed
from staytrue.kit.errors import Refused
from staytrue.messages.models import Message
from tests.consent.scenes import person as guest_of
from tests.journeys.days import HOUSE, at, edit, running, stay
from tests.journeys.scenes import READ, journey
from tests.journeys.scenes import running as scene_running
from tests.journeys.scenes import stay as booking
from tests.staff import people
from tests.web.house import guest

NOW = datetime(2026, 7, 1, tzinfo=UTC)


def steps_of(of: object) -> list[str]:
    lines = rehearsed(of, HOUSE, running(live_from=NOW - timedelta(days=365)), NOW)  # type: ignore[arg-type]
    return [line.step.key for line in lines if line.wanted]


def test_a_past_stay_would_have_had_its_whole_set() -> None:
    over = stay(
        status=Status.CHECKED_OUT, checked_in_at=at(23, 14), checked_out_at=at(26, 9),
        imported=True, is_history=True,
    )  # fmt: skip

    assert steps_of(over) == [
        "confirmation", "pre_stay", "pre_checkin", "welcome", "mid_stay", "thank_you", "survey",
    ]  # fmt: skip


def test_a_cancelled_stay_would_have_had_what_left_before_and_the_cancellation() -> None:
    off = stay(status=Status.CANCELLED, cancellations=(edit(3),))

    assert steps_of(off) == ["confirmation", "cancellation"]


def test_a_no_show_would_have_had_nothing_of_a_stay() -> None:
    assert steps_of(stay(status=Status.NO_SHOW)) == ["confirmation", "pre_stay", "pre_checkin"]


def test_the_fourth_message_in_seven_days_collides() -> None:
    moments = [NOW + timedelta(days=day) for day in (0, 1, 2, 3, 8, 9)]

    assert collisions([moments, moments[:3]], 3, 7) == 1


@pytest.mark.django_db
def test_a_rehearsal_counts_messages_languages_and_missing_addresses() -> None:
    scene = scene_running()
    scene.people(guest_of("G3", "Peter van Dongen"))
    past = {"status": Status.CHECKED_OUT, "created_at": READ - timedelta(days=90)}
    scene.read(
        booking("1", arrival_on=date(2026, 3, 10), **past),
        booking("2", arrival_on=date(2026, 3, 20), guests=[guest(profile="G3")], **past),
        imported=True,
    )
    with scope.everything():
        version = JourneyVersion.objects.get()
        rehearsing.rehearse(version, "tests", READ)
        told = JourneyVersion.objects.get().rehearsal

    assert told["languages"] == {"fr": 7}
    assert told["steps"]["pre_stay"] == 1
    assert told["absent"]["pre_stay"]["no_address"] == 3
    assert {example["language"] for example in told["examples"]} == {"fr"}
    assert sum(told["hours"].values()) == told["messages"]


@pytest.mark.django_db
def test_a_draft_is_approved_only_after_its_rehearsal_and_by_somebody_else() -> None:
    scene_running()
    writer, other = people.access("administrator"), people.access("administrator")
    with scope.everything():
        version = actions.draft(writer, journey(), [], READ)
        with pytest.raises(Refused) as refusal:
            actions.approve(other, version, READ)
        assert refusal.value.code == "not_rehearsed"
        rehearsing.ask(writer, version, READ)
    rehearsing.rehearse_waiting(READ)
    with scope.everything():
        with pytest.raises(Refused) as refusal:
            actions.approve(writer, version, READ)
        assert refusal.value.code == "own_draft"
        actions.approve(other, version, READ)
        actions.go_live(other, version, READ)

    states = JourneyVersion.objects.order_by("number").values_list("state", flat=True)
    assert list(states) == ["retired", "live"]


@pytest.mark.django_db
def test_rehearsing_last_week_is_what_was_sent_and_each_difference_has_its_cause() -> None:
    scene = scene_running()
    scene.read(*(booking(number, created_at=READ - timedelta(hours=1)) for number in ("1", "2")))
    for number in ("1", "2"):
        scene.leave(number, "confirmation")
    since, now = READ - timedelta(days=1), READ + timedelta(days=6)
    with scope.everything():
        same = comparing.compared([scene.sirga.pk], since, now, now)
        Message.objects.filter(kind="confirmation", reservation_id=scene.house.stay("2")).update(
            state="closed", reason="disarmed"
        )
        differs = comparing.compared([scene.sirga.pk], since, now, now)

    assert (same.same, same.differences) == (2, [])
    assert differs.same == 1
    [difference] = differs.differences
    assert (difference.kind, difference.is_sent, difference.reason) == (
        "confirmation", False, "disarmed",
    )  # fmt: skip
