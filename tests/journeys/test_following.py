"""A hotel gets another standing of a step: the plans follow by themselves, and somebody is asked."""

from __future__ import annotations

from datetime import timedelta

import pytest

from staytrue.changes.models import Unsettled
from staytrue.flow import jobs, reactions
from staytrue.hotel import scope
from staytrue.inbox.models import Connection
from staytrue.journeys import actions, following
from staytrue.journeys.models import JourneyPlace
from staytrue.kit.errors import Refused
from staytrue.staff import audit
from staytrue.staff.access import house_access
from staytrue.staff.models import Ask
from staytrue.web import sentences
from tests.journeys import scenes
from tests.journeys.scenes import READ, Scene, stay

pytestmark = pytest.mark.django_db
LATER = READ + timedelta(minutes=5)


@pytest.fixture
def scene() -> Scene:
    made = scenes.running()
    follow()
    made.read(stay())
    return made


def follow() -> int:
    with scope.everything():
        return following.follow(LATER)


def stops(of: Scene, at: object = LATER) -> None:
    with scope.everything(), audit.acting("tests", READ):
        Connection.objects.filter(pk=of.house.link.pk).update(stopped_at=at)


def test_a_sheet_that_changes_drops_what_became_impossible_and_brings_it_back(
    scene: Scene,
) -> None:
    assert set(scene.planned()) == {"confirmation", "pre_stay", "pre_checkin"}
    stops(scene)
    jobs.follow_capabilities(LATER)
    reactions.settle(LATER)
    assert not scene.planned()
    assert {row.reason for row in scene.messages()} == {"step_unavailable"}

    stops(scene, None)
    jobs.follow_capabilities(LATER)
    reactions.settle(LATER)
    assert set(scene.planned()) == {"confirmation", "pre_stay", "pre_checkin"}


def test_a_sheet_that_stays_as_it_was_wakes_nobody(scene: Scene) -> None:
    with scope.everything():
        Unsettled.objects.all().delete()

    assert follow() == 0
    with scope.everything():
        assert not Unsettled.objects.filter(reaction=actions.REACTION).exists()


def test_a_step_that_was_lost_is_asked_about_until_it_is_back(scene: Scene) -> None:
    stops(scene)
    follow()
    follow()
    with scope.everything():
        ask = Ask.objects.get(key__endswith=":welcome", closed_at=None)
    title, why = sentences.ask(ask.kind, ask.facts)
    assert title == "Hotel Sirga no longer gets: Welcome"
    assert "the connection is stopped" in why

    stops(scene, None)
    follow()
    with scope.everything():
        assert not Ask.objects.filter(kind=following.ASK, closed_at=None).exists()


def test_what_was_impossible_from_the_first_is_asked_of_nobody(scene: Scene) -> None:
    with scope.everything():
        JourneyPlace.objects.update(standings={})
    stops(scene)
    follow()
    follow()

    with scope.everything():
        assert not Ask.objects.filter(kind=following.ASK).exists()


def test_a_changed_sheet_stops_the_switching_on_too(scene: Scene) -> None:
    stops(scene)
    with scope.everything(), audit.acting("tests", READ):
        JourneyPlace.objects.all().delete()
    with scope.everything(), pytest.raises(Refused, match="not possible at Hotel Sirga"):
        actions.switch_on(house_access("tests"), scenes.journey(), scene.sirga, LATER)
