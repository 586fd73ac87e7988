"""Guests who say no: by the one click of a letter, by its page, at the desk; and far sides that complain."""

from __future__ import annotations

import uuid
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from urllib.parse import urlsplit

from django.test import Client

from staytrue.consent import desk
from staytrue.consent.purposes import Channel, Within
from staytrue.hotel import scope
from staytrue.lab.rigs.acts import Act, Way
from staytrue.lab.rigs.full.post import Letter, Post
from staytrue.lab.rigs.houses import Clock
from staytrue.lab.rigs.knowledge import Knowledge
from staytrue.messages import reports
from staytrue.messages.carriers.notices import What
from staytrue.messages.models import Message
from staytrue.messages.reports import Told
from staytrue.staff.access import house_access

ONE_CLICK, PAGE, DESK, SCANS = 0.02, 0.02, 0.01, 0.2
NEWS = ("marketing", "survey")


@dataclass
class Guests:
    """What becomes of letters in the hands of those who got them; `said` counts how."""

    post: Post
    knowledge: Knowledge
    seed: int
    said: Counter[str] = field(default_factory=Counter)
    scanned: int = 0
    forgotten: frozenset[str] = frozenset()
    _read: int = 0

    def __post_init__(self) -> None:
        self.chance = Random(f"{self.seed} guests")
        self.client = Client(enforce_csrf_checks=True)
        self.coming: list[tuple[datetime, str, Letter]] = []

    def act(self, clock: Clock) -> None:
        """Whatever guests and far sides do by now; what they say counts from the true instant on."""
        now = clock.true()
        for letter in self.post.letters[self._read :]:
            self._think(letter)
        self._read = len(self.post.letters)
        due = [each for each in self.coming if each[0] <= now]
        self.coming = [each for each in self.coming if each[0] > now]
        for _, how, letter in due:
            if how == "desk" and letter.public_id in self.forgotten:
                # Of a letter that our restored database does not know the desk finds no guest.
                self.said["forgotten"] += 1
            else:
                self._do(how, letter, clock)
        for what, letter in self.post.due(now):
            told = Told(uuid.UUID(letter.public_id), What(what), "rig", f"{letter.public_id}{what}",
                        is_hard=True)  # fmt: skip
            reports.take(told, clock())
            # Who complains of news still learns what his stay needs; a dead address learns nothing.
            stay = ("stay",) if what == "bounced" else ()
            self._said(letter, Way.COMPLAINT, (*NEWS, "service", *stay), now)

    def _think(self, letter: Letter) -> None:
        roll, at = self.chance.random(), letter.at
        wait = timedelta(minutes=self.chance.randrange(1, 24 * 60))
        for share, how in ((ONE_CLICK, "one_click"), (PAGE, "page"), (DESK, "desk")):
            if roll < share:
                self.coming.append((at + wait, how, letter))
                return
            roll -= share
        if roll < SCANS:
            self.coming.append((at + timedelta(minutes=1), "scan", letter))

    def _do(self, how: str, letter: Letter, clock: Clock) -> None:
        now, path = clock.true(), urlsplit(letter.one_click).path
        if not path:
            raise AssertionError(f"A letter without a way out: {letter.mail['Subject']}")
        if how == "scan":
            # A scanner opens everything, and nothing may come of it.
            self.scanned += 1
            self.client.get(path)
            self.client.get(path.removesuffix("stop/"))
        elif how == "one_click":
            self._must(self.client.post(path, {"List-Unsubscribe": "One-Click"}).status_code)
            self._said(letter, Way.ONE_CLICK, NEWS, now)
        elif how == "page":
            # Every switch off but what the stay needs.
            way = path.removesuffix("stop/")
            data = {"stay": "on", "within": "property"}
            self._must(self.client.post(way, data).status_code)
            self._said(letter, Way.PAGE, (*NEWS, "service"), now)
        else:
            with scope.everything():
                message = Message.objects.select_related("property").get(public_id=letter.public_id)
                desk.opted_out(
                    house_access("desk"), [message.profile_id], message.property, [Channel.EMAIL],
                    Within.PROPERTY, "no more letters, please", clock(),
                )  # fmt: skip
            self._said(letter, Way.DESK, NEWS, now)

    def _said(self, letter: Letter, way: Way, purposes: tuple[str, ...], now: datetime) -> None:
        self.said[way] += 1
        act = Act(now, "", "", "", letter.address, letter.address, "opt_out", way, purposes)
        self.knowledge.hear(now, act)

    def _must(self, status: int) -> None:
        if status >= 400:
            raise AssertionError(f"A guest's own page answered {status}.")
