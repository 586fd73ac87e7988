"""The exception note: a case that leaves its normal way is neither saved nor closed without it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from staytrue.desk.models import Case, MoneyLine
from staytrue.hotel import scope
from staytrue.kit import clock
from tests.api.test_app import by_key
from tests.desk import scene
from tests.desk.scene import Desk
from tests.make import NOON
from tests.staff import people
from tests.web.test_desk import act, client

pytestmark = pytest.mark.django_db
NOTE = {"unusual": "The fan ran all night", "impact": "Two nights with little sleep"}
Says = Callable[[Case, str, dict[str, str]], str]


@pytest.fixture
def desk() -> Iterator[Desk]:
    with clock.use(lambda: NOON):
        yield scene.build()


def on_screen(desk: Desk) -> Says:
    """What the case's page says after an act."""
    who = client(desk, desk.lea)
    return lambda case, name, given: act(who, case, name, **given)


def by_api(desk: Desk) -> Says:
    """What the API answers to the same act."""
    with scope.everything():
        key = by_key(people.member("guest_relations", "general_manager", at=desk.hotel))

    def says(case: Case, name: str, given: dict[str, Any]) -> str:
        note = {each: given[each] for each in ("unusual", "impact") if each in given}
        path, sent = "moves", {"move": name}
        if name == "note":
            path, sent = "note", {"unusual": "", "impact": ""} | note
        elif name == "propose":
            path = "money"
            sent = {**{each: given[each] for each in ("kind", "amount", "reason")},
                    **({"note": note} if note else {})}  # fmt: skip
        answer = key.post(f"/api/cases/{case.pk}/{path}", sent, content_type="application/json")
        assert answer.status_code in (200, 400), answer.content
        return str(answer.json().get("detail", ""))

    return says


WAYS = [on_screen, by_api]
MONEY = {"kind": "refund", "amount": "40.00", "reason": "Two bad nights"}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("impact", ["", "   "])
def test_a_note_with_an_empty_guest_impact_is_refused(
    desk: Desk, way: Callable[[Desk], Says], impact: str
) -> None:
    case, says = desk.opens(), way(desk)
    told = says(case, "note", {"unusual": "The fan ran all night", "impact": impact})
    assert "The exception note is missing: what it meant for the guest." in told
    assert scene.events(case) == ["opened"]
    says(case, "note", NOTE)
    assert scene.fresh(case).note_parts == ["unusual", "impact"]


@pytest.mark.parametrize("way", WAYS)
def test_a_skipped_step_is_not_closed_without_the_note(
    desk: Desk, way: Callable[[Desk], Says]
) -> None:
    case, says = desk.opens(), way(desk)
    told = says(case, "complete", {})
    assert "The exception note is missing: what was unusual, what it meant for the guest" in told
    assert scene.fresh(case).closed_at is None


@pytest.mark.parametrize("way", WAYS)
def test_compensation_is_neither_saved_nor_closed_without_the_note(
    desk: Desk, way: Callable[[Desk], Says]
) -> None:
    case, says = desk.opens(), way(desk)
    says(case, "take", {})
    half = MONEY | {"unusual": NOTE["unusual"], "impact": ""}
    for given in (MONEY, half):
        assert "The exception note is missing" in says(case, "propose", given)
    with scope.everything():
        assert not MoneyLine.objects.exists()
    says(case, "propose", MONEY | NOTE)
    told = says(case, "complete", {})
    assert "The exception note is missing: the manager" in told
    assert scene.fresh(case).closed_at is None
