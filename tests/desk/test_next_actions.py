"""Next actions over random cases: exactly what one owns or is asked about, the soonest first."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest

from staytrue.desk import board, configuring
from staytrue.desk.kinds import Kind, State, right_for
from staytrue.desk.models import Case
from staytrue.staff.access import Access
from staytrue.staff.rights import ROLES
from tests.desk.scene import Desk
from tests.make import NOON
from tests.staff import people

DEPARTMENTS = {"housekeeping": "department", "workshop": "department", "reception": "front_desk"}
RIGHTS = {role.key: role.rights for role in ROLES}


class Crew:
    """A member of every role, and a second of each department's; none works at the other hotel."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.known = {role.key: people.access(role.key, at=desk.hotel) for role in ROLES}
        self.in_: dict[str, str] = {}
        for key, role in DEPARTMENTS.items():
            made = configuring.set_department(desk.hugo, desk.hotel.pk, key, key, role, NOON)
            if role == "department":
                who = self.known[key] = people.access(role, at=desk.hotel)
                assert who.member_id
                configuring.set_members(desk.hugo, made.pk, [who.member_id], NOON)
                self.in_[key] = key

    def roles_for(self, kind: Kind) -> list[str]:
        """Who may see such a case."""
        return [key for key, rights in RIGHTS.items() if right_for(kind) in rights]

    def random_case(self, dice: random.Random) -> Case:
        """A row as any life may leave it."""
        kind, state = dice.choice(list(Kind)), dice.choice(list(State))
        role = dice.choice(self.roles_for(kind))
        likely = ["", *(key for key, of in DEPARTMENTS.items() if of == role)]
        named = [who for who in self.known.values() if who.may(f"cases.{kind}", self.hotel)]
        owner = dice.choice(named).member_id if dice.random() < 0.4 else None
        offered: dict[str, Any] = {}
        if state != State.COMPLETE and dice.random() < 0.2:
            to = dice.choice(named)
            offered = {"offered_role_id": to.roles(self.hotel)[0].key, "offered_by": "member:0",
                       "offered_member_id": dice.choice([None, to.member_id])}  # fmt: skip
        closed = NOON if state == State.COMPLETE else None
        return Case(
            property_id=dice.choice([self.hotel] * 5 + [self.desk.at.other.pk]), kind=kind.value,
            type_key=kind.value, words="x", department=dice.choice(likely), origin="staff",
            state=state.value, owner_role_id=role, owner_member_id=owner, opened_at=NOON,
            due_at=NOON + timedelta(minutes=dice.randint(-300, 300)), opened_by="member:0",
            closed_at=closed, left_seconds=60 if state == State.BLOCKED else None,
            changed_at=NOON, exceptions=dice.choice([[], [], ["rule_broken"]]), **offered,
        )  # fmt: skip

    @property
    def hotel(self) -> int:
        """Where they work."""
        return self.desk.hotel.pk

    def owns(self, name: str, case: Case) -> bool:
        """What the row itself says, told anew: his own, or his role's where nobody has it."""
        who = self.known[name]
        if case.closed_at or case.property_id != self.hotel:
            return False
        if case.owner_member_id is not None:
            return case.owner_member_id == who.member_id
        if case.owner_role_id != who.roles(self.hotel)[0].key:
            return False
        # Two departments may share a role: then it is who works in this one.
        is_of_a_like = DEPARTMENTS.get(case.department) == case.owner_role_id == "department"
        return not is_of_a_like or self.in_.get(name) == case.department

    def is_offered(self, name: str, case: Case) -> bool:
        """Whether he is asked to take it over."""
        who = self.known[name]
        if case.closed_at or case.property_id != self.hotel:
            return False
        if case.offered_member_id is not None:
            return case.offered_member_id == who.member_id
        return case.offered_role_id == who.roles(self.hotel)[0].key

    def decides(self, name: str, case: Case) -> bool:
        """Whether it waits for a second pair of eyes, and his may be."""
        waits = bool(case.exceptions) and not case.approved_by and case.closed_at is None
        may = self.known[name].may("cases.approve", self.hotel)
        return waits and may and case.property_id == self.hotel


def sees(who: Access, case: Case, hotel: int) -> bool:
    return who.may(right_for(case.kind), hotel)


@pytest.fixture
def crew(desk: Desk) -> Crew:
    """Everybody who works at Hotel Sirga."""
    return Crew(desk)


@pytest.mark.parametrize("seed", range(2))
def test_each_role_lists_exactly_what_it_owns_by_due_time(crew: Crew, seed: int) -> None:
    dice = random.Random(seed)
    # More than a board shows, so that nobody's own are cut off by all the others'.
    cases = Case.objects.bulk_create([crew.random_case(dice) for _ in range(400)])
    owned_by_somebody = 0
    for name, who in crew.known.items():
        listed = board.next_actions(who, NOON)
        due = [card.due_at for card in listed]
        assert due == sorted(due)
        found = {card.case.pk for card in listed if card.case and card.is_owned}
        owned = {each.pk for each in cases if crew.owns(name, each) and sees(who, each, crew.hotel)}
        assert found == owned, name
        owned_by_somebody += len(owned)
        others = {card.case.pk for card in listed if card.case and not card.is_owned}
        offered = {
            each.pk for each in cases
            if crew.is_offered(name, each) and sees(who, each, crew.hotel)
        }  # fmt: skip
        decided = {each.pk for each in cases if crew.decides(name, each)}
        assert offered <= found | others <= owned | offered | decided, name
        assert all(card.next and card.next.act and card.next.right for card in listed), name
    assert owned_by_somebody > 150
