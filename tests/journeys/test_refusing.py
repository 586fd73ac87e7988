"""Who said no is not planned for, and the plan says so; what the stay needs still goes."""

from __future__ import annotations

import pytest

from staytrue.consent import acts
from staytrue.consent.acts import About, Spoken
from staytrue.consent.purposes import GROUP, Channel, Origin, Purpose
from staytrue.consent.ratchet import Cause
from staytrue.flow import reactions
from staytrue.hotel import scope
from staytrue.hotel.codes import Status
from staytrue.hotel.records import Email
from staytrue.journeys import settling
from staytrue.staff import audit
from tests import make
from tests.journeys.scenes import BOOKED, Scene, running, stay

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    return running()


def refuse(scene: Scene, *purposes: Purpose) -> None:
    with scope.everything():
        acts.opt_out(
            [About(scene.house.guest("G1"))], purposes, [Channel.EMAIL], GROUP,
            Spoken(Origin.DESK, "member:1"), scene.at,
        )  # fmt: skip
    while reactions.settle(scene.at):
        pass


def test_an_opt_out_drops_what_was_planned_and_leaves_what_the_stay_needs(scene: Scene) -> None:
    scene.read(stay())
    refuse(scene, Purpose.SERVICE, Purpose.MARKETING)

    assert set(scene.planned()) == {"confirmation", "pre_checkin"}
    assert [row.reason for row in scene.messages(state="closed")] == ["opted_out"]


def test_planning_again_does_not_bring_back_what_was_refused(scene: Scene) -> None:
    over = stay(status=Status.CHECKED_OUT, checked_out_at=BOOKED)
    scene.read(over)
    assert "win_back" in scene.planned()
    refuse(scene, Purpose.MARKETING)
    scene.settle("30117")

    assert "win_back" not in scene.planned()
    with scope.everything():
        lines = settling.plans([scene.house.stay("30117")], scene.at)
    assert {line.reason for line in lines if line.step.key == "win_back"} == {"opted_out"}


def test_what_one_address_refused_is_planned_for_the_next(scene: Scene) -> None:
    guest = make.profile(emails=[Email("old@fontanel.example"), Email("new@fontanel.example")])
    scene.people(guest)
    scene.read(stay())
    (before,) = {each.contact_point_id for each in scene.messages(kind="pre_stay")}
    with scope.everything(), audit.acting("tests", scene.at):
        acts.suppress([About(None, before)], Channel.EMAIL, Cause.BOUNCE,
                      Spoken(Origin.CARRIER, "tests"), scene.at)  # fmt: skip
    scene.settle("30117")

    (after,) = {each.contact_point_id for each in scene.messages(kind="pre_stay")}
    assert after is not None
    assert after != before
    assert set(scene.planned()) >= {"pre_stay", "pre_checkin"}
