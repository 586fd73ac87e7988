"""Who owns a case at birth: who is on shift, and in an unmanned hour the duty role."""

from __future__ import annotations

from datetime import datetime, time

import pytest

from staytrue.desk.terms import DEFAULTS, OnDuty, owner_for

REQUEST = DEFAULTS["request"]
EVERY = tuple(range(7))
MORNING = OnDuty(EVERY, time(7), time(15), "department", 3)
OVERNIGHT = OnDuty((4,), time(22), time(6), "front_desk")
THURSDAY, FRIDAY, SATURDAY = 21, 22, 23


@pytest.mark.parametrize(
    ("day", "hour", "role", "member", "why"),
    [
        (THURSDAY, 8, "department", 3, "shift"),
        (THURSDAY, 15, "general_manager", None, "unmanned"),
        (FRIDAY, 23, "front_desk", None, "shift"),
        (SATURDAY, 5, "front_desk", None, "shift"),
        (FRIDAY, 5, "general_manager", None, "unmanned"),
    ],
)
def test_the_shift_owns_and_the_duty_role_when_unmanned(
    day: int, hour: int, role: str, member: int | None, why: str
) -> None:
    local = datetime(2026, 5, day, hour)  # noqa: DTZ001 - the hotel's own time
    owner = owner_for(REQUEST, "department", [MORNING, OVERNIGHT], local, "general_manager")
    assert (owner.role, owner.member, owner.why) == (role, member, why)


def test_without_shifts_the_department_owns_and_without_that_the_types_role() -> None:
    local = datetime(2026, 5, THURSDAY, 8)  # noqa: DTZ001 - the hotel's own time
    assert owner_for(REQUEST, "department", [], local, "general_manager").role == "department"
    assert owner_for(REQUEST, None, [], local, "general_manager").role == "front_desk"
