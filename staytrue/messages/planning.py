"""The only writer of planned messages: makes what is planned equal to what the plan wants, in sets.

What left keeps its slot, what a person dropped stays dropped; all else follows the plan, and the
difference is told as kept, moved, dropped and new.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec
from django.db import connection, transaction

from staytrue.kit import ids
from staytrue.kit.asking import ask, ask_as
from staytrue.messages import decisions, rows, turns
from staytrue.messages.decisions import Said
from staytrue.messages.kinds import OPEN, Kind, State
from staytrue.messages.models import Message
from staytrue.messages.reasons import Reason
from staytrue.messages.turns import PLANNED, Slot, slot_of
from staytrue.messages.wanted import Wanted

MAILING = "mailing"
"""The party of all mailings: the same words reach an address once, whoever merges with whom."""


class What(StrEnum):
    """What a new plan does to one message."""

    KEPT = "kept"
    MOVED = "moved"
    DROPPED = "dropped"
    NEW = "new"


@dataclass(frozen=True)
class Moved:
    """One line of the difference: instants are those the message was and is due at."""

    reservation_id: int
    slot: Slot
    what: What
    was_at: datetime | None
    due_at: datetime | None
    reason: str = ""


@transaction.atomic
def settle(
    wanted: Mapping[int, Sequence[Wanted]],
    now: datetime,
    why: Callable[[], Mapping[tuple[int, Slot], str]] = dict,
) -> list[Moved]:
    """Bring the open messages of these reservations to what is wanted; the difference.

    A reservation with nothing wanted loses all it has planned. `why`, asked where something is
    dropped, names the reason of what is no longer wanted, where the plan knows it; the state of the
    stay tells it otherwise.
    """
    known = _rows(wanted)
    moved: list[Moved] = []
    new: list[tuple[int, Wanted]] = []
    changed: list[tuple[_Row, Wanted]] = []
    woken: list[int] = []
    dropped: list[_Row] = []
    for reservation_id, asked in wanted.items():
        mine = known.get(reservation_id, [])
        found = turns.difference(mine, asked)
        new += [(reservation_id, each) for each in found.new]
        changed += found.changed
        woken += [row.id for row, _ in found.same if row.state == State.HELD]
        dropped += found.dropped
        moved += [
            Moved(reservation_id, each.slot, What.NEW, None, each.due_at) for each in found.new
        ]
        moved += [
            Moved(reservation_id, each.slot, _how(row, each), row.due_at, each.due_at)
            for row, each in (*found.changed, *found.same)
        ]
    reasons = _reasons(dropped, why()) if dropped else {}
    moved += [
        Moved(row.reservation_id, slot_of(row), What.DROPPED, row.due_at, None, reasons[row.id])
        for row in dropped
    ]
    _insert(new, now)
    _change(changed, now)
    # Only of what ends more is read than a plan compares.
    whole = Message.objects.in_bulk([row.id for row in dropped])
    _drop([whole[row.id] for row in dropped], reasons, now)
    if woken:
        # Something about this stay differs: what waits is decided anew at once.
        Message.objects.filter(pk__in=woken).update(held_until=now)
    return moved


def add(wanted: Iterable[Wanted], now: datetime) -> int:
    """Messages of no reservation (a mailing): each slot of a party once; how many are new."""
    return _insert([(None, each) for each in wanted], now)


@transaction.atomic
def close(message_ids: Collection[int], reason: Reason, now: datetime, **facts: Any) -> int:
    """Close those of these that are still open: dropped by staff, recalled; how many."""
    closing = list(
        Message.objects.filter(pk__in=message_ids, state__in=OPEN)
        .order_by("pk")
        .select_for_update()
    )
    _drop(closing, {row.pk: reason.value for row in closing}, now, facts)
    return len(closing)


def rename_parties(keys: Mapping[str, str]) -> None:
    """These bookings have other keys by now: what was written to them stays written."""
    for old, new in keys.items():
        if old != new:
            Message.objects.filter(party=old).update(party=new)


def open_of(occurrence: str, step: str) -> list[int]:
    """The open messages of a mailing: of no stay, by the fingerprint of its words and its step."""
    mine = Message.objects.filter(
        party=MAILING, kind=Kind.MAILING, occurrence=occurrence, reservation_id=None, step=step,
        state__in=sorted(OPEN),
    )  # fmt: skip
    return list(mine.order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def hold(
    occurrence: str, step: str, reason: Reason, until: datetime, now: datetime, **facts: Any
) -> int:
    """Hold what of a mailing is open, whatever it waited for; how many."""
    mine = Message.objects.filter(pk__in=open_of(occurrence, step), state__in=sorted(OPEN))
    held = list(mine.order_by("pk").select_for_update())
    for row in held:
        row.state, row.reason, row.held_until, row.decided_at = State.HELD, reason, until, now
        row.facts = row.facts | facts
    rows.update(held, ["state", "reason", "held_until", "decided_at", "facts"])
    said = [Said(row.pk, row.property_id, "hold", reason, until, facts) for row in held]
    decisions.note(said, now)
    return len(held)


@transaction.atomic
def release(occurrence: str, step: str, reason: Reason, not_after: datetime, now: datetime) -> int:
    """What of it is held for this is decided at the next round, and makes sense until then."""
    mine = Message.objects.filter(
        pk__in=open_of(occurrence, step), reason=reason.value, state=State.HELD
    )
    return mine.update(held_until=now, not_after=not_after)


class _Row(msgspec.Struct):
    """A message as far as a plan is compared with it."""

    id: int
    reservation_id: int
    kind: str
    occurrence: str
    recipient_role: str
    state: str
    reason: str
    purpose: str
    channel: str
    party: str
    profile_id: int
    contact_point_id: int | None
    language: str
    language_why: str
    step: str
    step_version: int
    due_at: datetime
    not_before: datetime
    not_after: datetime
    basis: dict[str, Any]
    template_version: int | None
    is_shadow: bool


# A message at the door is decided there; what is underway has its slot already.
_STANDING = f"""
  SELECT {", ".join(_Row.__struct_fields__)} FROM message
   WHERE reservation_id = ANY(%s) ORDER BY id FOR UPDATE"""


def _rows(reservation_ids: Collection[int]) -> dict[int, list[_Row]]:
    found: dict[int, list[_Row]] = {}
    for row in ask_as(_STANDING, [list(reservation_ids)], _Row):
        found.setdefault(row.reservation_id, []).append(row)
    return found


def _how(row: _Row, wanted: Wanted) -> What:
    return What.KEPT if row.due_at == wanted.due_at else What.MOVED


def _reasons(dropped: Sequence[_Row], why: Mapping[tuple[int, Slot], str]) -> dict[int, str]:
    """The plan's own reason, else what became of the stay."""
    lost = dict(
        ask(
            "SELECT id, status FROM reservation WHERE id = ANY(%s::bigint[])"
            " AND status IN ('cancelled', 'no_show')",
            [sorted({row.reservation_id for row in dropped})],
        )
    )
    return {
        row.id: why.get((row.reservation_id, slot_of(row)))
        or lost.get(row.reservation_id, Reason.REPLANNED.value)
        for row in dropped
    }


def _insert(new: Sequence[tuple[int | None, Wanted]], now: datetime) -> int:
    if not new:
        return 0
    made = [
        _planned(each)
        | {
            "public_id": str(ids.new()), "reservation_id": reservation_id,
            "property_id": each.property_id, "kind": each.kind.value,
            "occurrence": each.occurrence, "recipient_role": each.recipient_role,
        }
        for reservation_id, each in new
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO message
                 (public_id, property_id, kind, occurrence, purpose, channel, reservation_id, party,
                  recipient_role, profile_id, contact_point_id, language, language_why, step,
                  step_version, due_at, not_before, not_after, basis, template_version, is_shadow,
                  facts, planned_at, state, reason, attempts, address, subject, provider_id)
               SELECT x.public_id, x.property_id, x.kind, x.occurrence, x.purpose, x.channel,
                      x.reservation_id, x.party, x.recipient_role, x.profile_id,
                      x.contact_point_id, x.language, x.language_why, x.step, x.step_version,
                      x.due_at, x.not_before, x.not_after, x.basis, x.template_version, x.is_shadow,
                      x.facts, %s, 'planned', '', 0, '', '', ''
                 FROM jsonb_to_recordset(%s::jsonb) AS x(public_id uuid, property_id bigint,
                      kind text, occurrence text, purpose text, channel text,
                      reservation_id bigint, party text, recipient_role text, profile_id bigint,
                      contact_point_id bigint, language text, language_why text, step text,
                      step_version int, due_at timestamptz, not_before timestamptz,
                      not_after timestamptz, basis jsonb, template_version bigint,
                      is_shadow boolean, facts jsonb)
               ON CONFLICT DO NOTHING""",
            [now, rows.as_json(made)],
        )
        return int(cursor.rowcount)


def _planned(each: Wanted) -> dict[str, Any]:
    """The columns that a plan decides."""
    return turns.values(each) | {"facts": {"plan": dict(each.facts)} if each.facts else {}}


def _change(changed: Sequence[tuple[_Row, Wanted]], now: datetime) -> None:
    anew = {"state": State.PLANNED, "reason": "", "held_until": None, "planned_at": now}
    rows.write(
        [{"id": row.id} | _planned(each) | anew for row, each in changed],
        [*PLANNED, *anew, "facts"],
    )
    decisions.note(
        [
            Said(row.id, each.property_id, What.MOVED, facts={
                "was_at": row.due_at.isoformat(), "due_at": each.due_at.isoformat(),
                "basis": dict(each.basis),
            })
            for row, each in changed if row.due_at != each.due_at
        ],
        now,
    )  # fmt: skip


def _drop(
    dropped: Sequence[Message],
    reasons: Mapping[int, str],
    now: datetime,
    facts: Mapping[str, Any] | None = None,
) -> None:
    for row in dropped:
        row.state, row.reason, row.held_until = State.CLOSED, reasons[row.pk], None
        row.decided_at = row.settled_at = now
        row.facts = row.facts | dict(facts or {})
    rows.update(dropped, ["state", "reason", "held_until", "decided_at", "settled_at", "facts"])
    decisions.note(
        [
            Said(row.pk, row.property_id, What.DROPPED, reasons[row.pk], facts=dict(facts or {}))
            for row in dropped
        ],
        now,
    )
    decisions.close_asks([row.pk for row in dropped], "dropped", now)
