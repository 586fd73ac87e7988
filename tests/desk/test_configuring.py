"""How a desk works is changed only with a reason, by every way, and the audit tells it in order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from staytrue.desk import configuring
from staytrue.desk.models import HouseRule
from staytrue.desk.terms import Step
from staytrue.kit.errors import Forbidden, Refused
from staytrue.staff.models import AuditEntry
from tests.desk.scene import Desk, after
from tests.make import NOON

Way = Callable[[Desk, str, Any], object]


def setting(desk: Desk, reason: str, limit: Any) -> object:
    return configuring.set_setting(
        desk.hugo, desk.hotel.pk, NOON, duty_role="general_manager", money_limit=Decimal(limit),
        rooms=24, reason=reason,
    )  # fmt: skip


def rule(desk: Desk, reason: str, hour: Any) -> object:
    return configuring.set_rule(
        desk.hugo, desk.hotel.pk, "time", "check_in", f"From {hour}.", {"not_before": hour}, NOON,
        reason=reason,
    )  # fmt: skip


def ended(desk: Desk, reason: str, _value: Any) -> object:
    kept = HouseRule.objects.filter(until_at=None).first() or rule(desk, "set up", "12:00")
    return configuring.end_rule(desk.hugo, kept.pk, after(1), reason)  # type: ignore[attr-defined]


def typed(desk: Desk, reason: str, minutes: Any) -> object:
    return configuring.set_type(
        desk.hugo, desk.hotel.pk, "request", "request", "front_desk", minutes, NOON, reason=reason
    )


def department(desk: Desk, reason: str, role: Any) -> object:
    return configuring.set_department(
        desk.hugo, desk.hotel.pk, "house", "Pisos", role, NOON, reason=reason
    )


def trigger(desk: Desk, reason: str, type_key: Any) -> object:
    return configuring.set_trigger(
        desk.hugo, desk.hotel.pk, "guest.wish", type_key, NOON, reason=reason
    )


WAYS: list[tuple[Way, Any]] = [
    (setting, 500), (rule, "09:00"), (ended, None), (typed, 5), (department, "front_desk"),
    (trigger, ""),
]  # fmt: skip
FIRST: dict[Way, Any] = {
    setting: 50, rule: "12:00", typed: 30, department: "department", trigger: "request",
}  # fmt: skip


@pytest.mark.parametrize(("way", "value"), WAYS, ids=lambda each: getattr(each, "__name__", ""))
def test_no_way_changes_how_the_desk_works_without_a_reason(
    desk: Desk, way: Way, value: Any
) -> None:
    if way is not ended:
        way(desk, "set up", FIRST[way])
    before = AuditEntry.objects.count()
    for reason in ("", "   "):
        with pytest.raises(Refused) as refused:
            way(desk, reason, value)
        assert refused.value.code == "reason_missing"
    way(desk, "The owners want it", value)
    told = AuditEntry.objects.order_by("pk")[before:]
    assert {each.reason for each in told if each.action == "changed"} == {"The owners want it"}


def test_the_audit_lists_in_order_of_time_what_it_was_and_what_it_became(desk: Desk) -> None:
    for minutes, limit in enumerate((50, 80, 120)):
        configuring.set_setting(
            desk.hugo, desk.hotel.pk, NOON + timedelta(minutes=minutes),
            duty_role="general_manager", money_limit=Decimal(limit), rooms=24,
            reason=f"Now {limit}",
        )  # fmt: skip
    told = AuditEntry.objects.filter(object=f"desk_setting:{desk.hotel.pk}", action="changed")
    kept = [
        (each.reason, each.actor, each.before["money_limit"], each.after["money_limit"])
        for each in told.order_by("at", "pk")
    ]
    assert [(why, was, became) for why, _who, was, became in kept] == [
        ("Now 80", 50, 80), ("Now 120", 80, 120),
    ]  # fmt: skip
    assert {who for _why, who, _was, _became in kept} == {desk.hugo.actor}


def test_only_who_manages_the_desk_changes_it(desk: Desk) -> None:
    with pytest.raises(Forbidden):
        configuring.set_setting(
            desk.lea, desk.hotel.pk, NOON, duty_role="general_manager", money_limit=Decimal(1),
            rooms=1, reason="I want to",
        )  # fmt: skip


@pytest.mark.parametrize("days", [0, 367])
def test_repeats_are_looked_for_in_days_that_make_sense(desk: Desk, days: int) -> None:
    with pytest.raises(Refused):
        configuring.set_setting(
            desk.hugo, desk.hotel.pk, NOON, duty_role="general_manager", money_limit=Decimal(1),
            rooms=1, repeat_days=days, reason="Why not",
        )  # fmt: skip


@pytest.mark.parametrize(
    ("owner", "step"), [("department", "general_manager"), ("guest_relations", "auditor")]
)
def test_no_type_gives_its_cases_to_whom_they_are_not_shown(
    desk: Desk, owner: str, step: str
) -> None:
    with pytest.raises(Refused) as refused:
        configuring.set_type(
            desk.hugo, desk.hotel.pk, "recovery", "recovery", owner, 30, NOON,
            steps=(Step(step, 60),), reason="set up",
        )  # fmt: skip
    assert refused.value.code == "owner_unseen"
