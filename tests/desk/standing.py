"""A request as it stands, and who acts on it: only what matters is spelled out in a test."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec

from staytrue.desk.clock_rules import Hours
from staytrue.desk.folding import Standing
from staytrue.desk.kinds import Kind
from staytrue.desk.rules import Asked, Who
from staytrue.desk.terms import DEFAULTS, REVIEWED, Step, Terms
from tests.make import NOON

ROUND_THE_CLOCK = Hours("Europe/Madrid")
TERMS = DEFAULTS["request"]
LEA = Who("member:1", 1, frozenset({"front_desk"}), may_approve=False)
HUGO = Who("member:2", 2, frozenset({"general_manager"}), may_approve=True)


def case(**facts: Any) -> Standing:
    """A request of noon, due at one."""
    given: dict[str, Any] = {
        "kind": Kind.REQUEST, "type_key": "request", "property_id": 1, "department": "",
        "owner_role_id": "front_desk", "due_at": NOON + timedelta(hours=1), "opened_at": NOON,
        "opened_by": "member:9", "origin": "staff", "climbs_at": NOON + timedelta(hours=1),
    }  # fmt: skip
    return Standing(**given | facts)


def terms(*roles: str, minutes: int = 60, reviewed: bool = False, **facts: Any) -> Terms:
    """Terms with these steps, half an hour each."""
    steps = tuple(Step(role, 30) for role in roles)
    more = {"flow": REVIEWED} if reviewed else {}
    return msgspec.structs.replace(TERMS, minutes=minutes, steps=steps, **more, **facts)


def at(minutes: float = 0, **facts: Any) -> Asked:
    """Asked so many minutes after noon."""
    return Asked(now=NOON + timedelta(minutes=minutes), **facts)
