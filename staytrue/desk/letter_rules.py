"""What a letter to a guest and his answer set on a case. Pure: values in, one event out."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from staytrue.desk import clock_rules, rules
from staytrue.desk.clock_rules import Hours
from staytrue.desk.folding import Happened, Standing
from staytrue.desk.kinds import Event, State
from staytrue.desk.rules import Who
from staytrue.desk.terms import Terms
from staytrue.kit.errors import Forbidden, Refused


def wrote(
    case: Standing,
    who: Who,
    words: Mapping[str, str],
    facts: Mapping[str, Any],
    broken: Collection[str] = (),
) -> Happened:
    """The event of a letter; one that breaks a house rule is written by a supervisor, with a note."""
    if not case.is_open:
        raise Refused("This case is complete.", "move_not_allowed", state=case.state.value)
    sets: dict[str, Any] = {"has_answer": False}
    if broken:
        if not (who.may_approve and set(rules.TO_LEAVE) <= set(case.note_parts)):
            raise Refused(" ".join(broken), "house_rule_broken", rules=list(broken))
        sets |= rules.leaves_normal_way(case, rules.RULE_BROKEN, who, case.note_parts)
    return Happened(Event.WROTE, sets, facts, words)


def drafted(letter: Happened, number: int, facts: Mapping[str, Any]) -> Happened:
    """The event of a letter that waits for a second person; it takes the place of one before it."""
    sets = {**letter.sets, "draft_no": number}
    return Happened(Event.DRAFTED, sets, facts, letter.words)


def approved(
    case: Standing,
    who: Who,
    author: str,
    words: Mapping[str, str],
    facts: Mapping[str, Any],
    broken: Collection[str] = (),
) -> Happened:
    """The event of a letter that a second person lets leave."""
    _require_second(who)
    if who.actor == author:
        raise Refused(
            "Whoever proposed it cannot approve it. Ask another supervisor.", "own_approval"
        )
    letter = wrote(case, who, words, {**facts, "drafted_by": author}, broken)
    return Happened(Event.WROTE, {**letter.sets, "draft_no": None}, letter.facts, words)


def returned(who: Who, reason: str) -> Happened:
    """The event of a letter that a second person sends back, with the reason."""
    _require_second(who)
    return Happened(Event.RETURNED, {"draft_no": None}, reason=rules.said(reason, needed=True))


def _require_second(who: Who) -> None:
    if not who.may_approve:
        raise Forbidden("Only who approves cases may do this.", "right_missing",
                        right="cases.approve")  # fmt: skip


def heard(
    case: Standing,
    words: Mapping[str, str],
    facts: Mapping[str, Any],
    now: datetime,
    terms: Terms,
    hours: Hours,
) -> Happened:
    """The event of a guest's answer: whoever owns the case reads it; a case that had ended goes on."""
    sets: dict[str, Any] = {"has_answer": True}
    if not case.is_open:
        due_at = clock_rules.due(now, timedelta(minutes=terms.minutes), hours)
        sets |= {
            "state": State.PENDING, "closed_at": None, "closed_by": "", "approved_by": "",
            "due_at": due_at, "climbs_at": due_at if terms.steps else None, "step": 0,
            "left_seconds": None,
        }  # fmt: skip
    return Happened(Event.HEARD, sets, facts, words)
