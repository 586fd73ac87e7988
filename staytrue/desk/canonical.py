"""Cases as records for programs: the command line and the API say the same."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import msgspec

from staytrue.desk import access as seen
from staytrue.desk import keeping, queries
from staytrue.desk.folding import FIELDS
from staytrue.desk.models import Case, CaseEvent, MoneyLine
from staytrue.mirror.models import Reservation
from staytrue.staff.access import Access, hides

_PAGE = 500


class Line(msgspec.Struct, frozen=True):
    """A case in a list. `room` is what the mirror says now, `place` where the thing is."""

    id: int
    property: str
    kind: str
    type: str
    state: str
    department: str
    owner_role: str
    owner_member: int | None
    due_at: str
    opened_at: str
    closed_at: str | None
    origin: str
    cause: str
    place: str
    reservation: str | None
    room: str | None
    words: str


LISTED = tuple(field.name for field in msgspec.structs.fields(Line))


def every(
    access: Access,
    property_ids: Collection[int] | None,
    state: str | None,
    limit: int | None,
    after: int = 0,
) -> Iterator[dict[str, Any]]:
    """The cases he sees in the order of their opening."""
    left = limit
    while left is None or left > 0:
        found = seen.visible(access).filter(pk__gt=after).select_related("property").order_by("pk")
        if property_ids is not None:
            found = found.filter(property_id__in=property_ids)
        if state:
            found = found.filter(state=state)
        cases = list(found[: min(_PAGE, left or _PAGE)])
        if not cases:
            return
        yield from _lines(access, cases)
        after = cases[-1].pk
        left = left - len(cases) if left is not None else None


def one(access: Access, case_id: int) -> dict[str, Any]:
    """A case with what its history makes it, what it moves, and every line of its history."""
    case = seen.one(access, case_id)
    (line,) = _lines(access, [case])
    standing = keeping.standing(case)
    shown = {
        name: value for name, value in msgspec.to_builtins(standing).items()
        if name in FIELDS and name not in {"property_id", "type_key"}
    }  # fmt: skip
    may_read_money = access.may("money.read", case.property_id)
    return line | {
        **shown,
        **line,
        "guest": queries.guest_of(case),
        "origin_link": queries.origin_link(case),
        "missing_to_close": queries.missing_to_close(case),
        "is_rebuilt": keeping.rebuilt(case) == standing,
        "money": [_money(each) for each in queries.lines(access, case)] if may_read_money else [],
        "history": [_event(each) for each in queries.history(access, case)],
    }


def _lines(access: Access, cases: Collection[Case]) -> list[dict[str, Any]]:
    stays = Reservation.objects.filter(pk__in={each.reservation_id or 0 for each in cases})
    known = stays.select_related("property").in_bulk()
    return [_line(access, each, known.get(each.reservation_id or 0)) for each in cases]


def _line(access: Access, case: Case, stay: Reservation | None) -> dict[str, Any]:
    code = case.property.code
    hidden = hides(access, "room_number", case.property_id)
    line = Line(
        id=case.pk,
        property=code,
        kind=case.kind,
        type=case.type_key,
        state=case.state,
        department=case.department,
        owner_role=case.owner_role_id,
        owner_member=case.owner_member_id,
        due_at=case.due_at.isoformat(),
        opened_at=case.opened_at.isoformat(),
        closed_at=case.closed_at.isoformat() if case.closed_at else None,
        origin=case.origin,
        cause=case.cause,
        place="" if hidden else case.place,
        reservation=f"{code}:{stay.number}:{stay.leg}" if stay else None,
        room=None if hidden or stay is None else stay.room_number,
        words=case.words,
    )
    return msgspec.structs.asdict(line)


def _money(line: MoneyLine) -> dict[str, Any]:
    return {
        "id": line.pk,
        "kind": line.kind,
        "amount": str(line.amount),
        "currency": line.currency,
        "state": line.state,
        "reason": line.reason,
        "proposed_by": line.proposed_by,
        "decided_by": line.decided_by,
        "folio_line": line.folio_line,
    }


def _event(line: CaseEvent) -> dict[str, Any]:
    return {
        "no": line.no,
        "at": line.at.isoformat(),
        "actor": line.actor,
        "kind": line.kind,
        "reason": line.reason,
        "facts": line.facts,
        "words": line.words,
    }
