"""What a step asks more than its kind counts at the gate, and a hotel's choice is decided on at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from staytrue.hotel import scope
from staytrue.kit.errors import Forbidden, Refused
from staytrue.messages import doors
from staytrue.messages.kinds import Kind, State
from staytrue.messages.models import GateSetting
from staytrue.messages.reasons import Reason
from staytrue.staff import audit
from staytrue.staff.access import house_access
from tests.make import NOON
from tests.messages import scene, ways
from tests.messages.scene import MINUTE
from tests.staff import people

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def home(tmp_path: Path) -> Iterator[Path]:
    """A home of the test's own."""
    with ways.home(tmp_path / "home") as place:
        yield place


def test_a_step_that_tolerates_less_than_its_kind_holds_its_message() -> None:
    house = scene.build()
    tight = {"freshness_minutes": 30}
    house.plan(
        house.wanted(Kind.PRE_STAY), house.wanted(Kind.PRE_STAY, facts=tight, occurrence="2")
    )

    assert [each.message.occurrence for each in house.claim(NOON + 40 * MINUTE)] == ["1"]
    (held,) = [each for each in scene.messages() if each.state == State.HELD]
    assert held.reason in {Reason.STALE_MIRROR, Reason.NOT_CONFIRMED_LIVE}
    assert held.facts["limit_seconds"] == 1_800


def test_a_step_never_widens_what_its_kind_tolerates() -> None:
    house = scene.build()
    house.plan(house.wanted(Kind.CONFIRMATION, facts={"freshness_minutes": 6_000}))

    assert not house.claim(NOON + 40 * MINUTE)


def test_a_step_that_sells_needs_what_advertising_needs() -> None:
    house = scene.build()
    house.plan(house.wanted(Kind.PRE_STAY, purpose="marketing"))
    house.refuses("marketing")
    assert not house.claim()

    assert scene.only().reason == Reason.OPTED_OUT


def test_a_choice_is_kept_within_its_range_and_by_who_may() -> None:
    house = scene.build()
    with scope.everything(), audit.acting("tests", NOON):
        doors.choose(house_access("tests"), house.hotel, {"cap_messages": 3}, NOON)
        for wrong in ({"cap_messages": 0}, {"limits": {"birthday": 0}}, {"limits": {"fax": 5}},
                      {"without_check_in": ["confirmation"]}, {"colour": "red"}):  # fmt: skip
            with pytest.raises(Refused):
                doors.choose(house_access("tests"), house.hotel, wrong, NOON)
        with pytest.raises(Forbidden):
            doors.choose(people.access("marketing"), house.hotel, {"cap_messages": 9}, NOON)

    with scope.everything():
        assert GateSetting.objects.get().cap_messages == 3
