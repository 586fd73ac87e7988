"""What may happen to a case, who may do it, and what it sets. Pure: values in, one event out."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

import msgspec

from staytrue.desk import clock_rules
from staytrue.desk.clock_rules import Hours
from staytrue.desk.folding import Happened, Standing
from staytrue.desk.kinds import Event, Move, State
from staytrue.desk.terms import DUTY, Terms
from staytrue.kit.errors import Forbidden, Refused

SKIPPED, COMPENSATION, RULE_BROKEN = "skipped", "compensation", "rule_broken"
"""How a case leaves its normal way: then nobody closes it without a note."""
REVIEWED_EXCEPTIONS = frozenset({RULE_BROKEN})
"""Those that a supervisor decides about as a case; of money he decides line by line."""
NOTE_PARTS = ("unusual", "impact", "comment")
TO_LEAVE = ("unusual", "impact")
"""What is said before a case leaves its normal way; the manager's comment may follow."""
REASON_MAX = 1000

MOVES: Mapping[Move, tuple[frozenset[State], State, Event]] = MappingProxyType(
    {
        Move.TAKE: (frozenset({State.NEW, State.PENDING}), State.PENDING, Event.TAKEN),
        Move.APPROVE: (frozenset({State.NEW, State.PENDING}), State.APPROVED, Event.APPROVED),
        Move.BLOCK: (
            frozenset({State.NEW, State.PENDING, State.APPROVED}), State.BLOCKED, Event.BLOCKED,
        ),
        Move.RESUME: (frozenset({State.BLOCKED}), State.PENDING, Event.RESUMED),
        Move.COMPLETE: (
            frozenset({State.NEW, State.PENDING, State.APPROVED}), State.COMPLETE, Event.COMPLETED,
        ),
        Move.REOPEN: (frozenset({State.COMPLETE}), State.PENDING, Event.REOPENED),
    }
)  # fmt: skip
FOR_SUPERVISORS = frozenset({Move.APPROVE, Move.REOPEN})
WITH_REASON = frozenset({Move.BLOCK, Move.REOPEN, Move.APPROVE})
NOT_OFFERED: Mapping[str, Any] = MappingProxyType(
    {"offered_role_id": None, "offered_member_id": None, "offered_by": ""}
)


class Who(msgspec.Struct, frozen=True):
    """Who acts: his roles at the hotel, and whether he decides what needs a second pair of eyes."""

    actor: str
    member: int | None
    roles: frozenset[str]
    may_approve: bool


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wants done, and the instant."""

    now: datetime
    reason: str = ""
    until: datetime | None = None


def moved(
    case: Standing, move: Move, who: Who, asked: Asked, terms: Terms, hours: Hours, undecided: int
) -> Happened:
    """The event of a move; refused with what is missing. `undecided` lines of money wait."""
    allowed, becomes, event = MOVES[move]
    if case.state not in allowed:
        raise Refused(
            f"A case that is {case.state.value} cannot {move.value}.", "move_not_allowed",
            state=case.state.value, move=move.value,
        )  # fmt: skip
    if move in FOR_SUPERVISORS and not who.may_approve:
        raise Forbidden("Only who approves cases may do this.", "right_missing",
                        right="cases.approve", property_id=case.property_id)  # fmt: skip
    reason = said(asked.reason, needed=move in WITH_REASON)
    sets: dict[str, Any] = {"state": becomes}
    if move == Move.TAKE:
        sets |= {
            "owner_member_id": who.member,
            "taken_at": case.taken_at or asked.now,
            **NOT_OFFERED,
        }
    elif move == Move.APPROVE:
        sets |= _approved(case, who)
    elif move == Move.BLOCK:
        sets |= _blocked(case, asked, terms, hours)
    elif move == Move.RESUME:
        sets |= _running(case, asked.now, timedelta(seconds=case.left_seconds or 0), terms, hours)
    elif move == Move.REOPEN:
        sets |= _running(case, asked.now, timedelta(minutes=terms.minutes), terms, hours)
        sets |= {"closed_at": None, "closed_by": "", "approved_by": "", "step": 0}
        sets["climbs_at"] = sets["due_at"] if terms.steps else None
    else:
        sets |= _completed(case, who, asked.now, terms, undecided)
    return Happened(event, sets | _moved_on(case, sets, asked.now, terms, hours), reason=reason)


def missing_to_close(
    case: Standing, terms: Terms, undecided: int, *, skips: bool = False
) -> list[str]:
    """What stands between a case and its end: parts of the note, an approval, undecided money."""
    missing = []
    if case.exceptions or skips:
        missing += [part for part in NOTE_PARTS if part not in case.note_parts]
    if undecided:
        missing.append("money")
    if needs_approval(case, terms) and not case.approved_by:
        missing.append("approval")
    return missing


def needs_approval(case: Standing, terms: Terms) -> bool:
    """Whether a supervisor decides before it may end."""
    return terms.is_reviewed or bool(REVIEWED_EXCEPTIONS & set(case.exceptions))


def leaves_normal_way(case: Standing, why: str, who: Who, note: Collection[str]) -> dict[str, Any]:
    """What it sets that a case leaves its normal way; refused without the note that says why.

    What was approved before was approved without knowing this.
    """
    have = {*case.note_parts, *note}
    if lacking := [part for part in TO_LEAVE if part not in have]:
        raise note_missing(lacking)
    sets: dict[str, Any] = {
        "exceptions": tuple(dict.fromkeys((*case.exceptions, why))),
        "authors": tuple(dict.fromkeys((*case.authors, who.actor))),
    }
    if case.state == State.APPROVED:
        sets |= {"state": State.PENDING, "approved_by": ""}
    return sets


def noted(parts: Mapping[str, str], case: Standing, who: Who) -> Happened:
    """The exception note, in three parts: what was unusual, what it meant, what the manager says."""
    words = {name: said(parts.get(name, ""), needed=False) for name in NOTE_PARTS}
    written = [name for name in NOTE_PARTS if words[name]]
    have = {*case.note_parts, *written}
    if lacking := [part for part in TO_LEAVE if part not in have]:
        raise note_missing(lacking)
    if words["comment"] and not who.may_approve:
        raise Forbidden("The manager's comment is for who approves cases.", "right_missing",
                        right="cases.approve", property_id=case.property_id)  # fmt: skip
    if not written:
        raise note_missing(list(NOTE_PARTS))
    return Happened(
        Event.NOTED,
        {"note_parts": tuple(part for part in NOTE_PARTS if part in have)},
        {"parts": written},
        {name: words[name] for name in written},
    )


def note_missing(parts: list[str]) -> Refused:
    """What is refused without its note, with the parts that are missing."""
    names = {
        "unusual": "what was unusual",
        "impact": "what it meant for the guest",
        "comment": "the manager's comment",
    }
    listed = ", ".join(names[part] for part in parts)
    return Refused(f"The exception note is missing: {listed}.", "note_missing", missing=parts)


def offered(
    case: Standing, role: str, member: int | None, who: Who, reason: str, terms: Terms
) -> Happened:
    """The event of a hand-over: an offer, or past the limit straight up to the supervisor."""
    _require_open(case)
    told = said(reason, needed=True)
    if case.handovers >= terms.handovers_max:
        above = terms.steps[0].role if terms.steps else DUTY
        sets = {"owner_role_id": above, "owner_member_id": None, "handovers": 0, **NOT_OFFERED}
        return Happened(
            Event.PASSED_UP, sets, {"role": above, "after": case.handovers}, reason=told
        )
    if (role, member) == (case.owner_role_id, case.owner_member_id):
        raise Refused("It is theirs already.", "offered_to_owner")
    sets = {"offered_role_id": role, "offered_member_id": member, "offered_by": who.actor}
    return Happened(Event.OFFERED, sets, {"role": role, "member": member}, reason=told)


def answered(case: Standing, who: Who, reason: str, *, accepts: bool) -> Happened:
    """The event of an answer to an offer: until it is accepted the case stays where it was."""
    if case.offered_role_id is None:
        raise Refused("Nobody offers this case.", "not_offered")
    if not is_offered_to(case, who):
        raise Refused("It is offered to somebody else.", "offered_to_other")
    if not accepts:
        return Happened(Event.DECLINED, dict(NOT_OFFERED), reason=said(reason, needed=True))
    sets = {
        "owner_role_id": case.offered_role_id,
        "owner_member_id": who.member,
        "handovers": case.handovers + 1,
        **NOT_OFFERED,
    }
    return Happened(Event.ACCEPTED, sets)


def is_offered_to(case: Standing, who: Who) -> bool:
    """Whether he may accept what is offered."""
    if case.offered_role_id is None or case.offered_by == who.actor:
        return False
    if case.offered_member_id is not None:
        return case.offered_member_id == who.member
    return case.offered_role_id in who.roles


def climbed(case: Standing, terms: Terms, hours: Hours, now: datetime) -> Happened | None:
    """The next step of escalation, where it is due: once, to the next role that is not its owner."""
    if not case.is_open or case.climbs_at is None or case.climbs_at > now:
        return None
    for place in range(case.step, len(terms.steps)):
        step = terms.steps[place]
        if step.role != case.owner_role_id or case.owner_member_id is not None:
            sets = {
                "owner_role_id": step.role,
                "owner_member_id": None,
                "step": place + 1,
                "climbs_at": _next_climb(place + 1, now, terms, hours),
                **NOT_OFFERED,
            }
            facts = {"step": place + 1, "of": len(terms.steps), "role": step.role,
                     "from": case.owner_role_id}  # fmt: skip
            return Happened(Event.ESCALATED, sets, facts)
    return Happened(Event.ESCALATED, {"step": len(terms.steps), "climbs_at": None},
                    {"role": case.owner_role_id, "from": case.owner_role_id})  # fmt: skip


def said(reason: str, *, needed: bool) -> str:
    """A reason as it is kept; refused where it is needed and missing, or too long."""
    text = reason.strip()
    if needed and not text:
        raise Refused("Say why.", "reason_missing")
    if len(text) > REASON_MAX:
        raise Refused(f"Say it in at most {REASON_MAX} letters.", "reason_long")
    return text


def _require_open(case: Standing) -> None:
    if not case.is_open:
        raise Refused("This case is complete.", "move_not_allowed", state=case.state.value)


def _approved(case: Standing, who: Who) -> dict[str, Any]:
    if who.actor in {case.opened_by, *case.authors}:
        raise Refused(
            "Whoever proposed it cannot approve it. Ask another supervisor.", "own_approval"
        )
    return {"approved_by": who.actor}


def _blocked(case: Standing, asked: Asked, terms: Terms, hours: Hours) -> dict[str, Any]:
    """Its clock rests, and rings again when somebody promised to look: nothing waits for ever."""
    if asked.until is None or asked.until <= asked.now:
        raise Refused("Say until when it waits.", "until_missing")
    left = clock_rules.worked(asked.now, case.due_at, hours)
    return {
        "left_seconds": int(left.total_seconds()),
        "due_at": asked.until,
        "climbs_at": asked.until if case.step < len(terms.steps) else None,
    }


def _running(
    case: Standing, now: datetime, left: timedelta, terms: Terms, hours: Hours
) -> dict[str, Any]:
    due_at = clock_rules.due(now, left, hours)
    climbs_at = due_at if case.step < len(terms.steps) else None
    return {"due_at": due_at, "climbs_at": climbs_at, "left_seconds": None}


def _completed(
    case: Standing, who: Who, now: datetime, terms: Terms, undecided: int
) -> dict[str, Any]:
    skips = case.state == State.NEW
    missing = missing_to_close(case, terms, undecided, skips=skips)
    if note := [part for part in missing if part in NOTE_PARTS]:
        raise note_missing(note)
    if "money" in missing:
        raise Refused("Money is proposed that nobody has decided.", "money_undecided")
    if missing:
        raise Refused("A supervisor decides before this case ends.", "approval_missing")
    sets: dict[str, Any] = {
        "closed_at": now, "closed_by": who.actor, "climbs_at": None, **NOT_OFFERED,
    }  # fmt: skip
    return sets | ({"exceptions": (*case.exceptions, SKIPPED)} if skips else {})


def _moved_on(
    case: Standing, sets: Mapping[str, Any], now: datetime, terms: Terms, hours: Hours
) -> dict[str, Any]:
    """Whoever does something about a late case gets the time of a step before it climbs on."""
    more: dict[str, Any] = {"handovers": 0, "is_mismatched": False, "has_answer": False}
    if "climbs_at" not in sets and case.climbs_at is not None and now > case.due_at:
        more["climbs_at"] = _next_climb(max(case.step, 1), now, terms, hours) or case.climbs_at
    return more


def _next_climb(step: int, now: datetime, terms: Terms, hours: Hours) -> datetime | None:
    """When the case leaves the role of this step for the next; never after the last."""
    if step >= len(terms.steps):
        return None
    return clock_rules.due(now, timedelta(minutes=terms.steps[step - 1].minutes), hours)
