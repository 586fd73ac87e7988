"""The post of the rig: a real mail server that takes, refuses, asks for patience or hangs up."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from random import Random

from staytrue.lab.mail_sink import ACCEPTED, BUSY, NO_MAILBOX, Mail, MailSink, Manners
from staytrue.lab.rigs.houses import Clock

BUSY_SHARE, REFUSED, HANGS_UP, BOUNCES_LATE, COMPLAINS = 0.03, 0.01, 0.003, 0.01, 0.001
_ONE_CLICK = re.compile(r"<(https?://[^>]+)>")


@dataclass(frozen=True)
class Letter:
    """One mail that the far side took: when and to whom, and how wrong our own clock was then."""

    at: datetime
    address: str
    public_id: str
    mail: EmailMessage
    wrong_by: timedelta

    @property
    def one_click(self) -> str:
        """The address of its one click."""
        found = _ONE_CLICK.search(str(self.mail["List-Unsubscribe"] or ""))
        return found[1] if found else ""

    @property
    def words(self) -> str:
        """Subject and text."""
        part = self.mail.get_body(("plain",))
        text = str(part.get_content()) if part is not None else ""
        return f"{self.mail['Subject']}\n{text}"


@dataclass
class Post:
    """Keeps every letter with its virtual instant; faults are drawn for each one."""

    clock: Clock
    seed: int
    is_faulty: bool = False
    letters: list[Letter] = field(default_factory=list)
    happened: dict[str, int] = field(default_factory=dict)
    coming: list[tuple[datetime, str, Letter]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chance = Random(f"{self.seed} post")
        self.manners = Manners()
        self.sink = MailSink(
            self.manners, heard=self._heard, announced=self._announced, keeps=False
        )

    def due(self, now: datetime) -> list[tuple[str, Letter]]:
        """What the far side tells by now of letters it took: bounces and complaints."""
        due = [each for each in self.coming if each[0] <= now]
        self.coming = [each for each in self.coming if each[0] > now]
        return [(what, letter) for _, what, letter in due]

    def _announced(self, address: str) -> None:
        self.manners.reply, self.manners.hangs_up = ACCEPTED, False
        self.manners.recipients.clear()
        roll = self.chance.random()
        if not self.is_faulty or roll >= BUSY_SHARE + REFUSED + HANGS_UP:
            return
        if roll < BUSY_SHARE:
            self._count("mail_busy")
            self.manners.reply = BUSY
        elif roll < BUSY_SHARE + REFUSED:
            self._count("mail_refused")
            self.manners.recipients[address] = NO_MAILBOX
        else:
            self._count("mail_no_reply")
            self.manners.hangs_up = True

    def _heard(self, mail: Mail) -> None:
        read = BytesParser(policy=policy.default).parsebytes(mail.body)
        name = str(read["Message-ID"]).strip("<").partition(".")[0]
        for address in mail.recipients:
            letter = Letter(self.clock.true(), address.lower(), name, read, self.clock.wrong_by)
            self.letters.append(letter)
            roll = self.chance.random() if self.is_faulty else 1.0
            if roll < BOUNCES_LATE + COMPLAINS:
                what = "bounced" if roll < BOUNCES_LATE else "complained"
                self._count(f"mail_{what}")
                at = self.clock.true() + timedelta(minutes=self.chance.randrange(3, 240))
                self.coming.append((at, what, letter))

    def _count(self, name: str) -> None:
        self.happened[name] = self.happened.get(name, 0) + 1
