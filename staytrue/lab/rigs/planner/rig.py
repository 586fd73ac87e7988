"""One world from its first booking to its last message, and what is to be said of it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from staytrue.consent.purposes import Origin
from staytrue.consent.ratchet import Act as Said
from staytrue.lab.rigs import world
from staytrue.lab.rigs.acts import Act, Way
from staytrue.lab.rigs.expecting import Expected, Lateness, judged
from staytrue.lab.rigs.knowledge import HandOver, Key, Knowledge
from staytrue.lab.rigs.oracle import Oracle, Violation
from staytrue.lab.rigs.planner.desk import Desk, fallen
from staytrue.lab.rigs.planner.feeds import CADENCES, Line
from staytrue.lab.rigs.planner.mirrored import Mirror
from staytrue.lab.rigs.planner.outbox import Outbox, Row
from staytrue.lab.rigs.planner.permitting import Register
from staytrue.lab.rigs.planner.sending import Sender
from staytrue.lab.rigs.planner.timeline import StandsStill, Timeline
from staytrue.lab.rigs.planner.weather import Mode, Weather, drawn
from staytrue.lab.rigs.world import Hotel, Truth
from staytrue.lab.streams import stream
from staytrue.messages.case import Told
from staytrue.messages.kinds import OPEN, State
from staytrue.messages.reasons import Reason

LOAD_AHEAD = timedelta(hours=3)
REPLANNED_WITHIN = timedelta(seconds=20)
PLANNED_LATE = timedelta(hours=3)
SILENT_AFTER = 0.6
IN_FLIGHT = timedelta(seconds=2)
"""So long may bytes be on their way that were let go before."""


@dataclass
class Run:
    """What one world came to."""

    truth: Truth
    weather: Weather
    knowledge: Knowledge
    sent: list[HandOver]
    violations: list[Violation]
    expected: list[tuple[Expected, Lateness]]
    unknowable: Counter[tuple[str, str]]
    held: Counter[tuple[str, str, str]]
    ended: Counter[str]
    unknown: int
    kills: int
    asked: int
    open_at_end: int
    steps: int
    trace: str
    stories: dict[Key, list[tuple[datetime, str]]] = field(default_factory=dict)


class Rig:
    """A seeded world and everything of ours that decides in it."""

    def __init__(
        self, seed: int, bookings: int, mode: Mode | None = None, weather: Weather | None = None
    ) -> None:
        self.seed = seed
        self.weather = weather or drawn(seed, mode)
        self.truth = world.build(seed, bookings)
        self.knowledge = Knowledge()
        begins = self.truth.live_from - LOAD_AHEAD
        self.time = Timeline(begins)
        seconds = {
            each.code: int(CADENCES[each.feed].total_seconds()) for each in self.truth.hotels
        }
        self.mirror = Mirror(self.truth, seconds)
        cadences = {each.code: CADENCES[each.feed] for each in self.truth.hotels}
        self.outbox = Outbox(self.truth, self.mirror, Register(), cadences)
        self.sender = Sender(
            self.time, self.outbox, self.knowledge, self.weather.faults, stream(seed, "sending"),
            self._ask, self._confirm, self._replan,
        )  # fmt: skip
        self.desk = Desk(self.sender, self.knowledge, self.weather.faults, stream(seed, "desk"))
        self.lines = {
            each.code: Line(
                each, self.time, self.mirror, self.knowledge, self.weather.faults,
                stream(seed, f"line {each.code}"), self._changed, self._met, self._told, self._hold,
            )
            for each in self.truth.hotels
        }  # fmt: skip
        self._stood: list[Violation] = []
        self._planned: set[int] = set()
        self._pms_acts: dict[tuple[str, str], list[Act]] = defaultdict(list)
        for act in self.truth.acts:
            if act.way == Way.PMS:
                self._pms_acts[act.hotel, act.profile].append(act)

    def run(self) -> Run:
        """Let all of it happen, and have it judged."""
        for line in self.lines.values():
            line.begin(self.time.now)
        for act in self.truth.acts:
            self.time.at(act.at, self.desk.hears, act)
        self._weather()
        try:
            self.time.run(self.truth.ends_at)
        except StandsStill as found:
            self._stood.append(Violation("L3", "", "", self.time.now, str(found)))
        return self._judged()

    def _weather(self) -> None:
        """Outages of each hotel, and that somebody presses stop."""
        begun, days = self.truth.live_from, (self.truth.ends_at - self.truth.live_from).days
        faults = self.weather.faults
        silent_at = begun + (self.truth.ends_at - begun) * SILENT_AFTER
        is_ending = self.weather.mode == Mode.LIVENESS
        for code, line in self.lines.items():
            rng = stream(self.seed, f"outages {code}")
            for day in range(days):
                at = begun + timedelta(days=day, minutes=rng.uniform(0, 1_440))
                until = at + timedelta(minutes=rng.uniform(5, 360))
                if rng.random() < faults.outages and not (is_ending and until > silent_at):
                    self.time.at(at, line.breaks, until)
            if is_ending:
                self.time.at(silent_at, self._silence, line)
        rng = stream(self.seed, "stops")
        for day in range(days):
            at = begun + timedelta(days=day, minutes=rng.uniform(0, 1_440))
            if rng.random() < faults.stops and not (is_ending and at > silent_at):
                self.time.at(at, self._stop, at + timedelta(minutes=rng.uniform(20, 240)))

    @staticmethod
    def _silence(line: Line) -> None:
        line.is_quiet = True

    def _stop(self, until: datetime) -> None:
        """A person presses stop, and arms again later."""
        if self.outbox.is_stopped:
            return
        self.outbox.is_stopped = True
        self.knowledge.disarmed.append((self.time.now, until))
        self.time.at(until, self._arm)

    def _arm(self) -> None:
        self.outbox.is_stopped = False
        self._wake(Reason.DISARMED)

    def _wake(self, reason: Reason) -> None:
        for row in self.outbox.open_rows():
            if row.reason == reason:
                row.held_until = self.time.now
                self.sender.schedule(row)

    def _ask(self, key: Key) -> Told:
        return self.lines[key[0]].ask(key[1])

    def _confirm(self, row: Row) -> None:
        self.desk.confirm(row)

    def _told(self, hotel: Hotel, instant: datetime) -> None:
        self.outbox.as_of[hotel.code] = max(instant, self.outbox.as_of.get(hotel.code, instant))

    def _hold(self, hotel: Hotel, is_held: bool) -> None:  # noqa: FBT001 -- says what to be
        (self.outbox.held.add if is_held else self.outbox.held.discard)(hotel.code)

    def _met(self, hotel: Hotel, source: str) -> None:
        """A profile was read: its addresses, and what its PMS says of permission."""
        is_known = (hotel.code, source) in self.mirror.guests
        before = self.mirror.guests[hotel.code, source].record if is_known else None
        guest = self.mirror.meet(hotel, source, self.time.now)
        if before is guest.record:
            return
        states = {each.state for each in guest.record.consents if each.purpose == "marketing"}
        was = {each.state for each in before.consents} if before else set()
        for state in sorted(states - was):
            what = "opt_out" if state == "out" else "opt_in"
            acts = [
                act for act in self._pms_acts[hotel.code, source]
                if act.what == what and act.at <= self.time.now
            ]  # fmt: skip
            for act in acts[-1:]:
                self.desk.writes_down(act)
            if not acts:
                self._say(Said.OPT_OUT if state == "out" else Said.OPT_IN, guest.id)
        for stay_id in sorted(self.mirror.stays_of[guest.id]):
            self._replan(stay_id)

    def _say(self, act: Said, profile: int) -> None:
        self.outbox.register.say(
            act, Origin.PMS, ("marketing",), self.time.now, point=None, profile=profile
        )

    def _changed(self, stay_id: int) -> None:
        self._replan(stay_id)

    def _replan(self, stay_id: int) -> None:
        if stay_id not in self._planned:
            self._planned.add(stay_id)
            wait = REPLANNED_WITHIN * self.sender.chance.random()
            if self.sender.chance.random() < self.weather.faults.plan_late:
                wait = PLANNED_LATE * self.sender.chance.random()
            self.time.at(self.time.now + wait, self._plan, stay_id)

    def _plan(self, stay_id: int) -> None:
        self._planned.discard(stay_id)
        ids = self.mirror.booking_of([stay_id])
        looked, dropped = self.outbox.plan(ids, self.time.now)
        for row, why in dropped:
            self.sender.drop(row, why)
        for row in looked:
            self.sender.schedule(row)

    def _judged(self) -> Run:
        sent, sender = self.sender.sent, self.sender
        oracle = Oracle(self.truth, self.knowledge)
        unknown = {
            (*self.mirror.by_id[row.stay_id].key, row.kind)
            for row in self.outbox.rows.values() if row.state == State.UNKNOWN
        }  # fmt: skip
        expected = list(judged(oracle, sent, unknown))
        violations = [*oracle.safety(sent), *self._consent()]
        violations += [*self._stood, *self._off(sent), *self._liveness(expected)]
        return Run(
            self.truth, self.weather, self.knowledge, sent, violations, expected,
            oracle.unknowable(sent), sender.held, sender.ended, sender.unknown, sender.kills,
            self.desk.asked, sum(row.state in OPEN and row.not_after < self.time.now for row in self.outbox.rows.values()),
            self.time.steps, self.time.trace, self.time.stories,
        )  # fmt: skip

    def _off(self, sent: list[HandOver]) -> Iterator[Violation]:
        """Nothing of a stay leaves that our own mirror shows as cancelled, but the word of it."""
        for each in sent:
            if each.kind == "cancellation" or not each.arrival_on:
                continue
            edits = self.mirror.stays[each.hotel, each.booking].edits
            told = [kinds for at, kinds, _ in edits if at + IN_FLIGHT <= each.at]
            turns = [
                kind for kinds in told for kind in kinds if kind in ("cancelled", "reinstated")
            ]
            if turns and turns[-1] == "cancelled":
                yield Violation(
                    "A05", each.hotel, each.booking, each.at, f"{each.kind}: mirrored as cancelled"
                )

    def _consent(self) -> Iterator[Violation]:
        for rank in fallen(self.desk.ranks):
            yield Violation(
                "I7",
                "",
                "",
                rank.at,
                f"{rank.address} fell to {rank.standing.name} for {rank.purpose}",
            )

    def _liveness(self, expected: list[tuple[Expected, Lateness]]) -> Iterator[Violation]:
        """Safety by silence is none: what is due leaves."""
        for row in self.outbox.open_rows():
            if row.not_after + timedelta(minutes=5) < self.time.now:
                key = self.mirror.by_id[row.stay_id].key
                yield Violation(
                    "L3", *key, row.not_after, f"{row.kind}: still {row.state} behind its end"
                )
        if self.weather.mode in (Mode.CALM, Mode.LIVENESS):
            yield from self._untrue()
        if self.weather.mode == Mode.CALM:
            for due, lateness in expected:
                if lateness in (Lateness.LATE, Lateness.MISSED):
                    yield Violation(
                        "L7", due.hotel, due.booking, due.at, f"{due.kind}: {lateness.value}"
                    )

    def _untrue(self) -> Iterator[Violation]:
        """When faults have ended, the mirror is what the PMS shows."""
        for hotel, number, life in self.truth.lives():
            copy = self.mirror.stays.get((hotel.code, number))
            is_so = copy is not None and copy.version == len(life.versions) - 1
            if not is_so and number not in hotel.gone:
                yield Violation("L1", hotel.code, number, self.time.now, "mirrored otherwise")
