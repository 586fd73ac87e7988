"""What opens a case by itself: a guest's word, a booking, a bill; each origin opens one case, once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from staytrue.desk import opening, working
from staytrue.desk.kinds import Trigger
from staytrue.desk.models import Case
from staytrue.desk.opening import ITSELF, NewCase
from staytrue.desk.rules import Who

_NOBODY = Who(ITSELF, None, frozenset(), may_approve=False)


@dataclass(frozen=True, kw_only=True)
class Found:
    """Something that may open a case: `key` names it once, for ever."""

    trigger: Trigger
    key: str
    property_id: int
    reservation_id: int | None = None
    profile_id: int | None = None
    cause: str = ""
    words: str = ""
    folio_line: str = ""
    message_id: UUID | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


def open_for(found: Iterable[Found], now: datetime) -> list[Case]:
    """Open a case for each that the hotel's rules want one for and that has none yet."""
    return [case for each in found if (case := _open(each, now)) is not None]


@transaction.atomic
def _open(found: Found, now: datetime) -> Case | None:
    key = working.wanted(found.property_id, found.trigger)
    if not key:
        return None
    kind = working.terms_of(found.property_id, key).kind
    there = Case.objects.filter(
        property_id=found.property_id, origin_key=found.key, kind=kind.value
    )
    if there.exists():
        return None
    new = NewCase(
        property_id=found.property_id, kind=kind.value, type_key=key, words=found.words,
        reservation_id=found.reservation_id, profile_id=found.profile_id, cause=found.cause,
        folio_line=found.folio_line, message_id=found.message_id,
    )  # fmt: skip
    facts = {"trigger": found.trigger.value, **found.facts}
    return opening.open_as(new, found.trigger.origin, found.key, _NOBODY, now, facts)
