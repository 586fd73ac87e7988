"""The board and one's own next actions: cases and asks side by side, what is late first."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.db.models import Count, Q, QuerySet

from staytrue.desk import access as seen
from staytrue.desk import keeping, next_rules, working
from staytrue.desk.kinds import LineState
from staytrue.desk.models import Case, Department, Mention, MoneyLine
from staytrue.desk.next_rules import Next
from staytrue.desk.terms import Terms
from staytrue.mirror.models import Reservation
from staytrue.staff.access import Access, hides
from staytrue.staff.models import Ask
from staytrue.staff.queries import asks_for

LISTED_MAX = 300
_NEVER = datetime.max.replace(tzinfo=UTC)
MINE, LATE = "mine", "late"

Types = Mapping[int, Mapping[str, Terms]]
"""Every type of case, by hotel and key."""


@dataclass(frozen=True)
class Card:
    """A case or an ask, one of both. Room and number of the stay are read from the mirror.

    `is_owned`: it is the reader's, or his role's and nobody's yet; `is_mine`: or he decides about it.
    """

    due_at: datetime | None
    is_late: bool
    case: Case | None = None
    ask: Ask | None = None
    next: Next | None = None
    room: str = ""
    number: str = ""
    is_owned: bool = False
    is_mine: bool = False
    is_named: bool = False

    @property
    def at(self) -> tuple[bool, datetime, int]:
        """What is late comes first, then what is due sooner."""
        key = self.case.pk if self.case else -(self.ask.pk if self.ask else 0)
        return not self.is_late, self.due_at or _NEVER, key


@dataclass(frozen=True)
class Column:
    """A department, or a role for what belongs to none."""

    key: str
    name: str
    is_department: bool
    cards: list[Card] = field(default_factory=list)


def board(
    access: Access,
    now: datetime,
    property_ids: Collection[int] | None = None,
    department: str = "",
    only: str = "",
) -> list[Column]:
    """What is open at these hotels, department by department; of one, of his, of what is late.

    At most `LISTED_MAX` cases, those that are due first.
    """
    found, terms = _open(access, property_ids), working.types_at(access.property_ids)
    if department:
        found = found.filter(Q(department=department) | Q(department="", owner_role=department))
    if only == MINE:
        found = found.filter(_for_him(access, terms))
    elif only == LATE:
        found = found.filter(due_at__lt=now)
    cases = found.order_by("due_at", "pk")[:LISTED_MAX]
    cards = [*_cards(access, now, cases, terms, _named(access)), *_asks(access, now, property_ids)]
    kept = [
        card for card in cards
        if (only != MINE or card.is_mine) and (only != LATE or card.is_late)
    ]  # fmt: skip
    names = dict(Department.objects.values_list("key", "name"))
    columns: dict[str, Column] = {}
    for card in sorted(kept, key=lambda each: each.at):
        key = _column(card)
        is_department = bool(card.case and card.case.department)
        column = columns.setdefault(key, Column(key, names.get(key, key), is_department))
        column.cards.append(card)
    made = sorted(columns.values(), key=lambda each: (not each.is_department, each.name))
    return [each for each in made if not department or each.key == department]


def next_actions(
    access: Access, now: datetime, property_ids: Collection[int] | None = None
) -> list[Card]:
    """What he does next: every case he owns, those offered to him, where he is named, his asks."""
    named, terms = _named(access), working.types_at(access.property_ids)
    cases = _open(access, property_ids).filter(_for_him(access, terms) | Q(pk__in=named))
    cards = _cards(access, now, cases, terms, named)
    mine = [card for card in cards if card.is_mine or card.is_named]
    asks = _asks(access, now, property_ids)
    return sorted([*mine, *asks], key=lambda each: (each.due_at or _NEVER, each.at))


def counts(
    access: Access, now: datetime, property_ids: Collection[int] | None = None
) -> tuple[int, int]:
    """How many cases and asks are open, and how many of them late, however many a board shows."""
    cases = _open(access, property_ids)
    asks = _asks(access, now, property_ids)
    late = cases.filter(due_at__lt=now).count() + sum(each.is_late for each in asks)
    return cases.count() + len(asks), late


def _column(card: Card) -> str:
    if card.case is not None:
        return card.case.department or card.case.owner_role_id
    return card.ask.role_id if card.ask is not None else ""


def _open(access: Access, property_ids: Collection[int] | None) -> QuerySet[Case]:
    found = seen.visible(access).filter(closed_at=None)
    return found if property_ids is None else found.filter(property_id__in=property_ids)


def _for_him(access: Access, terms: Types) -> Q:
    """What may be his to do; which of it is, `Card.is_mine` says."""
    me = access.member_id or 0
    proposed = MoneyLine.objects.filter(state=LineState.PROPOSED.value).values("case")
    found = Q(owner_member=me) | Q(offered_member=me)
    for hotel in access.property_ids:
        who = working.who(access, hotel)
        mine = Q(owner_member=None, owner_role__in=who.roles)
        mine |= Q(offered_member=None, offered_role__in=who.roles)
        if who.may_approve:
            reviewed = [key for key, each in terms[hotel].items() if each.is_reviewed]
            mine |= Q(pk__in=proposed) | Q(type_key__in=reviewed) | ~Q(exceptions=[])
        found |= Q(property_id=hotel) & mine
    return found


def _named(access: Access) -> set[int]:
    unread = Mention.objects.filter(member_id=access.member_id or 0, read_at=None)
    return set(unread.values_list("case", flat=True))


def _cards(
    access: Access, now: datetime, found: QuerySet[Case], terms: Types, named: Collection[int]
) -> list[Card]:
    cases = list(found.select_related("property", "owner_member"))
    stays = Reservation.objects.filter(pk__in={each.reservation_id or 0 for each in cases})
    known = {row[0]: row[1:] for row in stays.values_list("pk", "room_number", "number")}
    waiting = Q(state=LineState.PROPOSED.value, case__in=[each.pk for each in cases])
    undecided = dict(
        MoneyLine.objects.filter(waiting).values_list("case").annotate(count=Count("pk"))
    )
    made = []
    for case in cases:
        room, number = known.get(case.reservation_id or 0, ("", ""))
        shown = "" if hides(access, "room_number", case.property_id) else room or ""
        of_type = terms[case.property_id][case.type_key]
        made.append(
            _card(access, case, now, of_type, undecided.get(case.pk, 0), (shown, number or ""),
                  is_named=case.pk in named)
        )  # fmt: skip
    return made


def _card(
    access: Access, case: Case, now: datetime, terms: Terms, undecided: int,
    stay: tuple[str, str], *, is_named: bool,
) -> Card:  # fmt: skip
    standing, who = keeping.standing(case), working.who(access, case.property_id)
    owns = case.owner_member_id == access.member_id if case.owner_member_id else (
        case.owner_role_id in who.roles
    )  # fmt: skip
    next_ = next_rules.next_for(standing, who, terms, undecided)
    decides = next_ is not None and next_.act in {"accept", "decide", "approve"}
    return Card(
        due_at=case.due_at,
        is_late=case.due_at < now,
        case=case,
        next=next_,
        room=stay[0],
        number=stay[1],
        is_owned=owns,
        is_mine=owns or decides,
        is_named=is_named,
    )


def _asks(access: Access, now: datetime, property_ids: Collection[int] | None) -> list[Card]:
    """Asks about cases stand on their cases already."""
    found = asks_for(access).exclude(key__startswith="case:")
    if property_ids is not None:
        found = found.filter(Q(property__in=property_ids) | Q(property=None))
    return [
        Card(each.due_at, bool(each.due_at and each.due_at < now), ask=each, is_mine=True)
        for each in found[:LISTED_MAX]
    ]


def minutes_late(card: Card, now: datetime) -> int:
    """How late it is, in whole minutes."""
    return max(0, (now - card.due_at) // timedelta(minutes=1)) if card.due_at else 0
