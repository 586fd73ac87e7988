"""How each hotel's PMS tells of what changes, and what goes wrong on that way.

A push is only a hint: the record is read then. Behind it stands a poll, behind that a walk through
everything once a day. A hotel without a living PMS sends whole files: one a day, or every six hours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from staytrue.hotel.codes import FINAL, Status
from staytrue.lab.rigs.knowledge import GONE, Key, Knowledge
from staytrue.lab.rigs.planner.mirrored import Mirror
from staytrue.lab.rigs.planner.timeline import Timeline
from staytrue.lab.rigs.planner.weather import Faults
from staytrue.lab.rigs.world import Feed, Hotel
from staytrue.messages.case import Told
from staytrue.mirror.rules import Figures, brake

CADENCES = {
    Feed.PUSHED: timedelta(minutes=15),
    Feed.POLLED: timedelta(minutes=10),
    Feed.FILED: timedelta(hours=24),
    Feed.FILED_OFTEN: timedelta(hours=6),
}
APPLIED_WITHIN = timedelta(seconds=8)
RETRY = timedelta(seconds=60)
TRIES = 6
MADE_AT, FILE_LAG = 4 * 60 + 30, timedelta(minutes=90)
SIX_HOURS = timedelta(hours=6)
WALK_AT = 3 * 60 + 10
DAYS_BEHIND = 3
UNKNOWN_WORD = "unknown_status"


@dataclass
class Line:
    """One hotel's way to us. `changed` plans stays anew, `guest` takes a profile, `told` an as-of."""

    hotel: Hotel
    time: Timeline
    mirror: Mirror
    knowledge: Knowledge
    faults: Faults
    chance: Random
    changed: Callable[[int], None]
    met: Callable[[Hotel, str], None]
    told: Callable[[Hotel, datetime], None]
    hold: Callable[[Hotel, bool], None]
    is_down: bool = False
    is_quiet: bool = False
    unread: set[str] = field(default_factory=set)
    missed: int = 0

    def begin(self, at: datetime) -> None:
        """The first load, and from then on what happens."""
        self.time.at(at, self._walk, False)
        for number, life in self.hotel.world.bookings.items():
            for when, _, _ in life.versions:
                if when > at:
                    self.time.at(when, self._happens, number)
        for source, profile in self.hotel.world.profiles.items():
            for when, what, _ in profile.versions:
                if when > at and what != "created":
                    self.time.at(when, self._guest_changes, source)
        day = at.astimezone(self.hotel.house.zone).date()
        if not self.hotel.is_living:
            self.time.at(self.hotel.house.instant(day + timedelta(days=1), MADE_AT), self._file)
            return
        self.time.at(at + CADENCES[self.hotel.feed], self._poll)
        self.time.at(self.hotel.house.instant(day + timedelta(days=1), WALK_AT), self._daily_walk)

    def breaks(self, until: datetime) -> None:
        """The PMS does not answer for a while."""
        if not self.is_down:
            self.is_down = True
            self.knowledge.outages[self.hotel.code].append((self.time.now, until))
            self.time.at(until, self._mends)

    def _mends(self) -> None:
        self.is_down = False

    def ask(self, number: str) -> Told:
        """One stay read at this moment, applied by the same way as any other reading."""
        if self._fails():
            return Told.UNREACHABLE
        if self._now(number) is None:
            return Told.NOT_FOUND
        before = self.mirror.stays[self.hotel.code, number].content
        self._read(number, is_now=True)
        is_same = self.mirror.stays[self.hotel.code, number].content == before
        return Told.SAME if is_same else Told.DIFFERS

    def _strikes(self, name: str) -> bool:
        return not self.is_quiet and self.chance.random() < getattr(self.faults, name)

    def _fails(self) -> bool:
        if self.is_down:
            return True
        if not self._strikes("call_failed"):
            return False
        self.knowledge.outages[self.hotel.code].append((self.time.now, self.time.now))
        return True

    def _now(self, number: str) -> int | None:
        """The version that the PMS shows at this moment."""
        return self._version(number, self.time.now)

    def _version(self, number: str, at: datetime) -> int | None:
        if self.hotel.shown(number, at) is None:
            return None
        versions = self.hotel.world.bookings[number].versions
        return max(place for place, (when, _, _) in enumerate(versions) if when <= at)

    def _happens(self, number: str) -> None:
        place = self._version(number, self.time.now)
        life = self.hotel.world.bookings[number]
        so = life.versions[place][1] if place is not None else "deleted"
        self.time.tell((self.hotel.code, number), f"truth: {so}")
        if not self.hotel.is_living:
            return
        self.unread.add(number)
        if self.hotel.feed == Feed.PUSHED and not self._strikes("push_lost"):
            for _ in range(1 + self._strikes("push_twice")):
                self.time.at(self.time.now + self._push_delay(), self._fetch, number, 1)

    def _push_delay(self) -> timedelta:
        if self._strikes("push_late"):
            return timedelta(hours=72 * self.chance.random())
        if self._strikes("push_reordered"):
            return timedelta(minutes=12)
        return timedelta(seconds=self.chance.uniform(1, 15))

    def _fetch(self, number: str, tries: int) -> None:
        if self._fails():
            if tries < TRIES:
                self.time.at(self.time.now + RETRY, self._fetch, number, tries + 1)
            return
        self.unread.discard(number)
        self._read(number)

    def _poll(self) -> None:
        self.time.at(self.time.now + CADENCES[self.hotel.feed], self._poll)
        if self._fails():
            return
        for number in sorted(self.unread):
            if self._strikes("record_missed"):
                # A page shifted underneath: only the walk of the night finds it.
                self.missed += 1
            else:
                self._read(number)
        self.unread.clear()
        self._read_through(self.time.now)

    def _daily_walk(self) -> None:
        day = self.time.now.astimezone(self.hotel.house.zone).date() + timedelta(days=1)
        self.time.at(self.hotel.house.instant(day, WALK_AT), self._daily_walk)
        self._walk(True)

    def _walk(self, may_fail: bool) -> None:  # noqa: FBT001 -- an event's own argument
        if may_fail and self._fails():
            self.time.at(self.time.now + RETRY, self._walk, may_fail)
            return
        for number in self._of_interest(self.time.now):
            known = self.mirror.stays.get((self.hotel.code, number))
            version = self._now(number)
            if version is None:
                self._vanished(number)
            elif known is None or known.version != version or known.hidden_at or known.parked:
                self._read(number, is_now=known is None)
        self._read_through(self.time.now)

    def _of_interest(self, at: datetime) -> Iterator[str]:
        """Bookings a whole walk or file shows: what is to come or left some days ago at most."""
        oldest = at.astimezone(self.hotel.house.zone).date() - timedelta(days=DAYS_BEHIND)
        for number, life in self.hotel.world.bookings.items():
            if life.first_at > at:
                return
            record = life.state_at(at)
            if record and record.departure_on >= oldest:
                yield number

    def _vanished(self, number: str) -> None:
        key = self.hotel.code, number
        known = self.mirror.stays.get(key)
        if known and known.record.status not in FINAL and known.hidden_at is None:
            self.knowledge.learn(key, self.time.now, GONE)
            self.time.tell(key, "not shown any more")
            self.mirror.hide(key, self.time.now)
            self.changed(known.id)

    def _read(self, number: str, *, is_now: bool = False) -> None:
        """A record is received whole; the mirror has it a moment later."""
        version = self._now(number)
        if version is not None:
            self._received(number, version, is_now=is_now)

    def _received(self, number: str, version: int, *, is_now: bool) -> None:
        key = self.hotel.code, number
        self.knowledge.learn(key, self.time.now, version)
        known = self.mirror.stays.get(key)
        if (
            known is not None
            and known.version == version
            and not known.hidden_at
            and not known.parked
        ):
            return
        if known is not None and self._strikes("unknown_word"):
            known.parked = UNKNOWN_WORD
            self.time.tell(key, "its newest record holds a word nobody knows")
            mended = timedelta(minutes=self.chance.uniform(60, 1_200))
            self.time.at(self.time.now + mended, self._apply, number, version)
            return
        if is_now:
            self._apply(number, version)
        else:
            self.time.at(self.time.now + APPLIED_WITHIN, self._apply, number, version)

    def _apply(self, number: str, version: int) -> None:
        key = self.hotel.code, number
        known = self.mirror.stays.get(key)
        if known is not None and known.version > version:
            return  # Read again meanwhile.
        for guest in self.hotel.world.bookings[number].versions[version][2].guests:
            if (self.hotel.code, guest.profile) not in self.mirror.guests:
                self.met(self.hotel, guest.profile)
        if self.mirror.apply(self.hotel, number, version, self.time.now):
            what = self.hotel.world.bookings[number].versions[version][1]
            self.time.tell(key, f"mirrored: {what}")
            self.changed(self.mirror.stays[key].id)

    def _guest_changes(self, source: str) -> None:
        if not self.hotel.is_living:
            return
        wait = timedelta(seconds=self.chance.uniform(5, 900))
        self.time.at(self.time.now + wait, self.met, self.hotel, source)

    def _read_through(self, instant: datetime) -> None:
        self.knowledge.read(self.hotel.code, self.time.now, instant)
        self.told(self.hotel, instant)

    def _file(self) -> None:
        """The PMS writes its file of the day; it comes an hour and a half later, or not."""
        made_at = self.time.now
        day = made_at.astimezone(self.hotel.house.zone).date() + timedelta(days=1)
        is_daily = self.hotel.feed == Feed.FILED
        following = self.hotel.house.instant(day, MADE_AT) if is_daily else made_at + SIX_HOURS
        self.time.at(following, self._file)
        if self._strikes("file_missing"):
            return
        late = (
            timedelta(minutes=self.chance.uniform(60, 480))
            if self._strikes("file_late")
            else timedelta()
        )
        self.time.at(made_at + FILE_LAG + late, self._file_comes, made_at)

    def _file_comes(self, made_at: datetime) -> None:
        if self._strikes("file_partial"):
            return  # Refused whole: its end is missing.
        shown = {
            number: version for number in self._of_interest(made_at)
            if (version := self._version(number, made_at)) is not None
        }  # fmt: skip
        is_shrunken = self._strikes("file_shrunken")
        if is_shrunken:
            shown = {
                number: version for number, version in shown.items() if self.chance.random() < 0.5
            }
        stopped = brake(self._figures(shown, made_at), complete=True)
        if stopped is None:
            self._take_file(shown, made_at)
            return
        for number, version in shown.items():
            self.knowledge.learn((self.hotel.code, number), self.time.now, version)
        until = self.time.now + timedelta(minutes=self.chance.uniform(30, 300))
        self.knowledge.brakes[self.hotel.code].append((self.time.now, until))
        self.hold(self.hotel, True)
        self.time.at(until, self._decided, shown, made_at, is_shrunken)

    def _decided(self, shown: dict[str, int], made_at: datetime, is_wrong: bool) -> None:  # noqa: FBT001
        """A person looked at the held file: thrown away, or released."""
        self.hold(self.hotel, False)
        if not is_wrong:
            self._take_file(shown, made_at)

    def _take_file(self, shown: dict[str, int], made_at: datetime) -> None:
        for number, version in shown.items():
            self._received(number, version, is_now=True)
        for guest in [
            each for each in self.mirror.guests.values() if each.hotel == self.hotel.code
        ]:
            self.met(self.hotel, guest.source)
        for number in self._missing(shown, made_at):
            self._vanished(number)
        self._read_through(made_at)

    def _missing(self, shown: dict[str, int], made_at: datetime) -> list[str]:
        oldest = made_at.astimezone(self.hotel.house.zone).date() - timedelta(days=DAYS_BEHIND)
        return [
            number for number in self.hotel.world.bookings
            if (known := self.mirror.stays.get((self.hotel.code, number)))
            and number not in shown and known.record.status not in FINAL
            and known.record.departure_on >= oldest and known.first_seen_at < made_at
        ]  # fmt: skip

    def _figures(self, shown: dict[str, int], made_at: datetime) -> Figures:
        """What this file would do, counted."""
        today = made_at.astimezone(self.hotel.house.zone).date()
        known: dict[Key, int] = {}
        cancelling = moving = 0
        for number, version in shown.items():
            copy = self.mirror.stays.get((self.hotel.code, number))
            if copy is None:
                continue
            known[copy.key] = version
            now = self.hotel.world.bookings[number].versions[version][2]
            cancelling += now.status == Status.CANCELLED != copy.record.status
            moving += (now.arrival_on, now.departure_on) != (
                copy.record.arrival_on,
                copy.record.departure_on,
            )
        coming = [
            copy for key, copy in self.mirror.stays.items()
            if key[0] == self.hotel.code and copy.record.status not in FINAL
            and copy.record.arrival_on >= today
        ]  # fmt: skip
        gone = {key[1] for key in (copy.key for copy in coming)} - set(shown)
        return Figures(
            lines=len(shown), known=len(known), future=len(coming), vanishing=len(gone),
            cancelling=cancelling, moving=moving, compared=len(known),
        )  # fmt: skip
