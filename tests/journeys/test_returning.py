"""Whether a guest returns is known across the group, and asked only where a step wants to know."""

from __future__ import annotations

from datetime import date

import pytest
from msgspec.structs import replace

from staytrue.guests import links
from staytrue.hotel import scope
from staytrue.hotel.codes import Status
from staytrue.journeys.steps import STANDARD, Asks, Condition, Field, Step
from tests.consent.scenes import person
from tests.journeys import scenes
from tests.journeys.scenes import Scene, stay
from tests.web.house import guest

pytestmark = pytest.mark.django_db


def greets(answer: str) -> tuple[Step, ...]:
    pre_stay = next(step for step in STANDARD if step.key == "pre_stay")
    return (replace(pre_stay, only_if=(Condition(Field.RETURNING, Asks.IS, (answer,)),)),)


def came(of: Scene) -> None:
    """Claire was here in March; Nekane comes for the first time."""
    of.people(person("G2", "Nekane Olabarria", "nekane@olabarria.example"))
    with scope.everything():
        links.open_for([of.house.guest(id_) for id_ in ("G1", "G2")], "tests", 1, of.at)
    of.read(
        stay("20001", status=Status.CHECKED_OUT, arrival_on=date(2026, 3, 10)),
        stay("30117"),
        stay("30118", guests=[guest(profile="G2")]),
    )


@pytest.mark.parametrize(("answer", "planned"), [("yes", "30117"), ("no", "30118")])
def test_a_step_for_returning_guests_goes_to_them_alone(answer: str, planned: str) -> None:
    of = scenes.running(of=greets(answer))
    came(of)

    assert [row.reservation_id for row in of.messages(state="planned")] == [of.house.stay(planned)]
