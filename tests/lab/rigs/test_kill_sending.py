"""Real workers that hand over to a real mail server and are killed between its taking and our noting.

Whatever happened, no message came twice, and each of which nobody knows is listed as unknown.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from django.conf import settings

from staytrue.hotel import scope
from staytrue.lab.mail_sink import Mail, MailSink
from staytrue.messages import leases, outlets
from staytrue.messages.kinds import Kind, State
from staytrue.messages.models import GateSetting, Message
from staytrue.messages.reasons import Reason
from staytrue.staff import audit
from tests.databases import COPY
from tests.make import NOON
from tests.messages import scene, ways

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = Path(__file__).parents[3]
FIGURES = ROOT / "docs" / "proof" / "kills.json"
SEED = 2
NEXT = leases.LASTS + timedelta(seconds=1)
WEEK_MINUTES = 7 * 24 * 60


@dataclass
class Killer:
    """Kills the worker of the moment at a mail it hands over: before or after the server took it."""

    random: Random
    worker: int = 0
    left: int = 0
    is_after: bool = False
    kills: Counter[str] = field(default_factory=Counter)
    doubtful: set[str] = field(default_factory=set)

    def aim(self) -> None:
        """The next kill: after so many mails, at this point of the last."""
        self.left, self.is_after = self.random.randint(1, 4), self.random.random() < 0.8

    def announced(self, _address: str) -> None:
        """The worker says to whom; nothing was given yet."""
        if self.left == 1 and not self.is_after:
            self._kill("before")

    def heard(self, mail: Mail) -> None:
        """The server has it, and did not say so yet."""
        self.left -= 1
        if self.left == 0 and self.is_after:
            self.doubtful.add(mail.message_id)
            self._kill("after")

    def _kill(self, when: str) -> None:
        os.kill(self.worker, signal.SIGKILL)
        self.kills[when] += 1
        self.left = -1


@contextmanager
def workers(home: Path) -> Iterator[subprocess.Popen[str]]:
    """The process that starts workers."""
    words = [sys.executable, "-m", "tests.lab.rigs.sending_worker", COPY, str(home)]
    environment = os.environ | {"STAYTRUE_HOME": str(settings.HOME)}
    process = subprocess.Popen(
        words, env=environment, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert _said(process) == "ready"
        yield process
    finally:
        process.kill()
        process.wait()


def _said(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return process.stdout.readline().strip()


def run(process: subprocess.Popen[str], killer: Killer, at: datetime) -> str:
    """Let one worker work at this instant; how it ended."""
    assert process.stdin
    process.stdin.write(f"{at.isoformat()}\n")
    process.stdin.flush()
    killer.worker = int(_said(process))
    process.stdin.write("go\n")
    process.stdin.flush()
    return _said(process)


def kill(count: int, home: Path, seed: int) -> dict[str, int]:
    """So many kills, then one worker that is left in peace; and what must be true afterwards.

    Answers the figures: mails that came and came twice, the unknown, the kills before and after.
    """
    killer = Killer(Random(seed))
    with MailSink(heard=killer.heard, announced=killer.announced) as sink:
        total = _house(sink, count, home)
        with workers(home) as process:
            at = NOON + NEXT
            while killer.kills.total() < count:
                killer.aim()
                assert run(process, killer, at) == "killed"
                at += NEXT
            killer.left = -1
            _rest(process, killer, at)
        return _judge(sink, killer, total)


def _house(sink: MailSink, count: int, home: Path) -> int:
    """One stay with more changes to tell than will be told before the last kill."""
    total = 4 * count + 8
    with ways.home(home):
        house = scene.build()
        ways.outlet(house.hotel, sink.port, per_minute=0)
        outlets.arm(house.hotel, "email", by="tests", now=NOON, limit=100_000)
        with scope.everything(), audit.acting("tests", NOON):
            limits = {Kind.CHANGE.value: WEEK_MINUTES}
            GateSetting.objects.update_or_create(property=house.hotel, defaults={"limits": limits})
        far = NOON + timedelta(days=7)
        wanted = (house.wanted(Kind.CHANGE, occurrence=str(n), not_after=far) for n in range(total))
        house.plan(*wanted)
    return total


def _rest(process: subprocess.Popen[str], killer: Killer, at: datetime) -> None:
    """Work in peace until nothing is left to hand over."""
    for _ in range(100):
        assert run(process, killer, at) == "ended 0"
        with scope.everything():
            if not Message.objects.filter(state__in=["planned", "held", "claimed"]).exists():
                return
        at += NEXT
    raise AssertionError("something never leaves")


def _judge(sink: MailSink, killer: Killer, total: int) -> dict[str, int]:
    came = Counter(mail.message_id for mail in sink.mails)
    with scope.everything():
        rows = list(Message.objects.all())
    names = {each.public_id.hex: each for each in rows}
    of = {mail_id: names[mail_id.strip("<").partition(".")[0]] for mail_id in came}
    # Nothing came twice.
    assert set(came.values()) == {1}
    assert len({each.pk for each in of.values()}) == len(came)
    # What came is known to have come, or stands among the unknown; nothing else is unknown.
    ends = Counter(each.state for each in rows)
    assert set(ends) <= {State.ACCEPTED, State.UNKNOWN}
    assert ends.total() == total
    unknown = {each.pk for each in rows if each.state == State.UNKNOWN}
    assert {of[mail_id].pk for mail_id in killer.doubtful} <= unknown
    assert len(unknown) <= killer.kills.total()
    assert {each.reason for each in rows if each.pk in unknown} <= {Reason.NO_REPLY}
    # What was killed before the server had it is unknown too: nobody can tell the two apart.
    assert {each.pk for each in rows if each.state == State.ACCEPTED} <= {e.pk for e in of.values()}
    assert killer.kills["after"] > 0
    return {"kills": killer.kills.total(), "before_taking": killer.kills["before"],
            "after_taking": killer.kills["after"], "messages": total, "came": came.total(),
            "came_twice": came.total() - len(came), "unknown": len(unknown)}  # fmt: skip


def test_twenty_kills_between_taking_and_noting_send_nothing_twice(tmp_path: Path) -> None:
    kill(20, tmp_path / "home", seed=1)


@pytest.mark.proof
def test_a_thousand_kills_between_taking_and_noting_send_nothing_twice(tmp_path: Path) -> None:
    """It takes minutes; its figures are kept with the commit they were measured on."""
    git = ["git", "rev-parse", "HEAD"]
    commit = subprocess.run(git, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    figures = kill(1_000, tmp_path / "home", seed=SEED)
    kept = {"commit": commit.strip(), "seed": SEED, "figures": figures}
    FIGURES.write_text(json.dumps(kept, indent=1) + "\n")
