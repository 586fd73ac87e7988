"""The hand-over between shifts: what is open, what is due, what changed since the reader's last one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from staytrue.desk import access as seen
from staytrue.desk.models import Case, CaseEvent, ShiftReading
from staytrue.desk.paying import READ
from staytrue.desk.queries import MONEY_EVENTS
from staytrue.kit.errors import Refused
from staytrue.staff.access import Access, require

UNREAD = timedelta(hours=24)
"""Who never took over a shift reads so far back."""
SOON = timedelta(hours=8)
"""What is due within the shift to come."""
READINGS = 6


@dataclass(frozen=True)
class HandOver:
    """What somebody takes over: every case changed since. Those that only he changed are `own`."""

    since: datetime
    open: list[Case]
    due: list[Case]
    changed: list[tuple[Case, list[CaseEvent]]]
    own: list[Case]
    lines: int
    read_before: ShiftReading | None


def handover(access: Access, property_id: int, now: datetime) -> HandOver:
    """The hand-over of a hotel as this member reads it."""
    require(access, "stays.read", property_id)
    last = _last(access, property_id)
    since = last.at if last else now - UNREAD
    mine = seen.visible(access).filter(property_id=property_id)
    open_ = list(mine.filter(closed_at=None).order_by("due_at", "pk"))
    lines = CaseEvent.objects.filter(
        case__in=mine.filter(changed_at__gt=since), at__gt=since, at__lte=now
    )
    if not access.may(READ, property_id):
        lines = lines.exclude(kind__in=MONEY_EVENTS)
    changed: dict[int, list[CaseEvent]] = {}
    for line in lines.order_by("case_id", "no"):
        changed.setdefault(line.case_id, []).append(line)
    cases = mine.in_bulk(list(changed))
    own = {id_ for id_, told in changed.items() if {each.actor for each in told} == {access.actor}}
    return HandOver(
        since,
        open_,
        [case for case in open_ if case.due_at <= now + SOON],
        [(cases[id_], changed[id_]) for id_ in sorted(changed.keys() - own)],
        [cases[id_] for id_ in sorted(own)],
        sum(len(told) for told in changed.values()),
        last,
    )


@transaction.atomic
def acknowledge(
    access: Access, property_id: int, read_at: datetime, lines: int, now: datetime
) -> ShiftReading:
    """He has read what changed until `read_at`, the instant at which his page of `lines` was made.

    Refused where it is not what he read: what was being written while his page was made.
    """
    found = handover(access, property_id, min(read_at, now))
    if found.lines != lines:
        raise Refused("Something changed while you read.", "shift_moved")
    return ShiftReading.objects.create(
        property_id=property_id,
        member_id=access.member_id or 0,
        at=min(read_at, now),
        since_at=found.since,
        cases=len(found.changed) + len(found.own),
    )


def readings(access: Access, property_id: int) -> list[ShiftReading]:
    """Who took over at a hotel, and when, the newest first."""
    require(access, "stays.read", property_id)
    found = ShiftReading.objects.filter(property_id=property_id).select_related("member")
    return list(found.order_by("-at", "-pk")[:READINGS])


def _last(access: Access, property_id: int) -> ShiftReading | None:
    read = ShiftReading.objects.filter(property_id=property_id, member_id=access.member_id or 0)
    return read.order_by("-at", "-pk").first()
