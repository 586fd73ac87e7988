"""A rehearsal of days that are over beside what really left, each difference with its cause."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from staytrue.journeys import gathering, running
from staytrue.journeys.parties import Slot as PartySlot
from staytrue.journeys.parties import one_per_party
from staytrue.journeys.refusing import without_refusals
from staytrue.journeys.rehearsal import rehearsed
from staytrue.journeys.rules import Line
from staytrue.messages.kinds import LEFT, State
from staytrue.messages.models import Message
from staytrue.messages.reasons import Reason

Slot = tuple[int, str, str]
_STAYS = """
  SELECT id FROM reservation WHERE property_id = ANY(%(hotels)s)
     AND departure_on >= %(first)s AND arrival_on <= %(last)s
   UNION
  SELECT reservation_id FROM message WHERE property_id = ANY(%(hotels)s)
     AND due_at >= %(since)s AND due_at < %(until)s AND reservation_id IS NOT NULL"""
_AROUND = timedelta(days=14)


@dataclass(frozen=True)
class Difference:
    """A message that only one of both has: `is_sent` says which; `reason` why the other has not."""

    stay_id: int
    kind: str
    occurrence: str
    is_sent: bool
    reason: str


@dataclass(frozen=True)
class Compared:
    """How many messages both have, and the differences."""

    same: int
    differences: list[Difference]


def compared(
    property_ids: Collection[int], since: datetime, until: datetime, now: datetime
) -> Compared:
    """What the live journeys would have sent in these days at these hotels, and what left."""
    hotels = sorted(property_ids)
    given: dict[str, Any] = {
        "hotels": hotels, "since": since, "until": until,
        "first": (since - _AROUND).date(), "last": (until + _AROUND).date(),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_STAYS, given)
        ids = gathering.with_siblings([id_ for (id_,) in cursor.fetchall()])
    lines = _rehearsed(ids, now)
    wanted = {_of_line(each) for each in lines if each.wanted and _is_in(each.at, since, until)}
    rows = list(Message.objects.filter(reservation_id__in=ids).order_by("pk"))
    sent = {
        _of_row(row)
        for row in rows
        if State(row.state) in LEFT and _is_in(row.due_at, since, until)
    }
    causes = {_of_row(row): row.reason or row.state for row in rows}
    absent = {_of_line(each): each.reason for each in lines if not each.wanted}
    missing = [
        Difference(*slot, is_sent=False, reason=causes.get(slot, Reason.REPLANNED.value))
        for slot in sorted(wanted - sent)
    ]
    extra = [
        Difference(*slot, is_sent=True, reason=absent.get(slot, Reason.REPLANNED.value))
        for slot in sorted(sent - wanted)
    ]
    return Compared(len(wanted & sent), missing + extra)


def _rehearsed(ids: Collection[int], now: datetime) -> list[Line]:
    stays = gathering.stays(ids, now.date())
    hotels = {stay.property_id for stay in stays}
    houses, journeys = running.houses(hotels), running.running(hotels, now)
    parties = {stay.id: stay.party for stay in stays if stay.party}
    used: dict[PartySlot, int] = {}
    for each in gathering.left(ids):
        if each.stay_id in parties:
            slot = (parties[each.stay_id], each.kind, each.occurrence, each.point)
            used.setdefault(slot, each.stay_id)
    lines = [
        line for stay in stays for journey in journeys.get(stay.property_id, [])
        for line in rehearsed(stay, houses[stay.property_id], journey, now)
    ]  # fmt: skip
    return without_refusals(one_per_party(lines, used), now)


def _is_in(at: datetime | None, since: datetime, until: datetime) -> bool:
    return at is not None and since <= at < until


def _of_line(line: Line) -> Slot:
    return line.stay_id, line.step.kind.value, line.occurrence


def _of_row(row: Message) -> Slot:
    return row.reservation_id or 0, row.kind, row.occurrence
