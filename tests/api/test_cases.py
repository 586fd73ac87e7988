"""Cases over the API: each role reads exactly its kinds, and the same rules refuse the same."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from staytrue.desk import configuring, paying
from staytrue.desk.kinds import Kind
from staytrue.hotel import scope
from staytrue.staff.models import AuditEntry
from staytrue.staff.rights import ROLES
from tests.api.test_app import by_key, by_session
from tests.desk import scene
from tests.desk.scene import Desk, after
from tests.make import NOON
from tests.staff import people

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.api.urls")]
SEES = {
    "administrator": set(Kind),
    "general_manager": set(Kind),
    "guest_relations": set(Kind),
    "marketing": {Kind.REPLY},
    "front_desk": {Kind.REQUEST, Kind.PROMISE, Kind.PREFERENCE},
    # Of its own department only; these cases belong to none.
    "department": set(),
    "auditor": set(),
}
NOTE = {"unusual": "The fan ran all night", "impact": "Two nights with little sleep"}


@pytest.fixture
def desk() -> Desk:
    return scene.build()


def client(desk: Desk, *roles: str) -> Client:
    """A key of a member of Hotel Sirga with these roles, and of nothing else but keys."""
    with scope.everything():
        return by_key(people.member(*roles, "general_manager", at=desk.hotel))


def post(client: Client, path: str, **given: Any) -> Any:
    return client.post(f"/api/cases{path}", given, content_type="application/json")


def opened(by: Client, **given: Any) -> Any:
    asked = {"property": "BIO", "kind": "recovery", "words": "Noise", "reservation": "BIO:30117"}
    return post(by, "", **asked | given)


@pytest.mark.parametrize("role", [each.key for each in ROLES])
def test_each_role_reads_exactly_its_kinds_and_every_denial_is_noted(desk: Desk, role: str) -> None:
    ids = {kind: desk.opens(desk.hugo, kind=kind.value).pk for kind in Kind}
    reader = by_session(people.member(role, at=desk.hotel))
    listed = {each["kind"] for each in reader.get("/api/cases").json()["items"]}
    shown = {
        kind for kind, id_ in ids.items() if reader.get(f"/api/cases/{id_}").status_code == 200
    }
    assert listed == shown == SEES[role]
    with scope.everything():
        denials = AuditEntry.objects.filter(action="denied", object__startswith="desk_case:")
        assert denials.count() == len(set(Kind) - SEES[role])


@pytest.mark.parametrize("role", [key for key, kinds in SEES.items() if kinds])
def test_each_role_reads_exactly_its_fields_of_a_case(desk: Desk, role: str) -> None:
    kind = min(SEES[role])
    case = desk.opens(desk.hugo, kind=kind.value)
    with scope.everything():
        paying.propose(desk.hugo, case.pk, "charge", Decimal(20), "Late check-out", after(1))
    shown = by_session(people.member(role, at=desk.hotel)).get(f"/api/cases/{case.pk}").json()
    (rights,) = [each.rights for each in ROLES if each.key == role]
    assert (shown["room"] == "214") is ("room.read" in rights)
    assert bool(shown["money"]) is ("money.read" in rights)
    told = {each["kind"] for each in shown["history"]}
    assert ("proposed" in told) is ("money.read" in rights)


def test_a_department_reads_its_own_cases_and_no_others(desk: Desk) -> None:
    ana = people.member("department", at=desk.hotel)
    with scope.everything():
        made = configuring.set_department(
            desk.hugo, desk.hotel.pk, "housekeeping", "Housekeeping", "department", NOON
        )
        configuring.set_members(desk.hugo, made.pk, [ana.pk], NOON)
    hers = desk.opens(desk.iker, kind="request", department="housekeeping")
    desk.opens(desk.iker, kind="request")
    listed = by_session(ana).get("/api/cases").json()["items"]
    assert [each["id"] for each in listed] == [hers.pk]


def test_another_hotels_cases_are_not_there(desk: Desk) -> None:
    case = desk.opens()
    stranger = by_session(people.member("general_manager", at=desk.at.other))
    assert stranger.get("/api/cases").json()["items"] == []
    assert stranger.get(f"/api/cases/{case.pk}").status_code == 404
    assert stranger.get("/api/cases", {"property": "BIO"}).status_code == 404


def test_a_case_is_opened_moved_and_closed_with_its_history(desk: Desk) -> None:
    manager = client(desk)
    made = opened(manager)
    assert made.status_code == 201
    id_ = made.json()["id"]
    assert (made.json()["room"], made.json()["owner_role"]) == ("214", "guest_relations")
    post(manager, f"/{id_}/moves", move="take")
    closed = post(manager, f"/{id_}/moves", move="complete").json()
    assert (closed["state"], [each["kind"] for each in closed["history"]]) == (
        "complete", ["opened", "taken", "completed"],
    )  # fmt: skip


def test_what_leaves_its_normal_way_names_the_missing_note(desk: Desk) -> None:
    manager = client(desk)
    id_ = opened(manager).json()["id"]
    skipped = post(manager, f"/{id_}/moves", move="complete")
    assert (skipped.status_code, skipped.json()["code"]) == (400, "note_missing")
    assert "exception note" in skipped.json()["detail"]
    money = {"kind": "refund", "amount": "80.00", "reason": "Two bad nights"}
    assert post(manager, f"/{id_}/money", **money).json()["code"] == "note_missing"
    paid = post(manager, f"/{id_}/money", **money, note=NOTE).json()
    assert paid["missing_to_close"] == ["comment", "money"]


def test_a_promise_against_a_house_rule_answers_with_the_rule(desk: Desk) -> None:
    with scope.everything():
        configuring.set_rule(
            desk.hugo, desk.hotel.pk, "time", "check_in", "Check-in is from 12:00.",
            {"not_before": "12:00"}, NOON,
        )  # fmt: skip
    promise = {"about": "time", "subject": "check_in", "value": "09:00"}
    refused = opened(client(desk), kind="promise", promise=promise)
    assert (refused.status_code, refused.json()["detail"]) == (400, "Check-in is from 12:00.")


def test_a_session_reads_and_never_writes(desk: Desk) -> None:
    session = by_session(people.member("general_manager", at=desk.hotel))
    assert opened(session).status_code == 403


@pytest.mark.parametrize("reason", ["", "   "])
def test_no_way_of_the_api_changes_an_important_value_without_a_reason(
    desk: Desk, reason: str
) -> None:
    manager = client(desk)
    id_ = opened(manager).json()["id"]
    soon = "2026-05-22T18:00:00Z"
    money = {"kind": "charge", "amount": "80.00"}
    for path, given in (
        ("moves", {"move": "block", "until": soon}), ("moves", {"move": "approve"}),
        ("money", money),
    ):  # fmt: skip
        refused = post(manager, f"/{id_}/{path}", **given, reason=reason)
        assert (refused.status_code, refused.json()["code"]) == (400, "reason_missing"), given
    post(manager, f"/{id_}/moves", move="take")
    post(manager, f"/{id_}/moves", move="complete")
    refused = post(manager, f"/{id_}/moves", move="reopen", reason=reason)
    assert (refused.status_code, refused.json()["code"]) == (400, "reason_missing")
    told = manager.get(f"/api/cases/{id_}").json()["history"]
    assert [each["kind"] for each in told] == ["opened", "taken", "completed"]
