"""The only writer of cases: one line of history and the row it makes, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from staytrue.changes import screens
from staytrue.desk import asking
from staytrue.desk.folding import FIELDS, Happened, Standing, fold, kept
from staytrue.desk.models import Case, CaseEvent
from staytrue.messages import silences
from staytrue.messages.silences import Quiet

SILENT_CAUSE = "recovery"


def held(case: Case) -> Case:
    """The case as it stands, held until the transaction ends: acts on it come one by one."""
    return Case.objects.select_for_update(of=("self",)).select_related("property").get(pk=case.pk)


def standing(case: Case) -> Standing:
    """A case as the rules know it."""
    return msgspec.convert({name: _plain(getattr(case, name)) for name in FIELDS}, Standing)


def rebuilt(case: Case) -> Standing:
    """The same from nothing but its history."""
    lines = CaseEvent.objects.filter(case=case).order_by("no")
    return fold(lines.values_list("sets", flat=True))


def begin(case: Case, happened: Happened, actor: str, now: datetime) -> Case:
    """Write a new case with the first line of its history."""
    _set(case, happened.sets)
    case.changed_at = now
    case.save(force_insert=True)
    return _follow(case, happened, actor, now)


def write(case: Case, happened: Happened, actor: str, now: datetime) -> Case:
    """Write what happened to a held case."""
    _set(case, happened.sets)
    # A machine's clock may have been set back: a history never is.
    case.changed_at = max(now, case.changed_at)
    case.last_no += 1
    case.save()
    return _follow(case, happened, actor, case.changed_at)


def _follow(case: Case, happened: Happened, actor: str, now: datetime) -> Case:
    CaseEvent.objects.create(
        case=case,
        property_id=case.property_id,
        no=case.last_no,
        at=now,
        actor=actor,
        kind=happened.event.value,
        sets=kept(happened.sets),
        facts=kept(happened.facts),
        reason=happened.reason,
        words=dict(happened.words),
    )
    _keep_quiet(case, now)
    asking.settle(case, now)
    screens.raise_for([case.property_id])
    return case


def _keep_quiet(case: Case, now: datetime) -> None:
    """While a recovery is open its guest gets only what his stay needs; then at once the rest."""
    if case.closed_at is not None:
        # What a survey began before it opened this case ends with it.
        begun = ":".join(case.origin_key.split(":")[:2])
        silences.end([quiet_key(case.pk), *([begun] if begun else [])], now)
    elif case.kind == "recovery" and (case.profile_id or case.reservation_id):
        stay = None if case.profile_id else case.reservation_id
        quiet = Quiet(quiet_key(case.pk), SILENT_CAUSE, case.profile_id, stay, case.property_id,
                      case.owner_role_id)  # fmt: skip
        silences.begin([quiet], now)


def quiet_key(case_id: int) -> str:
    """The one silence that a case begins."""
    return f"case:{case_id}"


def _set(case: Case, sets: Mapping[str, Any]) -> None:
    """Our own enumerations are words in a row, and several things are a list."""
    for name, value in sets.items():
        if isinstance(value, tuple):
            setattr(case, name, list(value))
        else:
            setattr(case, name, str(value) if isinstance(value, str) else value)


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, int | str | datetime | list) else str(value)
