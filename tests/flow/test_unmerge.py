"""Who was taken for somebody else gets all that is his back: facts, consents, stays, plan, messages,
points, tasks. Judged against a life in which nobody ever was (FEATURES I13, R04).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.db import transaction

from staytrue.hotel import scope
from staytrue.kit.asking import ask
from tests.flow.twin_lives import Life
from tests.messages import ways

pytestmark = pytest.mark.django_db

# What hangs on a profile, told by the hotel's own names: P1 is whoever his PMS calls so.
# Cases of the desk join here with their package: one line that names them by their profile.
PROBES = {
    "facts": """
      SELECT p.source_id, g.name, g.profiles, g.golden -> 'values' FROM profile p
        JOIN link l ON l.profile_id = p.id AND l.until_at IS NULL JOIN guest g ON g.id = l.guest_id""",
    "corrections": """
      SELECT p.source_id, c.field, c.value, c.at, c.lifted_at FROM correction c
        JOIN profile p ON p.id = c.profile_id""",
    "contacts": """
      SELECT p.source_id, c.value, c.role, c.refused, u.since_at, u.until_at FROM contact_use u
        JOIN contact_point c ON c.id = u.contact_point_id JOIN profile p ON p.id = u.profile_id""",
    "consents": """
      SELECT p.source_id, c.value, a.act, a.purpose, a.channel, a.said_at, a.origin
        FROM consent_act a JOIN profile p ON p.id = a.profile_id
        LEFT JOIN contact_point c ON c.id = a.contact_point_id""",
    "stays": """
      SELECT p.source_id, r.number, r.status, r.arrival_on, r.departure_on FROM roster t
        JOIN profile p ON p.connection_id = t.connection_id AND p.source_id = t.profile
        JOIN reservation r ON r.id = t.reservation_id WHERE t.until_at IS NULL""",
    "plan": """
      SELECT p.source_id, r.number, m.kind, m.occurrence, m.recipient_role, c.value, m.language,
             m.purpose, m.due_at, m.not_after, m.reason
        FROM message m JOIN profile p ON p.id = m.profile_id
        LEFT JOIN reservation r ON r.id = m.reservation_id
        LEFT JOIN contact_point c ON c.id = m.contact_point_id
       WHERE m.state IN ('planned', 'held')""",
    "messages": """
      SELECT p.source_id, r.number, m.kind, m.occurrence, m.address, m.handed_at, m.state
        FROM message m JOIN profile p ON p.id = m.profile_id
        LEFT JOIN reservation r ON r.id = m.reservation_id
       WHERE m.handed_at IS NOT NULL""",
    "silences": """
      SELECT p.source_id, r.number, s.cause, s.since_at, s.until_at FROM silence s
        LEFT JOIN profile p ON p.id = s.profile_id LEFT JOIN reservation r ON r.id = s.reservation_id""",
    "answers": """
      SELECT p.source_id, r.number, s.at, s.score, s.comment FROM survey_answer s
        JOIN profile p ON p.id = s.profile_id JOIN reservation r ON r.id = s.reservation_id""",
    "entries": """
      SELECT p.source_id, w.at, w.email, w.words FROM website_entry w
        LEFT JOIN profile p ON p.id = w.profile_id""",
    "accounts": """
      SELECT p.source_id, r.number, a.opened_on, a.email FROM account a
        JOIN profile p ON p.id = a.profile_id LEFT JOIN reservation r ON r.id = a.reservation_id""",
    "check-outs": """
      SELECT p.source_id, r.number, o.outcome, o.why, o.left_on, q.source_id FROM checkout o
        JOIN reservation r ON r.id = o.reservation_id JOIN profile p ON p.id = o.profile_id
        LEFT JOIN account a ON a.id = o.account_id LEFT JOIN profile q ON q.id = a.profile_id""",
    "points": """
      SELECT p.source_id, sum(e.points) FROM points_entry e
        JOIN profile p ON p.id = e.profile_id GROUP BY 1""",
    "earned": """
      SELECT p.source_id, r.number, e.kind, e.points, e.lot_on FROM points_entry e
        JOIN profile p ON p.id = e.profile_id JOIN reservation r ON r.id = e.reservation_id""",
    "counted": """
      SELECT p.source_id, r.number, c.nights, c.spend, c.points, c.why FROM counted_stay c
        JOIN profile p ON p.id = c.profile_id JOIN reservation r ON r.id = c.reservation_id""",
    "asks": """
      SELECT kind, opened_at FROM ask WHERE closed_at IS NULL AND left(kind, 6) <> 'parted'
         AND kind <> 'wrong_send'""",
}


WRONG = """
  SELECT p.source_id, r.number, m.kind, m.occurrence FROM wrong_send w
    JOIN message m ON m.id = w.message_id JOIN profile p ON p.id = m.profile_id
    LEFT JOIN reservation r ON r.id = m.reservation_id"""


def told() -> dict[str, list[Any]]:
    """What each probe finds."""
    with scope.everything():
        return {name: sorted(ask(probe), key=repr) for name, probe in PROBES.items()}


@pytest.fixture(autouse=True)
def home(tmp_path: Path) -> Iterator[Path]:
    """A home of the test's own."""
    with ways.home(tmp_path / "home") as place:
        yield place


Slot = tuple[str, str, str]


@dataclass
class Ended:
    """A life at its end: what each probe finds, and of which messages each has its slot used."""

    told: dict[str, list[Any]]
    parted_at: datetime
    wrong: set[Slot]
    tasks: Counter[str]

    def left(self, *, later: bool) -> list[Any]:
        """The messages that left while some were taken for one, or later."""
        return [each for each in self.told["messages"] if (each[5] > self.parted_at) == later]


def lived(seed: int, *, people: int, days: int, events: int, merges: int) -> Ended:
    """A life with `merges`, all taken back two days before its end."""
    others, before = Random(seed + 1), transaction.savepoint()
    life = Life(Random(seed), people)
    for day in range(days):
        # Half of them before anything happened, the others while it does.
        if merges and day in (0, days // 4):
            for _ in range(merges // 2):
                life.merge(*others.sample(life.names, 2))
        life.day(events)
    parted_at = life.now
    life.unmerge(others)
    for _ in range(2):
        life.day(0)
    with scope.everything():
        asks = Counter(each for (each,) in ask("SELECT kind FROM ask WHERE closed_at IS NULL"))
        wrong = {slot_of(each) for each in ask(WRONG)}
    found = Ended(told(), parted_at, wrong, asks)
    transaction.savepoint_rollback(before)
    return found


def slot_of(line: Sequence[Any]) -> Slot:
    """Stay, kind and occurrence of a line: at most one message of these leaves."""
    return line[1], line[2], line[3]


def test_after_two_hundred_later_events_an_unmerge_is_as_if_nobody_was_ever_merged() -> None:
    assert_equal(7, people=6, days=5, events=40)


@pytest.mark.large
@pytest.mark.proof
@pytest.mark.parametrize("seed", range(100, 104))
def test_the_same_of_longer_lives(seed: int) -> None:
    assert_equal(seed, people=12, days=40, events=25)


def assert_equal(seed: int, **size: int) -> None:
    alone = lived(seed, merges=0, **size)
    assert all(alone.told[name] for name in PROBES)
    parted = lived(seed, merges=4, **size)
    for name in [each for each in PROBES if each not in ("plan", "messages")]:
        assert parted.told[name] == alone.told[name], name
    # What left to the wrong person meanwhile is listed, each with a task; it never leaves again.
    gone = {slot_of(each) for each in parted.left(later=False)}
    stray = set(parted.left(later=False)) - set(alone.left(later=False))
    assert {
        slot_of(each) for each in stray if each[4].split(".")[0] != each[0].lower()
    } <= parted.wrong
    assert parted.tasks["wrong_send"] == len(parted.wrong)
    assert any(kind.startswith("parted_") for kind in parted.tasks)
    # What is still to leave, and leaves from now on, is as if nothing had been: only what left
    # meanwhile, here too early or to another, there to him alone, does not leave again.
    before = {slot_of(each) for each in alone.left(later=False)}
    assert _without(before, parted.told["plan"]) == _without(gone, alone.told["plan"])
    assert _without(before, parted.left(later=True)) == _without(gone, alone.left(later=True))


def _without(slots: set[Slot], lines: list[Any]) -> list[Any]:
    return [each for each in lines if slot_of(each) not in slots]
