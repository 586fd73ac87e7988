"""Whatever happens to a case, it has an owner and an end, and its history alone makes it again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from staytrue.desk import rules
from staytrue.desk.clock_rules import Hours
from staytrue.desk.folding import Happened, Standing, fold, kept
from staytrue.desk.kinds import Kind, Move, State
from staytrue.desk.rules import Asked, Who
from staytrue.desk.terms import DEFAULTS
from staytrue.kit.errors import StaytrueError
from tests.desk.standing import case
from tests.make import NOON

ROLES = ("front_desk", "guest_relations", "general_manager")
PEOPLE = [
    Who(f"member:{n}", n, frozenset({role}), may_approve=role == "general_manager")
    for n, role in enumerate((*ROLES, "general_manager"), 1)
]
HOURS = Hours("Europe/Madrid")
someone = st.sampled_from(PEOPLE)


class Life(RuleBasedStateMachine):
    """A case in the hands of four people and the clock."""

    @initialize(kind=st.sampled_from(Kind))
    def begin(self, kind: Kind) -> None:
        """It is opened."""
        self.now: datetime = NOON
        self.terms = DEFAULTS[kind.value]
        self.case: Standing = case(kind=kind, type_key=kind.value)
        self.undecided = 0
        self.lines: list[dict[str, Any]] = [kept(msgspec.structs.asdict(self.case))]

    def happens(self, happened: Happened) -> None:
        """One line is written, and the row follows."""
        self.lines.append(kept(happened.sets))
        self.case = msgspec.structs.replace(self.case, **happened.sets)

    @rule(minutes=st.integers(1, 600))
    def time_passes(self, minutes: int) -> None:
        """The duty looks at it."""
        self.now += timedelta(minutes=minutes)
        while happened := rules.climbed(self.case, self.terms, HOURS, self.now):
            before = self.case.step
            self.happens(happened)
            assert self.case.step > before

    @rule(move=st.sampled_from(Move), who=someone, wait=st.integers(-5, 500))
    def moves(self, move: Move, who: Who, wait: int) -> None:
        """Somebody moves it on, or is refused."""
        until = self.now + timedelta(minutes=wait)
        asked = Asked(now=self.now, reason="because", until=until)
        try:
            happened = rules.moved(self.case, move, who, asked, self.terms, HOURS, self.undecided)
        except StaytrueError:
            return
        self.happens(happened)

    @rule(role=st.sampled_from(ROLES), who=someone, member=st.sampled_from([None, 1, 2]))
    def is_offered(self, role: str, who: Who, member: int | None) -> None:
        """Somebody hands it over."""
        try:
            self.happens(rules.offered(self.case, role, member, who, "yours", self.terms))
        except StaytrueError:
            return

    @rule(who=someone, accepts=st.booleans())
    def is_answered(self, who: Who, *, accepts: bool) -> None:
        """Somebody answers a hand-over."""
        try:
            self.happens(rules.answered(self.case, who, "no", accepts=accepts))
        except StaytrueError:
            return

    @rule(who=someone, part=st.sampled_from([*rules.NOTE_PARTS, "all"]))
    def is_noted(self, who: Who, part: str) -> None:
        """Somebody writes a part of the note."""
        parts = dict.fromkeys(rules.NOTE_PARTS if part == "all" else (part,), "words")
        try:
            self.happens(rules.noted(parts, self.case, who))
        except StaytrueError:
            return

    @rule(who=someone, why=st.sampled_from([rules.COMPENSATION, rules.RULE_BROKEN]))
    def leaves(self, who: Who, why: str) -> None:
        """It leaves its normal way."""
        if not self.case.is_open:
            return
        try:
            sets = rules.leaves_normal_way(self.case, why, who, ())
        except StaytrueError:
            return
        self.happens(Happened(rules.Event.PROPOSED, sets))

    @invariant()
    def has_an_owner_and_an_end(self) -> None:
        """In every state somebody answers for it until an instant that the clock knows."""
        if not hasattr(self, "case"):
            return
        assert self.case.owner_role_id in ROLES
        assert self.case.due_at is not None
        if self.case.is_open and self.case.step < len(self.terms.steps):
            assert self.case.climbs_at is not None
        assert (self.case.state == State.BLOCKED) == (self.case.left_seconds is not None)
        assert (self.case.state == State.COMPLETE) == (self.case.closed_at is not None)

    @invariant()
    def is_what_its_history_says(self) -> None:
        """Nothing but its lines makes it."""
        if hasattr(self, "case"):
            assert fold(self.lines) == self.case

    @invariant()
    def never_ended_without_its_note(self) -> None:
        """What left its normal way ended only with all parts of its note."""
        if hasattr(self, "case") and not self.case.is_open and self.case.exceptions:
            assert set(self.case.note_parts) == set(rules.NOTE_PARTS)


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=40, stateful_step_count=20, deadline=None)
