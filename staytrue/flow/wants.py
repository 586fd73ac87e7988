"""What must be read of a living PMS: its calls become wants, and wants become readings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction

from staytrue.connectors.base import Hint, ReadsMany
from staytrue.connectors.envelope import Part
from staytrue.flow import conclude, parcels
from staytrue.flow.parcels import Talk
from staytrue.hotel import scope
from staytrue.hotel.records import Parked
from staytrue.inbox import actions as inbox
from staytrue.inbox import notifications, wanted
from staytrue.inbox.models import Connection, Delivery
from staytrue.inbox.parcels import Reading
from staytrue.inbox.wanted import Claimed, Want
from staytrue.kit.errors import Misconfigured, Refused, Temporary, Unreadable
from staytrue.kit.hashes import hash_of
from staytrue.mirror import near

READ_AT_ONCE = 100
CALLS_AT_ONCE = 500
# What the PMS does not show is asked for again: a call may come before its record can be read.
PATIENCE = (timedelta(seconds=20), timedelta(minutes=2), timedelta(minutes=15))
BUSY = timedelta(seconds=30)


def take_calls(talk: Talk) -> int:
    """Turn what the PMS called us with into things to read; how many calls."""
    link, now = talk.link, talk.clock()
    with scope.everything():
        calls = notifications.claim(link.pk, now, CALLS_AT_ONCE)
        understood, hints = [], []
        for call in calls:
            try:
                hints += talk.connector.hints(bytes(call.body), call.headers)
            except Unreadable as problem:
                notifications.settle([call.pk], now, problem.sentence)
            else:
                understood.append(call)
        if understood:
            first = min(call.received_at for call in understood)
            wanted.want(link, [Want(h.entity, h.id, h.facts) for h in hints], first)
            notifications.settle([call.pk for call in understood], now)
    return len(calls)


def read_all(talk: Talk) -> int:
    """Read what is wanted until nothing is due; how many things were read."""
    total = 0
    while True:
        with scope.everything():
            claimed = wanted.claim(talk.link, talk.clock(), READ_AT_ONCE)
        if not claimed:
            return total
        total += _read(talk, claimed)


@dataclass
class _Reading:
    """What became of claimed things: read, not shown (yet), or not readable at all."""

    parts: list[Part] = field(default_factory=list)
    read: list[Claimed] = field(default_factory=list)
    absent: list[Claimed] = field(default_factory=list)
    refused: list[tuple[Claimed, Unreadable]] = field(default_factory=list)

    @property
    def answered(self) -> set[int]:
        """Rows the PMS said something about."""
        return {one.row for one in (*self.read, *self.absent, *(one for one, _ in self.refused))}


def _read(talk: Talk, claimed: Sequence[Claimed]) -> int:
    """Ask for these; forget them in the transaction that keeps what was said."""
    reading, at = _Reading(), talk.next_instant()
    trouble: Temporary | Misconfigured | Refused | None = None
    try:
        _ask(talk, claimed, reading, at)
    except (Temporary, Misconfigured, Refused) as error:
        trouble = error
    kept = None
    with scope.everything(), transaction.atomic():
        if reading.parts or reading.refused:
            kept = parcels.keep(talk, reading.parts, at, by=Reading.NAMED)
        if kept and reading.refused:
            _park(kept.delivery, reading.refused, talk.clock())
        wanted.done([*reading.read, *(one for one, _ in reading.refused)])
        _settle_absent(talk.link, reading.absent, talk.clock())
        if rest := [one for one in claimed if one.row not in reading.answered]:
            due = talk.clock() + pause_of(trouble)
            wanted.put_back(rest, due, trouble.sentence if trouble else "", tried=False)
    if kept:
        parcels.apply(talk, kept)
    if trouble:
        raise trouble
    return len(reading.answered)


def _ask(talk: Talk, claimed: Sequence[Claimed], reading: _Reading, at: datetime) -> None:
    connector, settings, hints = talk.connector, talk.settings(at), _hints(talk.link, claimed)
    if isinstance(connector, ReadsMany):
        for each in connector.read_all(list(hints.values()), talk.http, settings):
            reading.parts.append(Part.of(each))
        reading.read += claimed
        return
    for one in claimed:
        try:
            parcel = connector.read(hints[one.row], talk.http, settings)
        except Unreadable as problem:
            reading.refused.append((one, problem))
            continue
        if parcel is None:
            reading.absent.append(one)
        else:
            reading.parts.append(Part.of(parcel))
            reading.read.append(one)


def _hints(link: Connection, claimed: Sequence[Claimed]) -> dict[int, Hint]:
    """What points to each, by row: what was told of it, and a merge that is known."""
    with scope.everything():
        guests = {one.id for one in claimed if one.entity == "profile"}
        known = near.survivors(link.pk, guests)
    hints = {one.row: Hint(one.entity, one.id, dict(one.facts)) for one in claimed}
    for hint in hints.values():
        if hint.entity == "profile" and hint.id in known:
            hint.facts["was_merged_into"] = known[hint.id]
    return hints


def pause_of(trouble: Exception | None) -> timedelta:
    """How long a PMS is left alone: as long as it asked for, where it did."""
    asked = trouble.facts.get("retry_after") if isinstance(trouble, Temporary) else None
    return timedelta(seconds=float(asked)) if asked else BUSY


def _settle_absent(link: Connection, absent: Sequence[Claimed], now: datetime) -> None:
    """Not shown: perhaps not yet. After the last try a stay that we know is out of sight."""
    for one in absent:
        if one.attempts <= len(PATIENCE):
            wanted.put_back([one], now + PATIENCE[one.attempts - 1], "not shown")
    gone = [one for one in absent if one.attempts > len(PATIENCE)]
    wanted.done(gone)
    numbers = [one.id for one in gone if one.entity == "reservation"]
    conclude.lose_sight(near.ids_of(link.pk, numbers), now)


def _park(delivery: Delivery, refused: Sequence[tuple[Claimed, Unreadable]], now: datetime) -> None:
    """What the PMS will not show is parked under its key, until a later reading brings it."""
    parts = []
    for one, problem in refused:
        raw = f"{one.entity} {one.id}"
        part = Parked(line=None, object=one.entity, reason=problem.sentence, code=problem.code,
                      facts=problem.facts, key=one.id, raw=raw)  # fmt: skip
        parts.append((hash_of(raw), part))
    inbox.park(delivery, parts, now)
