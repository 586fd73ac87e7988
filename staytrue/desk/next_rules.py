"""What somebody does next about a case: the act, the field it fills, the right it takes. Pure."""

from __future__ import annotations

import msgspec

from staytrue.desk import rules
from staytrue.desk.folding import Standing
from staytrue.desk.kinds import Move, State, right_for
from staytrue.desk.rules import MOVES, NOTE_PARTS, Who
from staytrue.desk.terms import Terms


class Next(msgspec.Struct, frozen=True):
    """`field` is what it fills, empty where a tap is enough; `right` is what it takes."""

    act: str
    field: str = ""
    right: str = ""


def next_for(case: Standing, who: Who, terms: Terms, undecided: int) -> Next | None:
    """The first thing this member can do that brings the case nearer to its end."""
    work = right_for(case.kind)
    if not case.is_open:
        return None
    if rules.is_offered_to(case, who):
        return Next("accept", "", work)
    if undecided and who.may_approve:
        return Next("decide", "money", "cases.approve")
    if case.state == State.BLOCKED:
        return Next("resume", "", work)
    if case.state == State.NEW:
        return Next("take", "", work)
    missing = rules.missing_to_close(case, terms, undecided)
    wanting = [part for part in NOTE_PARTS if part in missing]
    if wanting and (wanting != ["comment"] or who.may_approve):
        return Next("note", wanting[0], "cases.approve" if wanting == ["comment"] else work)
    if "approval" in missing and may_approve(case, who):
        return Next("approve", "reason", "cases.approve")
    if missing:
        return Next("wait", missing[0], "cases.approve")
    return Next("complete", "", work)


def moves_for(case: Standing, who: Who, terms: Terms, undecided: int) -> list[Move]:
    """The moves that would be answered with yes, as far as rights and state go."""
    allowed = []
    for move, (states, _, _) in MOVES.items():
        if case.state not in states:
            continue
        if move in rules.FOR_SUPERVISORS and not who.may_approve:
            continue
        if move == Move.APPROVE and not may_approve(case, who):
            continue
        if move == Move.TAKE and case.owner_member_id == who.member and case.state != State.NEW:
            continue
        skips = case.state == State.NEW
        if move == Move.COMPLETE and rules.missing_to_close(case, terms, undecided, skips=skips):
            continue
        allowed.append(move)
    return allowed


def may_approve(case: Standing, who: Who) -> bool:
    """Whether he is a second pair of eyes."""
    return who.may_approve and who.actor not in {case.opened_by, *case.authors}
