"""What the journal knows and this database does not: after a restore, nothing leaves twice.

A slot is named by the hotel's code and the PMS's own number of the stay, which come back with the
PMS; our own numbers would belong to others by then.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings

from staytrue.hotel.models import Property
from staytrue.messages.journal import (
    ALIVE,
    ARMED,
    HANDED,
    LEASED,
    SETTLED,
    Journal,
    Line,
    slot_of,
)
from staytrue.messages.kinds import OPEN, USED, State
from staytrue.messages.models import Decision, Lease, Message, Remembered
from staytrue.messages.reasons import Reason
from staytrue.mirror.models import Reservation

SLOT, BEFORE = "slot", "before"
_PIECE = 5_000


@dataclass(frozen=True)
class Found:
    """What the journal had to tell: messages it knew to have left, and those nobody knows of."""

    left: int = 0
    unknown: int = 0
    slots: int = 0


@dataclass
class _Sent:
    at: datetime
    slots: tuple[str, ...]
    outcome: str = State.UNKNOWN


def slots_of(
    messages: Collection[Message], addresses: Mapping[int, str]
) -> dict[int, tuple[str, ...]]:
    """Message → the names of the slots it uses at its address, as they outlive this database."""
    codes = dict(Property.objects.values_list("pk", "code"))
    stays = {
        id_: (number, leg)
        for id_, number, leg in Reservation.objects.filter(
            id__in={each.reservation_id for each in messages if each.reservation_id}
        ).values_list("id", "number", "leg")
    }
    journal = Journal(settings.HOME)
    return {
        each.pk: tuple(_slots(each, codes, stays, journal.hash_of(addresses[each.pk])))
        for each in messages
    }


def _slots(
    each: Message,
    codes: Mapping[int, str],
    stays: Mapping[int, tuple[str, str]],
    point: str,
) -> Iterable[str]:
    what = (each.kind, each.occurrence)
    code = codes.get(each.property_id, "")
    if each.reservation_id is not None:
        number, leg = stays.get(each.reservation_id, (f"?{each.public_id}", ""))
        yield slot_of("stay", code, number, leg, *what, each.recipient_role)
    if each.party or each.reservation_id is None:
        # Its own name hangs on our numbers; whom it went to and why does not.
        yield slot_of("party", code, *what, point)


def is_older_than_journal(fence: int) -> bool:
    """Whether this database, sending under this fence, forgot what the journal has: a restored one."""
    lines = Journal(settings.HOME).tail()
    leased = [int(line.facts["fence"]) for line in lines if line.what == LEASED]
    # The last of them is the present one.
    is_behind = any(each >= fence for each in leased[:-1])
    last = list(_sent(lines))[-1:]
    known = _known(last) or Remembered.objects.filter(facts__message__in=last).exists()
    return is_behind or bool(last and not known) or _has_slept(lines)


def _has_slept(lines: Iterable[Line]) -> bool:
    """Whether the journal lived on while this database did not: also who was only stopped, or said
    no, since the backup is forgotten here.
    """
    alive = [line.at for line in lines if line.what == ALIVE][-1:]
    seen = Lease.objects.filter(id=1).values_list("seen_at", flat=True).first()
    return bool(alive) and (seen is None or alive[0] > seen)


def is_journal_lost() -> bool:
    """Whether this database was sending once, and the journal of that time is not here."""
    lease = Lease.objects.filter(id=1).first()
    if lease is None or lease.armed_at is None:
        return False
    if not lease.fence:
        # Armed, and no worker led yet when this copy was made: what it sent since, it forgot.
        return all(line.what != ARMED for line in Journal(settings.HOME).lines())
    return last_fence() < lease.fence


def last_fence() -> int:
    """The highest fence the journal knows of."""
    lines = Journal(settings.HOME).lines()
    return max((int(line.facts["fence"]) for line in lines if line.what == LEASED), default=0)


def reconcile(now: datetime) -> Found:
    """Bring into this database what the journal says has left, before anything leaves again."""
    sent = _sent(Journal(settings.HOME).lines())
    for piece in _pieces(list(sent)):
        for known in _known(piece):
            del sent[known]
    # A message that was planned before the backup stands here as if it had still to leave, or was
    # closed since, as one that no longer may.
    waiting = Message.objects.filter(
        public_id__in=[UUID(id_) for id_ in sent],
        state__in=[*OPEN, State.CLAIMED, State.CLOSED, State.EXPIRED],
    )
    for message in waiting:
        _settle(message, sent[str(message.public_id)], now)
    marks = [
        Remembered(what=SLOT, hash=slot, at=each.at, facts={"message": id_, "state": each.outcome})
        for id_, each in sent.items()
        for slot in each.slots
    ]
    Remembered.objects.bulk_create(marks, ignore_conflicts=True)
    unknown = sum(each.outcome == State.UNKNOWN for each in sent.values())
    return Found(len(sent), unknown, len(marks))


def forget_before(now: datetime) -> None:
    """The journal is lost: what was due until now may have left, and never leaves again."""
    Remembered.objects.get_or_create(what=BEFORE, hash="", defaults={"at": now})
    Remembered.objects.filter(what=BEFORE).update(at=now)


def spent(messages: Collection[Message], addresses: Mapping[int, str]) -> set[int]:
    """Those of these that left already, as far as the journal knew or nobody can know."""
    if not messages or not Remembered.objects.exists():
        return set()
    slots = slots_of(messages, addresses)
    wanted = {slot for of in slots.values() for slot in of}
    marks = dict(Remembered.objects.filter(what=SLOT, hash__in=wanted).values_list("hash", "facts"))
    lost = Remembered.objects.filter(what=BEFORE).values_list("at", flat=True).first()
    return {
        each.pk
        for each in messages
        if (lost is not None and each.due_at <= lost)
        or any(
            slot in marks and marks[slot].get("message") != str(each.public_id)
            for slot in slots[each.pk]
        )
    }


def _sent(lines: Iterable[Line]) -> dict[str, _Sent]:
    """Message → when it was handed over, its slots, and how that ended."""
    sent: dict[str, _Sent] = {}
    for line in lines:
        if line.what == HANDED:
            # One that leaves again is the last that left.
            sent.pop(line.facts["message"], None)
            sent[line.facts["message"]] = _Sent(line.at, tuple(line.facts["slots"]))
        elif line.what == SETTLED and line.facts["message"] in sent:
            if line.facts["state"] in {State.PLANNED, State.HELD}:
                # The far side surely did not take it: it was free to leave again.
                del sent[line.facts["message"]]
            else:
                sent[line.facts["message"]].outcome = line.facts["state"]
    return sent


def _known(ids: Collection[str]) -> set[str]:
    """Those of these messages that this database knows to have left."""
    found = Message.objects.filter(public_id__in=[UUID(id_) for id_ in ids], state__in=USED)
    return {
        str(id_) for id_ in found.exclude(state=State.CLAIMED).values_list("public_id", flat=True)
    }


def _settle(message: Message, sent: _Sent, now: datetime) -> None:
    reason = Reason.NO_REPLY if sent.outcome == State.UNKNOWN else Reason.ALREADY_SENT
    message.state, message.reason = sent.outcome, reason
    message.handed_at, message.settled_at, message.held_until = sent.at, now, None
    message.save(update_fields=["state", "reason", "handed_at", "settled_at", "held_until"])
    Decision.objects.create(
        message=message, property_id=message.property_id, at=now, answer=sent.outcome,
        reason=reason, facts={"journal": sent.at.isoformat()},
    )  # fmt: skip


def _pieces(ids: list[str]) -> Iterable[list[str]]:
    return (ids[start : start + _PIECE] for start in range(0, len(ids), _PIECE))
