"""Automatic joins looked at again by people who are not told: how often a rule errs at a hotel.

An answer is a decision as well: the same person is confirmed, two people are taken apart at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from staytrue.guests import deciding, undoing
from staytrue.guests.models import RuleState, SafetyCheck
from staytrue.hotel import scope
from staytrue.kit.errors import Refused
from staytrue.staff.access import Access, require, require_everywhere

SAME, DIFFERENT, UNSURE = "same", "different", "unsure"
ANSWERS = (SAME, DIFFERENT, UNSURE)
MANAGE = "matching.manage"


@dataclass(frozen=True)
class Measured:
    """What people said of a rule's joins at a hotel; None: at all hotels together."""

    rule: str
    property_id: int | None
    checked: int
    wrong: int

    @property
    def precision(self) -> float | None:
        """The share of right ones among those answered; nobody knows before the first answer."""
        return (self.checked - self.wrong) / self.checked if self.checked else None


def answer(access: Access, check_id: int, said: str, now: datetime) -> int | None:
    """Note what a reviewer says of a join; answers the event of his decision, None if unsure."""
    if said not in ANSWERS:
        raise Refused("A check is answered by same, different or unsure.", "unknown_answer")
    with deciding.acting(access, now):
        check = SafetyCheck.objects.select_for_update().get(pk=check_id)
        if check.answered_at is not None:
            raise Refused("Somebody has answered this already.", "already_answered")
        event = None
        if said == SAME:
            event = deciding.confirm(access, check.one, check.other, now)
        elif said == DIFFERENT:
            event = undoing.undo(access, check.event_id, now)
        else:
            deciding.require_over(access, [check.one, check.other])
        SafetyCheck.objects.filter(pk=check_id).update(
            answered_at=now, answer=said, actor=access.actor
        )
        return event


def take_back(access: Access, check_id: int, event: int | None, now: datetime) -> None:
    """The reviewer pressed the wrong key: his answer is as if it had not been given."""
    with deciding.acting(access, now):
        check = SafetyCheck.objects.select_for_update().get(pk=check_id)
        if check.actor != access.actor:
            raise Refused("Only who answered may take the answer back.", "not_yours")
        if event is not None:
            undoing.undo(access, event, now)
        SafetyCheck.objects.filter(pk=check_id).update(answered_at=None, answer="", actor="")


def measured() -> list[Measured]:
    """Every rule that was checked, at each hotel."""
    with scope.everything(), connection.cursor() as cursor:
        cursor.execute(
            """SELECT rule, property_id, count(*), count(*) FILTER (WHERE answer = %s)
                 FROM safety_check WHERE answer IN (%s, %s) GROUP BY 1, 2 ORDER BY 1, 2""",
            [DIFFERENT, SAME, DIFFERENT],
        )
        return [Measured(*row) for row in cursor.fetchall()]


def waiting() -> int:
    """How many checks nobody has answered."""
    return SafetyCheck.objects.filter(answered_at=None).count()


def closed() -> list[RuleState]:
    """The rules that only suggest now, and where."""
    return list(RuleState.objects.filter(reopened_at=None).order_by("rule", "property_id"))


def is_closed(rule: str, property_id: int | None) -> bool:
    """Whether a rule only suggests at this hotel; a rule closed everywhere is closed here too."""
    at = RuleState.objects.filter(rule=rule, reopened_at=None)
    return at.filter(property_id=None).exists() or at.filter(property_id=property_id).exists()


def reopen(access: Access, state_id: int, now: datetime) -> None:
    """Let a rule join by itself again at its hotel; what was said before counts no more."""
    with deciding.acting(access, now):
        state = RuleState.objects.select_for_update().filter(pk=state_id).first()
        if state is None or state.reopened_at is not None:
            raise Refused("This rule is not closed any more.", "not_closed")
        if state.property_id is None:
            require_everywhere(access, MANAGE)
        else:
            require(access, MANAGE, state.property_id)
        RuleState.objects.filter(pk=state_id).update(reopened_at=now, reopened_by=access.actor)
