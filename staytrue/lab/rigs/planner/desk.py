"""The people of a simulated hotel: who look into their PMS when asked, and write down what guests say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from staytrue.consent.purposes import Origin
from staytrue.consent.ratchet import Act, Cause, Standing
from staytrue.lab.rigs.acts import Act as Spoken
from staytrue.lab.rigs.acts import Way
from staytrue.lab.rigs.knowledge import Knowledge
from staytrue.lab.rigs.planner.outbox import Row
from staytrue.lab.rigs.planner.sending import Sender
from staytrue.lab.rigs.planner.weather import Faults
from staytrue.lab.rigs.world import Hotel
from staytrue.messages.kinds import OPEN
from staytrue.messages.reasons import Reason

OPENS, CLOSES = 7, 22
_ORIGINS = {
    Way.ONE_CLICK: Origin.ONE_CLICK, Way.PAGE: Origin.GUEST_PAGE, Way.REPLY: Origin.MAIL_REPLY,
    Way.DESK: Origin.DESK, Way.PMS: Origin.PMS,
}  # fmt: skip


@dataclass(frozen=True)
class Rank:
    """Where an address stands after an act, and whether the act was the guest's own yes."""

    at: datetime
    address: str
    profile: int
    purpose: str
    standing: Standing
    is_own_yes: bool


@dataclass
class Desk:
    """Front desks of all hotels. `asked` counts what they were asked to confirm."""

    sender: Sender
    knowledge: Knowledge
    faults: Faults
    chance: Random
    asked: int = 0
    confirmed: int = 0
    ranks: list[Rank] = field(default_factory=list)

    def confirm(self, row: Row) -> None:
        """Somebody is asked to look into the PMS, and does so sooner or later, or not."""
        self.asked += 1
        if self.chance.random() >= self.faults.desk_absent:
            wait = timedelta(minutes=self.chance.expovariate(1 / 40))
            self.sender.line.at(self._open(row, self.sender.line.now + wait), self._look, row)

    def _hotel(self, row: Row) -> Hotel:
        outbox = self.sender.outbox
        return outbox.truth.by_code[outbox.mirror.by_id[row.stay_id].key[0]]

    def _open(self, row: Row, at: datetime) -> datetime:
        local = at.astimezone(self._hotel(row).house.zone)
        if local.hour < OPENS:
            return at + timedelta(hours=OPENS - local.hour)
        return at + timedelta(hours=24 - local.hour + OPENS) if local.hour >= CLOSES else at

    def _look(self, row: Row) -> None:
        if row.state not in OPEN:
            return
        copy = self.sender.outbox.mirror.by_id[row.stay_id]
        now = self._hotel(row).shown(copy.key[1], self.sender.line.now)
        mine = copy.record
        is_same = now is not None and (now.status, now.arrival_on, now.departure_on) == (
            mine.status, mine.arrival_on, mine.departure_on,
        )  # fmt: skip
        if is_same:
            self.confirmed += 1
            self.sender.line.tell(copy.key, f"the desk confirmed {row.kind}")
            self.sender.confirm(row)
        else:
            self.sender.drop(row, Reason.DROPPED_BY_STAFF)

    def hears(self, act: Spoken) -> None:
        """A guest says something; a reply counts when a person has read it."""
        if act.way == Way.REPLY:
            wait = timedelta(minutes=self.chance.uniform(3, 300))
            self.sender.line.at(self.sender.line.now + wait, self.writes_down, act)
        elif act.way != Way.PMS:
            self.writes_down(act)

    def writes_down(self, act: Spoken) -> None:
        """It is on record with us from now on."""
        mirror, now = self.sender.outbox.mirror, self.sender.line.now
        guest = mirror.guests.get((act.hotel, act.profile))
        box = mirror.boxes.get(act.address.lower())
        if guest is None or box is None:
            return  # Nobody here knows him yet: there is nothing he could have been sent.
        register = self.sender.outbox.register
        if act.what == "complaint":
            register.suppress(Cause.COMPLAINT, box.id, now)
        else:
            what = Act.OPT_IN if act.what == "opt_in" else Act.OPT_OUT
            # What the PMS says is about the person; all else about the address he was asked at.
            point = None if act.way == Way.PMS else box.id
            register.say(what, _ORIGINS[act.way], act.purposes, now, point=point, profile=guest.id)
        self.knowledge.hear(now, act)
        self.sender.line.tell((act.hotel, act.booking), f"{act.what} by {act.way} on record")
        for purpose in act.purposes:
            standing = register.standing(box.id, box.role, guest.id, purpose)
            is_yes = act.what == "opt_in" and act.way != Way.PMS
            self.ranks.append(Rank(now, act.address, guest.id, purpose, standing, is_yes))


def fallen(ranks: Iterable[Rank]) -> list[Rank]:
    """Where an address fell in rank by something else than the guest's own yes."""
    last: dict[tuple[str, int, str], Rank] = {}
    found = []
    for rank in ranks:
        key = rank.address, rank.profile, rank.purpose
        before = last.get(key)
        if before and rank.standing < before.standing and not rank.is_own_yes:
            found.append(rank)
        last[key] = rank
    return found
