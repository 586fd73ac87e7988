"""What a member has is told to conditions and letters where there is a programme, and nowhere else."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from staytrue.flow import checking_out, jobs, reactions
from staytrue.guests import links
from staytrue.guests.accounts import configuring, programme
from staytrue.guests.accounts.programme import Membership
from staytrue.guests.models import Account
from staytrue.hotel import scope
from staytrue.hotel.models import Property
from staytrue.journeys.steps import STANDARD, Asks, Condition, Field, Step
from staytrue.kit import clock
from staytrue.loyalty import modules, moving
from staytrue.messages.writing import reading
from staytrue.messages.writing.reading import Asked
from staytrue.mirror.models import Profile
from staytrue.staff import audit
from tests.consent.scenes import person
from tests.journeys import scenes
from tests.journeys.scenes import READ, Scene, stay
from tests.loyalty.scene import left, live
from tests.staff import people
from tests.web.house import guest

pytestmark = pytest.mark.django_db
GOLD: dict[str, Any] = {
    "tiers": [{"key": "gold", "name": "Or", "any_of": [[{"measure": "nights", "at_least": 3}]]}]
}
APRIL = date(2026, 4, 1)


def asks(field: Field, how: Asks, value: str) -> tuple[Step, ...]:
    pre_stay = next(step for step in STANDARD if step.key == "pre_stay")
    return (replace(pre_stay, only_if=(Condition(field, how, (value,)),)),)


def house(*steps: Step) -> Scene:
    """Claire left in April with 75 points and a tier; Nekane is no member; both come in May."""
    of = scenes.running(of=steps or STANDARD)
    of.people(person("G2", "Nekane Olabarria", "nekane@olabarria.example"))
    chief = people.access("administrator")
    with scope.everything():
        configuring.set_for(chief, of.sirga, {}, READ)
        modules.turn(chief, None, READ, on=True)
        links.open_for([of.house.guest(each) for each in ("G1", "G2")], "tests", 1, READ)
    live(ladder=GOLD)
    left(of.house, "G1", day=APRIL)
    of.read(stay("30117"), stay("30118", guests=[guest(profile="G2")]))
    return of


def profile(source_id: str) -> int:
    with scope.everything():
        return Profile.objects.get(source_id=source_id).pk


def switch(hotel: Property | None, *, on: bool) -> None:
    with audit.acting("tests", READ, "A try"):
        checking_out.turn_module(people.access("administrator"), hotel, READ, on=on, reason="A try")


def planned(of: Scene) -> list[int]:
    return [row.reservation_id for row in of.messages(state="planned", kind="pre_stay")]


def test_a_member_has_his_tier_and_points_and_nobody_else_has_any() -> None:
    of = house()
    claire, nekane = (of.sirga.pk, profile("G1")), (of.sirga.pk, profile("G2"))
    may = APRIL + timedelta(days=50)
    assert programme.memberships([claire, nekane], may) == {claire: Membership("gold", "Or", 75)}
    # A tier that a year ago was reached is lost, points are kept.
    assert programme.memberships([claire], date(2027, 6, 1)) == {claire: Membership("", "", 75)}
    switch(of.sirga, on=False)
    assert programme.memberships([claire], may) == {}
    switch(of.sirga, on=True)
    switch(None, on=False)
    assert programme.memberships([claire], may) == {}


def test_a_letter_tells_a_member_what_he_has_and_nothing_where_the_programme_is_off() -> None:
    of = house()
    asked = [Asked(of.sirga.pk, profile(each), "fr") for each in ("G1", "G2")]
    with scope.everything():
        told = [each["member"] for each in reading.read(asked, READ)]
    assert told == [{"tier": "Or", "points": "75"}, {}]
    switch(None, on=False)
    with scope.everything():
        assert [each["member"] for each in reading.read(asked, READ)] == [{}, {}]


@pytest.mark.parametrize(
    ("step", "numbers"),
    [
        (asks(Field.TIER, Asks.IS, "gold"), ["30117"]),
        (asks(Field.TIER, Asks.IS_NOT, "gold"), ["30118"]),
        (asks(Field.POINTS, Asks.AT_LEAST, "75"), ["30117"]),
        (asks(Field.POINTS, Asks.AT_LEAST, "76"), []),
        (asks(Field.POINTS, Asks.AT_MOST, "75"), ["30117"]),
    ],
)
def test_a_step_goes_to_members_with_what_it_asks(
    step: tuple[Step, ...], numbers: list[str]
) -> None:
    of = house(*step)
    assert planned(of) == [of.house.stay(number) for number in numbers]


def test_points_spent_and_a_programme_switched_off_change_the_plan_within_an_hour() -> None:
    of = house(*asks(Field.POINTS, Asks.AT_LEAST, "70"))
    assert planned(of) == [of.house.stay("30117")]
    with scope.everything():
        account = Account.objects.get()
    moving.hold(people.access("administrator"), account.pk, 10, "Wine", READ)
    with clock.use(lambda: READ):
        follow()
        assert planned(of) == []
        moving.adjust(people.access("administrator"), account.pk, 5, "A slip", READ)
        follow()
        assert planned(of) == [of.house.stay("30117")]
        switch(None, on=False)
        follow()
    assert planned(of) == []


def follow() -> None:
    jobs.follow_members(READ)
    reactions.settle(READ)
