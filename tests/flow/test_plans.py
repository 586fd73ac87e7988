"""Readings wake the plans of stays by themselves, and so do guests and their addresses."""

from __future__ import annotations

from pathlib import Path

import pytest

from staytrue.flow import reactions, recognising
from staytrue.hotel import scope
from staytrue.hotel.codes import Status
from staytrue.hotel.records import Email, Reservation
from staytrue.journeys.models import JourneyPlace
from staytrue.staff import audit
from tests import make
from tests.journeys.scenes import READ, Scene, running, stay
from tests.web.house import guest

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    return running(cadence=86_400)


def take(scene: Scene, folder: Path, *stays: Reservation, minute: int) -> None:
    at = READ.replace(minute=minute)
    make.take(scene.house.link, make.stays_file(folder, at, *stays), at)
    reactions.settle(at)


def test_a_new_booking_of_a_file_is_planned(scene: Scene, tmp_path: Path) -> None:
    take(scene, tmp_path, stay(), minute=5)

    assert set(scene.planned()) == {"pre_stay", "pre_checkin"}


def test_a_cancellation_in_a_file_drops_the_plan(scene: Scene, tmp_path: Path) -> None:
    take(scene, tmp_path, stay(), minute=5)
    take(scene, tmp_path, stay(status=Status.CANCELLED, source_status="Cancelled"), minute=9)

    assert set(scene.planned()) == {"cancellation"}


def test_an_address_that_comes_later_is_planned_for(scene: Scene, tmp_path: Path) -> None:
    take(scene, tmp_path, stay(guests=[guest(profile="G5")]),
         minute=5)  # fmt: skip
    assert not scene.planned()

    late = READ.replace(minute=9)
    late_comer = make.profile(source_id="G5", emails=[Email("late@comer.example")])
    make.take(
        scene.house.link, make.guests_file(tmp_path, late, late_comer), late, "staytrue_guests"
    )
    recognising.catch_up(late)
    reactions.settle(late)

    assert set(scene.planned()) == {"pre_stay", "pre_checkin"}


def test_where_no_journey_runs_nothing_is_planned(scene: Scene, tmp_path: Path) -> None:
    with scope.everything(), audit.acting("tests", READ):
        JourneyPlace.objects.all().delete()
    take(scene, tmp_path, stay(), minute=5)

    assert not scene.messages()
