"""What people do to the state of a case: each move asks one rule, and writes one line of history."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from staytrue.desk import access as seen
from staytrue.desk import keeping, rules, working
from staytrue.desk.kinds import LineState, Move
from staytrue.desk.models import Case, MoneyLine
from staytrue.desk.rules import Asked
from staytrue.staff.access import Access


def take(access: Access, case_id: int, now: datetime) -> Case:
    """He works on it from now on."""
    return _move(access, case_id, Move.TAKE, Asked(now=now))


def approve(access: Access, case_id: int, reason: str, now: datetime) -> Case:
    """A second pair of eyes agrees, and says why."""
    return _move(access, case_id, Move.APPROVE, Asked(now=now, reason=reason))


def block(access: Access, case_id: int, reason: str, until: datetime | None, now: datetime) -> Case:
    """It waits for something, until somebody looks again."""
    return _move(access, case_id, Move.BLOCK, Asked(now=now, reason=reason, until=until))


def resume(access: Access, case_id: int, now: datetime) -> Case:
    """It waits no longer: its clock goes on where it stopped."""
    return _move(access, case_id, Move.RESUME, Asked(now=now))


def complete(access: Access, case_id: int, now: datetime) -> Case:
    """It is done; one that left its normal way only with its whole note."""
    return _move(access, case_id, Move.COMPLETE, Asked(now=now))


def reopen(access: Access, case_id: int, reason: str, now: datetime) -> Case:
    """It was not done after all."""
    return _move(access, case_id, Move.REOPEN, Asked(now=now, reason=reason))


@transaction.atomic
def _move(access: Access, case_id: int, move: Move, asked: Asked) -> Case:
    case = keeping.held(seen.one(access, case_id))
    happened = rules.moved(
        keeping.standing(case),
        move,
        working.who(access, case.property_id),
        asked,
        working.terms_of(case.property_id, case.type_key),
        working.hours_of(case.property, case.department),
        undecided(case),
    )
    return keeping.write(case, happened, access.actor, asked.now)


def undecided(case: Case) -> int:
    """How many lines of its money nobody has decided."""
    return MoneyLine.objects.filter(case=case, state=LineState.PROPOSED.value).count()
