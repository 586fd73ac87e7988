"""What a hotel decided about its messages: meaning, default, who changed it, and what follows."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

import pytest
from django.test import Client

from staytrue.hotel import scope
from staytrue.journeys.models import JourneyPlace, JourneySetting
from staytrue.kit import clock
from staytrue.messages.models import GateSetting, Message
from staytrue.staff import audit
from tests.journeys import scenes
from tests.journeys.scenes import READ, Scene, stay

pytestmark = pytest.mark.django_db
PATH = "/hotels/BIO/messages/"


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Scene:
    monkeypatch.setattr(clock, "now", lambda: READ)
    return scenes.running()


@pytest.fixture
def manager(scene: Scene) -> Client:
    return scene.house.client("general_manager")


GIVEN: dict[str, Any] = {
    "cap_messages": "3", "cap_days": "7", "quiet_from": "22:00", "quiet_until": "08:00",
    "shared_above": "4", "look_ups_per_hour": "60", "without_check_in": ["welcome"],
    "confirming_channels": ["ota", "gds"], "writes_to_blocks": "on", "block_rooms": "12",
    "nights_min": "3", "limit-confirmation": "30", "limit-pre_stay": "1440",
}  # fmt: skip


def test_what_a_manager_decides_is_kept_and_only_what_differs_is_a_limit(manager: Client) -> None:
    manager.post(PATH, GIVEN)

    with scope.everything():
        door, own = GateSetting.objects.get(), JourneySetting.objects.get()
    assert (door.cap_messages, door.quiet_from, door.shared_above) == (3, time(22), 4)
    assert (door.look_ups_per_hour, door.without_check_in) == (60, ["welcome"])
    assert door.limits == {"confirmation": 30}
    assert (own.confirming_channels, own.writes_to_blocks) == (["ota", "gds"], True)
    assert (own.block_rooms, own.nights_min) == (12, 3)


def test_each_choice_says_its_default_and_who_changed_it(manager: Client) -> None:
    assert "Changed by" not in manager.get(PATH).content.decode()
    manager.post(PATH, GIVEN)
    page = manager.get(PATH).content.decode()

    assert "Default: 7." in page
    assert "Default: 15 min." in page
    assert page.count("Changed by Lea Morel,") == 11


def test_an_emptied_field_is_the_default_again(manager: Client) -> None:
    manager.post(PATH, GIVEN)
    manager.post(PATH, {})

    with scope.everything():
        door = GateSetting.objects.get()
    assert (door.cap_messages, door.quiet_from, door.limits) == (7, time(21), {})


def test_what_is_held_for_the_cap_is_decided_again_at_once(scene: Scene, manager: Client) -> None:
    scene.read(stay())
    with scope.everything():
        Message.objects.filter(kind="pre_stay").update(state="held", reason="capped")
    manager.post(PATH, {"cap_messages": "9"})

    with scope.everything():
        assert Message.objects.get(kind="pre_stay").held_until == READ


@pytest.mark.parametrize("given", [{"cap_messages": "0"}, {"limit-survey": "99999"},
                                   {"without_check_in": ["confirmation"]}])  # fmt: skip
def test_nonsense_is_refused_and_nothing_is_kept(manager: Client, given: dict[str, Any]) -> None:
    assert manager.post(PATH, given).status_code == 200

    with scope.everything():
        assert not GateSetting.objects.exists()


def test_marketing_sees_it_and_may_not_change_it(scene: Scene) -> None:
    client = scene.house.client("marketing")
    assert "Who may approve journeys here may change this." in client.get(PATH).content.decode()

    assert client.post(PATH, GIVEN).status_code == 403
    with scope.everything():
        assert not GateSetting.objects.exists()


def test_a_journey_runs_in_shadow_first_and_goes_live_from_its_page(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    with scope.everything(), audit.acting("tests", READ):
        JourneyPlace.objects.all().delete()
    manager = scene.house.client("administrator", everywhere=True)
    manager.post("/journeys/stay/at/BIO/", {"shadow": "1"})
    scene.read(stay(created_at=READ))
    assert {row.is_shadow for row in scene.messages()} == {True}
    page = manager.get("/journeys/stay/shadow/").content.decode()
    assert "Would have sent 0." in page
    assert "3 are still to come" in page

    monkeypatch.setattr(clock, "now", lambda: READ + timedelta(minutes=9))
    manager.post("/journeys/stay/at/BIO/", {})
    scene.settle("30117", now=READ + timedelta(minutes=9))
    assert {row.kind for row in scene.messages(is_shadow=False, state="planned")} == {
        "pre_stay", "pre_checkin",
    }  # fmt: skip
    assert "runs in shadow nowhere" in manager.get("/journeys/stay/shadow/").content.decode()
