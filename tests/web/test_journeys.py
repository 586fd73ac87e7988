"""Journeys on screens: what each hotel gets, the way to live, and the plan of a stay."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from staytrue.hotel import scope
from staytrue.hotel.codes import Status
from staytrue.journeys import rehearsing
from staytrue.journeys.models import Journey, JourneyPlace, JourneyVersion
from staytrue.journeys.steps import STANDARD
from staytrue.kit import clock
from staytrue.web.step_form import as_told
from tests.journeys import scenes
from tests.journeys.scenes import READ, Scene, stay

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Scene:
    monkeypatch.setattr(clock, "now", lambda: READ)
    return scenes.running(cadence=86_400)


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_table_says_what_a_daily_hotel_gets_of_each_step(scene: Scene) -> None:
    page = text(scene.house.client("front_desk"), "/journeys/stay/")

    assert "read every 24 h, limit 15 min" in page
    assert "front desk confirms each one" in page
    assert "goes after the next reading" in page
    assert "Keep as a draft" not in page


def test_the_plan_of_a_stay_says_moved_dropped_and_waits(scene: Scene) -> None:
    scene.read(stay())
    scene.read(stay(arrival_on=date(2026, 5, 24)))
    page = text(scene.house.client("front_desk"), f"/stays/{scene.house.stay('30117')}/")

    assert "Plan of messages" in page
    assert "<del>" in page
    assert "Moved with the stay." in page
    assert "The PMS has not said yet that the guest checked in." in page
    assert "The PMS does not tell what this step needs." in page


def test_a_role_that_reads_no_profiles_sees_no_name_in_a_plan(scene: Scene) -> None:
    scene.read(stay())
    page = text(scene.house.client("department"), f"/stays/{scene.house.stay('30117')}/")
    plan = page[page.index("Plan of messages") :]

    assert "Fontanel" not in plan


def test_an_imported_past_stay_says_why_nothing_leaves(scene: Scene) -> None:
    scene.read(
        stay("20001", status=Status.CHECKED_OUT, arrival_on=date(2026, 3, 30), nights=2),
        imported=True,
    )
    page = text(scene.house.client("front_desk"), f"/stays/{scene.house.stay('20001')}/")

    assert "Suppressed: history import." in page


def test_a_version_goes_from_draft_over_rehearsal_to_live(scene: Scene) -> None:
    writer = scene.house.client("administrator", everywhere=True)
    other = scene.house.client("administrator", everywhere=True)
    given = as_told(next(step for step in STANDARD if step.key == "pre_stay"))
    given |= {"days": "-5", "at": "11:00"}
    kept = writer.post("/journeys/stay/steps/pre_stay/", given)
    assert kept.status_code == 302
    with scope.everything():
        draft = JourneyVersion.objects.get(state="draft")
    assert draft.steps[3]["when"] == {"anchor": "arrival", "days": -5, "at": "11:00"}

    writer.post("/journeys/stay/rehearse/")
    rehearsing.rehearse_waiting(READ)
    assert "someone else must approve" in writer.post(
        "/journeys/stay/approve/", follow=True
    ).content.decode()  # fmt: skip
    other.post("/journeys/stay/approve/")
    other.post("/journeys/stay/approve/", {"live": "1"})
    with scope.everything():
        assert JourneyVersion.objects.get(state="live").number == 2


def test_a_journey_is_refused_where_a_step_is_not_possible(scene: Scene) -> None:
    with scope.everything(), scenes.audit.acting("tests", READ):
        JourneyPlace.objects.all().delete()
    client = scene.house.client("administrator", everywhere=True)
    said = client.post("/journeys/stay/at/BIO/", follow=True).content.decode()

    assert "confirmation is not possible at Hotel Sirga" in said
    assert not JourneyPlace.objects.exists()
    client.post("/journeys/stay/at/BIO/", {"leave_out": "1"})
    with scope.everything():
        assert JourneyPlace.objects.get().live_from == READ


def test_who_may_not_approve_switches_nothing_on(scene: Scene) -> None:
    client = scene.house.client("marketing", everywhere=True)

    assert client.post("/journeys/stay/at/BIO/", {"off": "1"}).status_code == 403
    assert client.post("/journeys/stay/approve/").status_code == 403


def test_the_standard_journey_is_taken_as_a_draft(scene: Scene) -> None:
    with scope.everything(), scenes.audit.acting("tests", READ):
        Journey.objects.all().delete()
    client = scene.house.client("administrator", everywhere=True)
    assert "Take the standard journey" in text(client, "/journeys/")
    client.post("/journeys/install/")

    with scope.everything():
        assert JourneyVersion.objects.get().state == "draft"
    assert "Draft, version 1" in text(client, "/journeys/")
