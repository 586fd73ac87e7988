"""The fidelity audit: records drawn at random are read at the PMS and held beside the mirror.

A difference counts only when a second look still shows it: a change under way is no infidelity.
Every step is kept, so that a run which the PMS's limits interrupt goes on where it was.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import structlog

from staytrue.connectors import registry
from staytrue.connectors.base import Delivery, Hint, ReadsMany, Sweeps
from staytrue.flow import parcels
from staytrue.flow.conclude import house_of
from staytrue.flow.parcels import Clock, Talk
from staytrue.hotel import scope
from staytrue.hotel.records import Profile, Reservation
from staytrue.inbox import objectives
from staytrue.inbox.models import Connection
from staytrue.kit.errors import Misconfigured, Refused, Temporary, Unreadable
from staytrue.mirror import audits, fidelity
from staytrue.mirror.audits import OBJECTS, Held
from staytrue.mirror.models import FidelityDifference, FidelityRun

BATCH = 100
ONE = 1
"""Where each record is a call or two, more at a time would never fit into the PMS's pace."""
SWEPT = timedelta(days=30)
"""How many days are listed at once when looking for stays that the mirror lacks."""
BEYOND = timedelta(days=60)
SUSPECTS_MAX = 1_000
"""More than these are not put off to the end of a run."""

QUIET_HOURS = range(2, 6)
NIGHTLY = timedelta(hours=20)

Key = tuple[str, str]
logger = structlog.get_logger(__name__)


@dataclass
class _Answer:
    """What the PMS said of what was asked: records by key, keys that could not be understood."""

    records: dict[Key, Reservation | Profile] = field(default_factory=dict)
    unreadable: set[str] = field(default_factory=set)

    def profiles(self) -> set[str]:
        """The profiles on the rosters of these stays."""
        stays = (each for each in self.records.values() if isinstance(each, Reservation))
        return {guest.profile for stay in stays for guest in stay.guests}


def audit(talk: Talk, *, sample: int | None, chance: Random) -> FidelityRun:
    """Measure how true the mirror of a live connection is: `sample` records of each kind, or all.

    An interrupted run is taken to its end first. Raises Temporary where the PMS wants a rest:
    call again, and it goes on.
    """
    with scope.everything():
        run = audits.unfinished(talk.link) or audits.begin(talk.link, sample, chance, talk.clock())
    auditor = _Auditor(talk, run)
    auditor.walk()
    auditor.sweep(chance)
    auditor.look_again()
    with scope.everything():
        audits.end(run, talk.clock())
    return run


def require_live(link: Connection) -> None:
    """Refuse a connection whose PMS cannot be asked."""
    if registry.live(link.dialect) is None:
        raise Refused(
            f"{link.name} reads files: nothing can be asked of its PMS, so nothing compared.",
            "not_live",
            connection=link.name,
        )


def audit_due(links: Iterable[Connection], clock: Clock) -> int:
    """Each hotel's nightly audit, in the quiet hours of its own clock; how many came to an end."""
    ended = 0
    for link in links:
        now = clock()
        if now.astimezone(ZoneInfo(link.property.timezone)).hour not in QUIET_HOURS:
            continue
        with scope.everything():
            last = next(iter(audits.newest(link, 1)), None)
        if last and last.ended_at and now - last.ended_at < NIGHTLY:
            continue
        size = objectives.sample(link.objectives)
        # Drawn, not secret: the same night draws the same.
        chance = Random(f"{link.pk}:{now.date()}")  # noqa: S311
        try:
            audit(parcels.talk(link, clock), sample=size, chance=chance)
        except (Temporary, Misconfigured) as trouble:
            # The PMS rests or is stopped: whoever follows it tells; the run goes on next time.
            logger.info("audit waits", connection=link.name, reason=trouble.sentence)
            continue
        ended += 1
    return ended


class _Auditor:
    """One run on one connection. Never speaks to the PMS inside a transaction."""

    def __init__(self, talk: Talk, run: FidelityRun) -> None:
        self.link, self.live, self.http, self.run = talk.link, talk.connector, talk.http, run
        self.now = talk.clock()
        self.settings = talk.settings(self.now)
        self.house = house_of(talk.link.property_id)
        self.today = self.now.astimezone(ZoneInfo(self.house.zone)).date()
        self.batch = BATCH if isinstance(self.live, ReadsMany) else ONE

    def walk(self) -> None:
        """The first look at everything drawn: what is equal counts, the rest is suspect."""
        for object in OBJECTS:
            if self.run.cursor["object"] != object:
                continue
            after = int(self.run.cursor["after"])
            while rows := self._next(object, after):
                self._first_look(object, rows)
                after = max(row.id for row in rows)
                self._keep({"object": object, "after": after})
                if len(self.run.suspects) >= SUSPECTS_MAX:
                    self.look_again()
            later = OBJECTS.index(object) + 1
            self._keep({"object": OBJECTS[later] if later < len(OBJECTS) else "sweep", "after": 0})

    def _next(self, object: str, after: int) -> list[Held]:
        with scope.everything():
            while ids := audits.following(self.run, object, after, self.batch):
                if rows := audits.held(self.link, object, ids, self.today):
                    return rows
                after = ids[-1]
        return []

    def _first_look(self, object: str, rows: list[Held]) -> None:
        answer = self._read(object, {row.source_key[0] for row in rows})
        with scope.everything():
            # What we hold is read after what the PMS holds, so that it had its chance to arrive.
            fresh = audits.held(self.link, object, [row.id for row in rows], self.today)
        for row in fresh:
            found = self._compare(row, answer)
            if found is not None and not found.differing:
                audits.count(self.run, row, found.fields, 0)
            else:
                self._suspect(object, *row.source_key)
        if object == "reservation":
            self._suspect_strangers(answer)

    def _suspect_strangers(self, answer: _Answer) -> None:
        """Stays that the mirror lacks or holds for gone, and guests on them that it lacks."""
        keys = {key for key, _ in answer.records}
        with scope.everything():
            rows = audits.held_by_key(self.link, "reservation", keys, self.today)
            guests = audits.unknown(self.link, "profile", answer.profiles())
        for key, leg in sorted(answer.records.keys() - {row.source_key for row in rows}):
            self._suspect("reservation", key, leg)
        for key in sorted(guests):
            self._suspect("profile", key, "")

    def _suspect(self, object: str, key: str, leg: str) -> None:
        if [object, key, leg] not in self.run.suspects:
            self.run.suspects.append([object, key, leg])

    def _compare(self, row: Held, answer: _Answer) -> fidelity.Compared | None:
        theirs = answer.records.get(row.source_key)
        if theirs is None:
            return None
        shown = fidelity.told(theirs, self.house, self.today)
        return fidelity.compare(row.found.object, row.found.record(), shown)

    def sweep(self, chance: Random) -> None:
        """Stays that the PMS lists and the mirror lacks: all of them, or those of some days."""
        if self.run.cursor["object"] != "sweep":
            return
        for first, last in self._spans(chance):
            if not isinstance(self.live, Sweeps):
                break
            listed = self.live.sweep(first, last, self.http, self.settings, self.now)
            self._suspect_strangers(self._translated("reservation", listed))
            self._keep({"object": "sweep", "after": 0, "from": last.isoformat()})
        self._keep({"object": "again", "after": 0})

    def _spans(self, chance: Random) -> Iterator[tuple[date, date]]:
        with scope.everything():
            known = audits.span(self.link)
        if known is None or not isinstance(self.live, Sweeps):
            return
        first, end = known[0], known[1] + BEYOND
        if self.run.sample is not None:
            some = self.today + timedelta(days=chance.randrange(-7, 30))
            yield some, some
            return
        if done := self.run.cursor.get("from"):
            first = date.fromisoformat(done) + timedelta(days=1)
        while first <= end:
            last = min(first + SWEPT, end)
            yield first, last
            first = last + timedelta(days=1)

    def look_again(self) -> None:
        """The second look: what differs still, or is missing still, is told."""
        while self.run.suspects:
            object = self.run.suspects[0][0]
            batch = [each for each in self.run.suspects if each[0] == object][: self.batch]
            found = self._second_look(object, [(key, leg) for _, key, leg in batch])
            self.run.suspects = [each for each in self.run.suspects if each not in batch]
            with scope.everything():
                audits.save(self.run, found)

    def _second_look(self, object: str, suspects: list[Key]) -> list[FidelityDifference]:
        keys = {key for key, _ in suspects}
        answer = self._read(object, keys)
        with scope.everything():
            rows = audits.held_by_key(self.link, object, keys, self.today)
            lacking = audits.unknown(self.link, object, keys)
        found: list[FidelityDifference] = []
        held = {row.source_key: row for row in rows}
        for key, leg in suspects:
            if row := held.get((key, leg)):
                found += self._judged(row, answer)
        missing = answer.records.keys() & set(suspects) - held.keys()
        if object == "profile":
            # A profile the PMS merged or gave up is not missing: we hold that it did.
            missing = {each for each in missing if each[0] in lacking}
        found += [self._difference("missing_here", object, *each) for each in sorted(missing)]
        return found

    def _judged(self, row: Held, answer: _Answer) -> list[FidelityDifference]:
        object, key = row.found.object, row.source_key
        compared = self._compare(row, answer)
        if compared is None:
            if key[0] in answer.unreadable:
                self.run.unreadable += 1
                return []
            audits.count(self.run, row, 0, 0)
            return [self._difference("missing_at_pms", object, *key, row=row)]
        audits.count(self.run, row, compared.fields, len(compared.differing))
        return [
            self._difference("differs", object, *key, row=row, field=name, values=values)
            for name, values in compared.differing.items()
        ]

    def _difference(
        self,
        kind: str,
        object: str,
        key: str,
        leg: str,
        *,
        row: Held | None = None,
        field: str = "",
        values: tuple[Any, Any] = (None, None),
    ) -> FidelityDifference:
        named = f"{self.house.code}:{key}:{leg}" if object == "reservation" else key
        return FidelityDifference(
            run=self.run,
            property_id=self.link.property_id,
            kind=kind,
            object=object,
            key=named,
            object_id=row.id if row else None,
            window=row.window if row else "",
            field=field,
            ours=values[0],
            theirs=values[1],
            ours_since=row.since if row else None,
        )

    def _read(self, object: str, keys: Collection[str]) -> _Answer:
        """What the PMS holds now, many at once where it can."""
        hints = [Hint(object, key) for key in sorted(keys)]
        if isinstance(self.live, ReadsMany):
            try:
                said = self.live.read_all(hints, self.http, self.settings)
                return self._translated(object, said)
            except Unreadable:
                # One of them cannot be shown: which one, only asking for each can tell.
                pass
        whole = _Answer()
        for hint in hints:
            try:
                parcel = self.live.read(hint, self.http, self.settings)
            except Unreadable:
                whole.unreadable.add(hint.id)
                continue
            one = self._translated(object, [parcel] if parcel else [])
            whole.records |= one.records
            whole.unreadable |= one.unreadable
        return whole

    def _translated(self, object: str, given: Iterable[Delivery]) -> _Answer:
        answer = _Answer()
        for parcel in given:
            if not parcel.body:
                continue
            for item in self.live.translate(parcel.body, self.settings, parcel.context):
                for stay in item.reservations if object == "reservation" else ():
                    answer.records[stay.number, stay.leg] = stay
                for guest in item.profiles if object == "profile" else ():
                    answer.records[guest.source_id, ""] = guest
                answer.unreadable |= {part.key for part in item.parked if part.key}
        return answer

    def _keep(self, cursor: dict[str, Any]) -> None:
        self.run.cursor = cursor
        with scope.everything():
            audits.save(self.run)
