"""A complaint is answered by a person: until its case is closed nothing else reaches the guest."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from staytrue.consent import acts
from staytrue.consent.acts import Spoken
from staytrue.consent.purposes import GROUP, Channel, Origin, Purpose
from staytrue.desk import moving, opening
from staytrue.desk.models import Case
from staytrue.desk.opening import NewCase
from staytrue.flow import casework, reactions
from staytrue.hotel import scope
from staytrue.hotel.codes import Status
from staytrue.messages.guest_links import Opens
from staytrue.messages.kinds import DEMANDS, Kind, State
from staytrue.messages.models import Silence
from staytrue.messages.reasons import Reason
from staytrue.staff import audit
from staytrue.staff.access import Access
from staytrue.staff.models import Ask
from tests.forms import scene as guest_pages
from tests.make import NOON
from tests.messages import scene, ways
from tests.messages.scene import HOUR, MINUTE, Scene
from tests.staff import people

pytestmark = pytest.mark.django_db
LEFT = date(2026, 5, 21)


@pytest.fixture(autouse=True)
def home(tmp_path: Path) -> Iterator[Path]:
    """A home of the test's own."""
    with ways.home(tmp_path / "home") as place:
        yield place


def left(**facts: Any) -> Scene:
    """Claire checked out this morning, and may be asked how it was."""
    given = {"arrival_on": LEFT - timedelta(days=3), "checked_in_at": NOON - timedelta(days=3),
             "checked_out_at": NOON - 2 * HOUR}  # fmt: skip
    house = scene.build(Status.CHECKED_OUT, **given | facts)
    with scope.everything(), audit.acting("tests", NOON):
        acts.opt_in(house._about(), {Purpose.SURVEY}, {Channel.EMAIL}, GROUP,
                    Spoken(Origin.LETTER, "tests", wording="Ask me."), NOON)  # fmt: skip
    return house


def complains(house: Scene) -> tuple[Access, Case]:
    """Guest relations opens a recovery about her stay."""
    lea = people.access("guest_relations", at=house.hotel)
    with scope.everything():
        new = NewCase(property_id=house.hotel.pk, kind="recovery", words="Noise at night",
                      reservation_id=house.stay().pk)  # fmt: skip
        return lea, opening.open_case(lea, new, NOON - HOUR)


def closes(lea: Access, case: Case, minutes: int) -> None:
    with scope.everything():
        moving.take(lea, case.pk, NOON + minutes * MINUTE)
        moving.complete(lea, case.pk, NOON + minutes * MINUTE)


def test_after_the_stay_nobody_with_an_open_complaint_is_asked_for_a_review() -> None:
    house = left()
    lea, case = complains(house)
    house.plan(house.wanted(Kind.THANK_YOU), house.wanted(Kind.SURVEY))
    assert house.claim() == []
    assert {(each.state, each.reason) for each in scene.messages()} == {
        (State.HELD, Reason.SILENCE)
    }
    closes(lea, case, 10)
    assert {each.kind for each in _claimed(house, 11)} == {Kind.THANK_YOU, Kind.SURVEY}


def test_without_a_check_out_nothing_of_after_the_stay_leaves() -> None:
    house = scene.build(Status.IN_HOUSE, arrival_on=LEFT, checked_in_at=NOON - HOUR)
    house.plan(house.wanted(Kind.THANK_YOU), house.wanted(Kind.SURVEY))
    assert house.claim() == []


@pytest.mark.parametrize("kind", [Kind.PRE_CHECKIN, Kind.PRE_STAY, Kind.MID_STAY])
def test_while_a_recovery_is_open_only_what_the_stay_needs_leaves(kind: Kind) -> None:
    (status,) = sorted(DEMANDS[kind].statuses)[:1]
    facts: dict[str, Any] = {}
    if status != Status.CONFIRMED:
        facts = {"arrival_on": LEFT, "checked_in_at": NOON - 3 * HOUR}
    house = scene.build(status, **facts)
    lea, case = complains(house)
    house.plan(house.wanted(kind))
    passes = DEMANDS[kind].purpose == "stay"
    assert bool(house.claim()) is passes
    closes(lea, case, 10)
    assert bool(_claimed(house, 11)) is not passes


def _claimed(house: Scene, minutes: int) -> list[Any]:
    house.is_fresh(NOON + minutes * MINUTE)
    claimed = house.claim(NOON + minutes * MINUTE)
    return [each.message for each in claimed]


def test_a_low_score_on_the_hotels_own_page_opens_a_case_with_an_owner_within_a_minute() -> None:
    claire = guest_pages.build()
    answer = guest_pages.visitor().post(
        claire.link(Opens.SURVEY), {"score": "4", "topic": ["quiet"], "comment": "The lift hums."},
        follow=True,
    )  # fmt: skip
    assert answer.status_code == 200
    reactions.settle_one(casework.settle_cases, NOON + MINUTE)
    with scope.everything():
        case = Case.objects.get()
        asked = set(Ask.objects.filter(closed_at=None).values_list("kind", "role_id"))
        quiet = Silence.objects.filter(profile_id=claire.profile, until_at=None)
        assert quiet.exists()
    assert (case.kind, case.owner_role_id, case.cause) == ("recovery", "guest_relations", "noise")
    assert asked == {
        ("case_opened_low", "guest_relations"), ("case_opened_low", "general_manager"),
    }  # fmt: skip
