"""Plans of stays as readings come in: kept, moved, dropped, new, and never twice."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from staytrue.guests import links
from staytrue.hotel import scope
from staytrue.hotel.codes import Status
from staytrue.journeys import settling
from staytrue.messages.planning import Moved, What
from tests import make
from tests.consent import scenes
from tests.consent.scenes import person
from tests.journeys.scenes import BOOKED, READ, Scene, running, stay
from tests.web import house
from tests.web.house import guest

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    return running()


def what(moved: list[Moved]) -> dict[str, What]:
    return {line.slot[0]: line.what for line in moved}


def test_a_new_booking_has_its_three_messages_planned(scene: Scene) -> None:
    assert what(scene.read(stay())) == dict.fromkeys(
        ("confirmation", "pre_stay", "pre_checkin"), What.NEW
    )
    letter = scene.planned()["pre_stay"]
    assert (letter.due_at, letter.language, letter.language_why) == (
        datetime(2026, 5, 20, 8, tzinfo=UTC), "fr", "profile",
    )  # fmt: skip
    assert letter.basis == {"arrival_on": "2026-05-23", "departure_on": "2026-05-26"}


def test_planning_again_changes_nothing(scene: Scene) -> None:
    scene.read(stay())

    assert set(what(scene.settle("30117")).values()) == {What.KEPT}
    assert len(scene.messages()) == 3


def test_a_date_change_moves_what_is_planned_and_keeps_what_left(scene: Scene) -> None:
    scene.read(stay())
    scene.leave("30117", "confirmation")
    moved = scene.read(stay(arrival_on=date(2026, 9, 10)))
    told = {line.slot[0]: (line.what, line.was_at, line.due_at) for line in moved}

    assert told["pre_stay"] == (
        What.MOVED, datetime(2026, 5, 20, 8, tzinfo=UTC), datetime(2026, 9, 7, 8, tzinfo=UTC),
    )  # fmt: skip
    assert "confirmation" not in told
    assert not [row for row in scene.planned().values() if row.due_at.month in (5, 6)]
    assert set(scene.planned()) == {"pre_stay", "pre_checkin", "change"}


def test_a_cancelled_stay_loses_its_plan_and_is_told(scene: Scene) -> None:
    scene.read(stay())
    scene.read(stay(status=Status.CANCELLED))
    dropped = scene.messages(state="closed")

    assert {row.reason for row in dropped} == {"cancelled"}
    assert set(scene.planned()) == {"cancellation"}


def test_cancelling_and_reinstating_repeats_no_confirmation(scene: Scene) -> None:
    scene.read(stay())
    scene.leave("30117", "confirmation")
    for status in (Status.CANCELLED, Status.CONFIRMED, Status.IN_HOUSE, Status.CHECKED_OUT,
                   Status.IN_HOUSE):  # fmt: skip
        scene.read(stay(status=status))

    assert len(scene.messages(kind="confirmation")) == 1


def test_three_edits_in_ten_minutes_become_one_message(scene: Scene) -> None:
    scene.read(stay())
    for minute, nights in ((10, 2), (14, 4), (19, 5)):
        scene.read(stay(nights=nights), at=READ + timedelta(minutes=minute))
    [change] = scene.messages(kind="change")

    assert change.due_at == READ + timedelta(minutes=29)
    assert change.basis["departure_on"] == "2026-05-28"


def test_a_message_of_change_that_left_is_not_repeated_by_the_next(scene: Scene) -> None:
    scene.read(stay())
    scene.read(stay(nights=2))
    scene.leave("30117", "change")
    scene.read(stay(nights=4), at=scene.at + timedelta(hours=2))

    assert [(row.occurrence, row.state) for row in scene.messages(kind="change")] == [
        ("1", "accepted"), ("2", "planned"),
    ]  # fmt: skip


def test_a_replaced_guest_takes_over_what_has_not_left(scene: Scene) -> None:
    [new] = scene.people(person("G2", "Nekane Olabarria", "nekane@olabarria.example"))
    scene.read(stay())
    scene.read(stay(guests=[guest(profile="G2")]))

    assert {row.profile_id for row in scene.planned().values()} == {new}


def test_a_booker_who_appears_later_gets_no_second_confirmation(scene: Scene) -> None:
    scene.people(person("G2", "Nekane Olabarria", "nekane@olabarria.example"))
    scene.read(stay())
    scene.leave("30117", "confirmation")
    scene.read(stay(guests=[guest(), guest("booker", "G2")]))

    assert len(scene.messages(kind="confirmation")) == 1


def test_five_rooms_with_one_address_get_one_of_each(scene: Scene) -> None:
    scene.read(*(stay(str(n), group_number="G77") for n in range(301, 306)))

    assert {row.kind for row in scene.messages()} == {"confirmation", "pre_stay", "pre_checkin"}
    assert len(scene.messages()) == 3


def test_a_room_that_joins_a_booking_later_does_not_repeat_what_left(scene: Scene) -> None:
    scene.read(stay("301", group_number="G77"))
    scene.leave("301", "confirmation")
    scene.read(stay("302", group_number="G77"))

    assert len(scene.messages(kind="confirmation")) == 1
    assert len(scene.messages(kind="pre_stay")) == 1


def test_a_forty_room_block_gets_nothing(scene: Scene) -> None:
    rooms = [stay(str(n), group_number="G9", channel="group") for n in range(400, 440)]

    assert scene.read(*rooms) == []


def test_a_check_in_brings_the_welcome_and_a_check_out_what_comes_after(scene: Scene) -> None:
    scene.read(stay())
    came = datetime(2026, 5, 23, 13, tzinfo=UTC)
    scene.read(stay(status=Status.IN_HOUSE, checked_in_at=came), at=came + timedelta(minutes=1))
    assert set(scene.planned()) == {"welcome", "mid_stay"}

    left = datetime(2026, 5, 25, 8, tzinfo=UTC)
    scene.read(
        stay(nights=2, status=Status.CHECKED_OUT, checked_in_at=came, checked_out_at=left), at=left
    )
    assert {kind: row.due_at for kind, row in scene.planned().items()} == {
        "thank_you": left + timedelta(hours=2),
        "survey": datetime(2026, 5, 26, 8, tzinfo=UTC),
        "win_back": datetime(2027, 3, 21, 10, tzinfo=UTC),
    }


def test_five_hundred_no_shows_get_nothing_of_a_stay(scene: Scene) -> None:
    """Slow: every one of them is read twice."""
    coming = [stay(str(50_000 + n)) for n in range(500)]
    scene.read(*coming)
    late = datetime(2026, 5, 27, 4, tzinfo=UTC)
    # Half of them the PMS never calls a no-show: they stay confirmed for ever.
    gone = [stay(str(50_000 + n), status=Status.NO_SHOW) for n in range(0, 500, 2)]
    scene.read(*gone, at=late)
    scene.settle(*(each.number for each in coming), now=late)
    kinds = {"welcome", "mid_stay", "thank_you", "survey"}

    assert not scene.messages(kind__in=kinds)
    assert not scene.messages(state="planned")


def test_an_imported_stay_that_departed_yesterday_gets_nothing(scene: Scene) -> None:
    over = stay("20001", status=Status.CHECKED_OUT, arrival_on=date(2026, 3, 30), nights=2)

    assert scene.read(over, imported=True) == []
    with scope.everything():
        lines = settling.plans([scene.house.stay("20001")], scene.at)
    assert {line.reason for line in lines} == {"history_import"}


def test_who_travels_again_is_not_won_back(scene: Scene) -> None:
    past = stay("1", status=Status.CHECKED_OUT, arrival_on=date(2026, 3, 30), nights=3,
                checked_out_at=BOOKED)  # fmt: skip
    scene.read(past)
    assert "win_back" in scene.planned("1")

    link_guest(scene)
    scene.read(stay("2"))
    assert "win_back" not in scene.planned("1")
    assert {row.reason for row in scene.messages(kind="win_back")} == {"future_stay"}


def link_guest(scene: Scene) -> None:
    """Claire's profile becomes a guest's."""
    with scope.everything():
        links.open_for([scene.house.guest("G1")], "tests", 1, scene.at)


def test_where_a_step_is_not_possible_it_is_not_planned() -> None:
    slow = running(cadence=86_400)

    assert set(what(slow.read(stay()))) == {"pre_stay", "pre_checkin"}
    with scope.everything():
        lines = settling.plans([slow.house.stay("30117")], slow.at)
    confirmation = next(line for line in lines if line.step.key == "confirmation")
    assert (confirmation.reason, confirmation.facts) == ("step_unavailable", {"why": "too_slow"})


def test_a_confirmation_moves_to_the_booker_who_appears_before_it_left(scene: Scene) -> None:
    [booker] = scene.people(person("G2", "Nekane Olabarria", "nekane@olabarria.example"))
    scene.read(stay())
    scene.read(stay(guests=[guest(), guest("booker", "G2")]))

    confirmation = scene.planned()["confirmation"]
    assert (confirmation.profile_id, confirmation.recipient_role) == (booker, "booker")
    assert len(scene.messages(kind="confirmation", state="planned")) == 1


def test_who_was_merged_away_in_the_pms_is_written_to_at_the_survivors_address(
    scene: Scene,
) -> None:
    old, new = scene.people(
        person("G2", "Nekane Olabarria", "nekane@old.example", merged_into="G3"),
        person("G3", "Nekane Olabarria", "nekane@olabarria.example", language="es"),
    )
    scene.read(stay(guests=[guest(profile="G2")]))
    letter = scene.planned()["pre_stay"]

    assert (letter.profile_id, letter.language_why) == (old, "profile")
    assert new != old


def test_a_booking_that_another_pms_shows_again_repeats_nothing(scene: Scene) -> None:
    scene.read(stay())
    scene.leave("30117", "confirmation")
    other = make.link(scene.sirga, "bio-new")
    house.take(other, person("N9", "Claire Fontanel", "claire@fontanel.example"), made_at=scene.at)
    scenes.kept([scene.house.guest("N9")])
    house.take(other, stay(guests=[guest(profile="N9")]), made_at=scene.at)
    scene.settle("30117")

    assert len(scene.messages(kind="confirmation")) == 1
    assert len(scene.messages(kind="pre_stay", state="planned")) == 1
