"""The editor of a journey: steps changed on screens, seen on a real stay, and told apart by version."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from staytrue.hotel import scope
from staytrue.hotel.models import Property
from staytrue.journeys.models import JourneyVersion
from staytrue.journeys.steps import STANDARD, read
from staytrue.kit import clock
from staytrue.loyalty import modules
from staytrue.messages.models import Letterhead
from staytrue.staff import audit
from staytrue.staff.actions import set_language
from staytrue.web.step_form import as_told
from tests.journeys import scenes
from tests.journeys.scenes import READ, Scene, stay
from tests.loyalty.scene import live
from tests.staff import people
from tests.web.house import signed_in

pytestmark = pytest.mark.django_db
PRE_STAY = next(step for step in STANDARD if step.key == "pre_stay")
EDITOR = "/journeys/stay/steps/pre_stay/"


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Scene:
    monkeypatch.setattr(clock, "now", lambda: READ)
    return scenes.running(cadence=86_400)


@pytest.fixture
def writer(scene: Scene) -> Client:
    return scene.house.client("administrator", everywhere=True)


def told(**facts: Any) -> dict[str, Any]:
    """What the form sends, with these fields changed."""
    return as_told(PRE_STAY) | facts


def draft() -> dict[str, Any]:
    """The steps of the draft by their keys."""
    with scope.everything():
        return {step.key: step for step in read(JourneyVersion.objects.get(state="draft").steps)}


def test_the_form_of_every_standard_step_sent_untouched_changes_nothing(writer: Client) -> None:
    for step in STANDARD:
        writer.post(f"/journeys/stay/steps/{step.key}/", as_told(step))

    assert tuple(draft().values()) == STANDARD


def test_every_part_of_a_step_is_kept_as_a_draft(writer: Client) -> None:
    answer = writer.post(EDITOR, told(**{
        "days": "-5", "at": "11:30", "late": "shorten", "to": "booker", "class": "marketing",
        "nights_min": "2", "freshness_minutes": "90", "until_anchor": "departure",
        "until_days": "-1", "until_at": "08:00", "to_blocks": "on", "what-0": "channel:is",
        "value-0": "OTA, Website", "what-1": "returning:is", "value-1": "yes",
    }))  # fmt: skip
    assert answer.status_code == 302
    step = draft()["pre_stay"]

    assert (step.when.days, step.when.at, step.late, step.to) == (-5, "11:30", "shorten", "booker")
    assert (step.purpose, step.to_blocks, step.limit_minutes) == ("marketing", True, 90)
    assert step.until.anchor == "departure"
    assert [(each.field, each.asks, each.values) for each in step.only_if] == [
        ("channel", "is", ("ota", "website")), ("returning", "is", ("yes",)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Only for guests who come for the first time."),
        ("fr", "Seulement pour les clients qui viennent pour la première fois."),
        ("es", "Solo para huéspedes que vienen por primera vez."),
    ],
)
def test_a_condition_stands_as_a_sentence_in_the_readers_language(
    scene: Scene, language: str, words: str
) -> None:
    member = people.member("administrator")
    with audit.acting("tests", READ):
        set_language(member, language)
    client = signed_in(member)
    page = client.post(EDITOR + "seen/", told(**{"what-0": "returning:is", "value-0": "no"}))

    assert words in page.content.decode()


def test_nonsense_is_said_and_nothing_is_kept(writer: Client) -> None:
    page = writer.post(EDITOR, told(**{"what-0": "nights:at_least", "value-0": "many"}))

    assert "says nothing that can be compared" in page.content.decode()
    with scope.everything():
        assert not JourneyVersion.objects.filter(state="draft").exists()


def test_the_plan_of_a_real_stay_follows_what_is_typed(scene: Scene, writer: Client) -> None:
    scene.read(stay())
    with scope.everything(), audit.acting("tests", READ):
        Letterhead.objects.create(property=scene.sirga, legal_line="Sirga Hoteles S.L.")
    pk = str(scene.house.stay("30117"))
    page = writer.post(EDITOR + "seen/", told(stay=pk)).content.decode()
    assert "20 May 10:00" in page
    assert "The PMS has not said yet that the guest checked in." in page
    assert "As the guest sees it" in page

    later = writer.post(EDITOR + "seen/", told(stay=pk, days="-7", at="12:15")).content.decode()
    assert "16 May 12:15" in later
    none = writer.post(
        EDITOR + "seen/", told(stay=pk, **{"what-0": "nights:at_least", "value-0": "9"})
    ).content.decode()
    assert "A condition of the step is not met." in none
    with scope.everything():
        assert not JourneyVersion.objects.filter(state="draft").exists()


def test_without_script_a_button_shows_it_and_keeps_nothing(scene: Scene, writer: Client) -> None:
    scene.read(stay())
    pk = str(scene.house.stay("30117"))
    page = writer.post(EDITOR, told(stay=pk, days="-7", at="12:15", show="1")).content.decode()

    assert "16 May 12:15" in page
    with scope.everything():
        assert not JourneyVersion.objects.filter(state="draft").exists()


def test_who_may_not_see_the_stay_gets_no_preview_of_it(scene: Scene) -> None:
    scene.read(stay())
    with scope.everything():
        other = signed_in(people.member("administrator", at=Property.objects.get(code="LYO")))
    answer = other.post(EDITOR + "seen/", told(stay=str(scene.house.stay("30117"))))

    assert answer.status_code in (403, 404)


def test_steps_are_added_taken_out_and_put_in_another_order(writer: Client) -> None:
    steps = "/journeys/stay/steps/"
    added = writer.post(steps, {"act": "add", "step": "pre_stay"})
    assert added["Location"] == "/journeys/stay/steps/pre_stay_2/"
    writer.post(steps, {"act": "remove", "step": "birthday"})
    writer.post(steps, {"act": "up", "step": "change"})

    keys = list(draft())
    assert keys[:2] == ["change", "confirmation"]
    assert "birthday" not in keys
    assert keys[-1] == "pre_stay_2"


def test_two_versions_are_told_apart_line_by_line(writer: Client) -> None:
    writer.post(EDITOR, told(days="-5"))
    writer.post("/journeys/stay/steps/", {"act": "remove", "step": "win_back"})
    page = writer.get("/journeys/stay/versions/?from=1&to=2").content.decode()

    assert "<del>Day of arrival minus 3 days, 10:00</del>" in page
    assert "<ins>Day of arrival minus 5 days, 10:00</ins>" in page
    assert "Taken out" in page


def test_who_may_not_write_sees_the_steps_and_no_editor(scene: Scene) -> None:
    client = scene.house.client("front_desk")

    assert client.get(EDITOR).status_code == 403
    assert client.get("/journeys/stay/versions/").status_code == 200


def test_tier_and_points_are_asked_only_where_there_is_a_programme(
    scene: Scene, writer: Client
) -> None:
    chief = people.access("administrator")
    assert "points of the member" not in writer.get(EDITOR).content.decode()
    with scope.everything():
        modules.turn(chief, None, READ, on=True)
    live(ladder={"tiers": [{"key": "gold", "name": "Oro", "any_of": [
        [{"measure": "nights", "at_least": "3"}]]}]})  # fmt: skip
    asked = {"what-0": "points:at_least", "value-0": "500", "what-1": "tier:is", "value-1": "oro"}
    assert writer.post(EDITOR, told(**asked)).status_code == 302
    conditions = draft()["pre_stay"].only_if
    assert [each.values for each in conditions] == [("500",), ("gold",)]
    shown = writer.get(EDITOR).content.decode()
    assert "Only for members with at least 500 points." in shown
    assert "Only for members of the tier Oro." in shown
    with scope.everything():
        modules.turn(chief, None, READ, on=False)
    shown = writer.get(EDITOR).content.decode()
    assert "A condition of a module that is switched off: nobody is a member." in shown
    assert "500 points" not in shown
    # Saved as it stands meanwhile, it is kept for the day the programme is back.
    writer.post(EDITOR, as_told(draft()["pre_stay"]) | {"days": "-4"})
    assert (draft()["pre_stay"].only_if, draft()["pre_stay"].when.days) == (conditions, -4)


def test_the_page_holds_nothing_of_the_stay_but_what_it_shows(scene: Scene, writer: Client) -> None:
    scene.read(stay())
    assert "birthday=" not in writer.get(EDITOR).content.decode()
