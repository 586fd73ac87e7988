"""Messages on their way: decided, claimed, compared once more, handed over; and what was cut off.

Between two of these steps anything may happen, also the end of the process.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from staytrue.consent.ratchet import Cause
from staytrue.lab.rigs.acts import Act as Spoken
from staytrue.lab.rigs.acts import Way
from staytrue.lab.rigs.knowledge import HandOver, Key, Knowledge
from staytrue.lab.rigs.planner.outbox import Envelope, Outbox, Row
from staytrue.lab.rigs.planner.timeline import Timeline
from staytrue.lab.rigs.planner.weather import Faults
from staytrue.messages import looking, turns
from staytrue.messages.carriers.base import Result
from staytrue.messages.case import Act, Answer, Proof, Told
from staytrue.messages.journal import BEGUN, HANDED, SETTLED, Line
from staytrue.messages.kinds import OPEN, State
from staytrue.messages.reasons import CONFIRMABLE, Reason
from staytrue.messages.rules import decide

BOOT = "one start of the machine"
DOWN = timedelta(seconds=30)
Ask = Callable[[Key], Told]


@dataclass
class Sender:
    """The worker that sends. `ask` reads one stay at its PMS; `person` has somebody look there."""

    line: Timeline
    outbox: Outbox
    knowledge: Knowledge
    faults: Faults
    chance: Random
    ask: Ask
    person: Callable[[Row], None]
    replan: Callable[[int], None]
    fence: int = 1
    down_until: datetime | None = None
    sent: list[HandOver] = field(default_factory=list)
    held: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    ended: Counter[str] = field(default_factory=Counter)
    unknown: int = 0
    kills: int = 0
    _flying: dict[int, Row] = field(default_factory=dict)
    _journal: dict[int, list[Line]] = field(default_factory=lambda: defaultdict(list))

    def schedule(self, row: Row) -> None:
        """Look at this one when its moment comes."""
        row.stamp += 1
        self.line.at(row.look_at, self._look, row, row.stamp)

    def drop(self, row: Row, why: str) -> None:
        """The plan, or a person, no longer wants it."""
        row.state, row.reason, row.held_until = State.CLOSED, why, None
        self._tell(row, f"dropped: {why}")
        self.ended[why] += 1

    def confirm(self, row: Row) -> None:
        """A person looked into the PMS, and the stay is as it stands here."""
        version = self.outbox.mirror.by_id[row.stay_id].content
        self.outbox.proofs[row.stay_id] = Proof(Told.CONFIRMED, self.line.now, version)
        self._wake(row.stay_id)

    def _look(self, row: Row, stamp: int) -> None:
        if row.state not in OPEN or row.stamp != stamp:
            return
        if self.down_until and self.line.now < self.down_until:
            self.line.at(self.down_until, self._look, row, stamp)
            return
        found = self.outbox.envelope(row, self.line.now)
        answer = decide(found.case)
        if answer.wants_look_up and found.case.source and found.case.source.reads_one:
            self._keep(row, answer, is_asked=True)
            self._look_up(row)
            found = self.outbox.envelope(row, self.line.now)
            answer = decide(found.case)
        if answer.act == Act.SEND and found.address:
            self._claim(row, found)
        else:
            self._keep(row, answer)

    def _look_up(self, row: Row) -> None:
        stay = self.outbox.mirror.by_id[row.stay_id]
        before = stay.content
        told = self.ask(stay.key)
        # What was read and applied meanwhile is another version, of which this proves nothing.
        told = Told.DIFFERS if stay.content != before else told
        if told != Told.UNREACHABLE or row.reason != Reason.HOTEL_UNREACHABLE:
            self._tell(row, f"asked the PMS: {told}")
        self.outbox.proofs[row.stay_id] = Proof(told, self.line.now, before)
        if told in looking.ENDS_HOLDS:
            self._wake(row.stay_id, but=row)

    def _wake(self, stay_id: int, but: Row | None = None) -> None:
        for row in self.outbox.by_stay[stay_id]:
            if row is not but and row.state == State.HELD and row.reason in CONFIRMABLE:
                row.held_until = self.line.now
                self.schedule(row)

    def _keep(self, row: Row, answer: Answer, *, is_asked: bool = False) -> None:
        """Write what was decided; a hold that says the same as before is no new one."""
        reason = answer.reason.value if answer.reason else ""
        if answer.act in (Act.CLOSE, Act.EXPIRE):
            row.state = State.EXPIRED if answer.act == Act.EXPIRE else State.CLOSED
            row.reason, row.held_until = reason, None
            self.ended[reason] += 1
            self._tell(row, f"{row.state}: {reason}")
            return
        is_new = (row.state, row.reason) != (State.HELD, reason)
        row.state, row.reason, row.held_until = State.HELD, reason, answer.until
        if is_asked:
            return
        if is_new:
            feed = self.outbox.truth.by_code[self._key(row)[0]].feed
            self.held[feed.value, row.kind, reason] += 1
            self._tell(row, f"held: {reason} until {answer.until}")
            if looking.is_for_person(answer):
                self.person(row)
        if answer.act == Act.REPLAN:
            self.replan(row.stay_id)
        self.schedule(row)

    def _claim(self, row: Row, found: Envelope) -> None:
        assert found.address is not None  # noqa: S101 -- asked by the caller, for the types
        row.state, row.reason, row.held_until = State.CLAIMED, "", None
        row.attempts += 1
        row.fence = self.fence
        row.looked = self.outbox.looked_at(found)
        self.outbox.use(row, found.address)
        self._flying[row.pk] = row
        if not self._dies():
            self._later(0.2, 1.0, self._compare, row)

    def _compare(self, row: Row, fence: int) -> None:
        if fence != self.fence or row.looked is None:
            return
        found = self.outbox.envelope(row, self.line.now)
        causes = turns.changed_since(
            row.looked, self.outbox.looked_at(found),
            not_after=row.not_after, now=self.line.now,
        )  # fmt: skip
        if causes:
            self._free(row, Reason.CHANGED_MEANWHILE, self.line.now)
            self._tell(row, f"given back: {', '.join(causes)}")
            self.schedule(row)
            return
        row.state = State.HANDED_OVER
        self._write(row, HANDED, boot=BOOT)
        if not self._dies():
            self._later(0.02, 1.5, self._hand_over, row)

    def _hand_over(self, row: Row, fence: int) -> None:
        if fence != self.fence:
            return
        self._write(row, BEGUN)
        if self._dies():
            return
        result, is_accepted = self._carry()
        self.sent.append(self._given(row, is_accepted=is_accepted))
        self._tell(row, f"handed over: {result}")
        if self._dies():
            return
        end = turns.end_of(result, row.attempts, self.line.now)
        self._write(row, SETTLED, state=end.state.value)
        if not self._dies():
            self._settle(row, end)

    def _settle(self, row: Row, end: turns.End) -> None:
        if end.state == State.HELD:
            self._free(row, end.reason or Reason.CARRIER_BUSY, end.until or self.line.now)
            self.schedule(row)
            return
        row.state, row.reason = end.state, end.reason.value if end.reason else ""
        self._done(row)
        if end.state == State.BOUNCED and row.contact_point_id:
            self.bounced(row)

    def _done(self, row: Row) -> None:
        self._flying.pop(row.pk, None)
        self._journal.pop(row.pk, None)
        self.ended[row.state] += 1
        self.unknown += row.state == State.UNKNOWN

    def bounced(self, row: Row) -> None:
        """A dead address takes nothing any more."""
        box = self.outbox.mirror.by_box[row.contact_point_id or 0]
        guest = self.outbox.mirror.by_guest[row.profile_id]
        self.outbox.register.suppress(Cause.BOUNCE, box.id, self.line.now)
        every = ("stay", "service", "survey", "marketing")
        self.knowledge.hear(
            self.line.now,
            Spoken(self.line.now, *self._key(row), guest.source, guest.person, box.address,
                   "bounce", Way.COMPLAINT, every),
        )  # fmt: skip

    def recover(self) -> None:
        """A new worker settles what the killed one left, by its journal."""
        lines = [line for pk in sorted(self._journal) for line in self._journal[pk]]
        told = turns.told(lines, BOOT)
        for pk, row in sorted(self._flying.items()):
            state = turns.left_over(row.state, told.get(str(pk)))
            if state in (State.PLANNED, State.HELD):
                self._free(row, None, None if state == State.PLANNED else self.line.now)
                self.schedule(row)
                continue
            row.state = state
            row.reason = Reason.NO_REPLY.value if state == State.UNKNOWN else ""
            self._tell(row, f"found after a crash: {state}")
            self._done(row)
        self._flying.clear()
        self._journal.clear()

    def _free(self, row: Row, reason: Reason | None, until: datetime | None) -> None:
        self.outbox.free(row)
        self._flying.pop(row.pk, None)
        self._journal.pop(row.pk, None)
        row.state = State.HELD if until else State.PLANNED
        row.reason, row.held_until = reason.value if reason else "", until

    def _dies(self) -> bool:
        """Whether the process ends here; a new one begins soon."""
        if not self.faults.killed or self.chance.random() >= self.faults.killed:
            return False
        self.kills += 1
        self.fence += 1
        self.down_until = self.line.now + DOWN
        self.line.at(self.down_until, self.recover)
        return True

    def _carry(self) -> tuple[Result, bool]:
        """What the carrier says, and whether the message truly went out."""
        chance, faults = self.chance.random(), self.faults
        if chance < faults.mail_later:
            return Result.RETRY, False
        if chance < faults.mail_later + faults.mail_refused:
            return Result.REFUSED, False
        if chance < faults.mail_later + faults.mail_refused + faults.mail_silent:
            return Result.UNKNOWN, self.chance.random() < 0.9
        return Result.ACCEPTED, True

    def _later(self, least: float, most: float, step: Callable[[Row, int], None], row: Row) -> None:
        wait = timedelta(seconds=self.chance.uniform(least, most))
        self.line.at(self.line.now + wait, step, row, self.fence)

    def _write(self, row: Row, what: str, **facts: str) -> None:
        self._journal[row.pk].append(Line(what, self.line.now, {"message": str(row.pk), **facts}))

    def _given(self, row: Row, *, is_accepted: bool) -> HandOver:
        proof = self.outbox.proofs.get(row.stay_id)
        box = self.outbox.mirror.by_box[row.contact_point_id or 0]
        is_live = proof is not None and proof.told == Told.SAME
        is_told = proof is not None and proof.told == Told.CONFIRMED
        return HandOver(
            at=self.line.now, hotel=self._key(row)[0], booking=self._key(row)[1], kind=row.kind,
            purpose=row.purpose, occurrence=row.occurrence, role=row.recipient_role,
            party=row.party, address=box.address, not_before=row.not_before,
            not_after=row.not_after, arrival_on=row.basis.get("arrival_on", ""),
            departure_on=row.basis.get("departure_on", ""), is_accepted=is_accepted,
            looked_at=proof.at if proof and is_live else None,
            confirmed_at=proof.at if proof and is_told else None,
        )  # fmt: skip

    def _key(self, row: Row) -> Key:
        return self.outbox.mirror.by_id[row.stay_id].key

    def _tell(self, row: Row, what: str) -> None:
        self.line.tell(self._key(row), f"{row.kind} {row.pk} {what}")
