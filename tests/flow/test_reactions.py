"""Reactions settle from state; one that fails is tried again and never takes others along."""

from __future__ import annotations

import ast
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path

import pytest
from django.db import OperationalError

import staytrue
from staytrue.changes import pending
from staytrue.changes.kinds import Kind
from staytrue.changes.log import Entry
from staytrue.changes.models import Unsettled
from staytrue.flow import reactions, recognising
from staytrue.guests import waking
from staytrue.hotel import scope
from staytrue.kit.errors import Refused
from tests.consent import scenes

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 5, 21, 1, 10, tzinfo=UTC)
POISON = 13


class Recorder:
    """A reaction that settles everything but the poison, and remembers what it settled when."""

    __name__ = "recorder"

    def __init__(self, error: Exception) -> None:
        self.error = error
        self.tries: list[datetime] = []
        self.calls = 0
        self.settled: set[int] = set()

    def __call__(self, ids: Collection[int], now: datetime) -> None:
        self.calls += 1
        if ids == [POISON]:
            self.tries.append(now)
        if POISON in ids:
            raise self.error
        self.settled.update(ids)


def waiting() -> list[Unsettled]:
    with scope.everything():
        return list(Unsettled.objects.order_by("object_id"))


def ask_for(ids: Collection[int], at: datetime = NOW) -> None:
    with scope.everything():
        pending.add("recorder", "reservation", ids, at)


def install(monkeypatch: pytest.MonkeyPatch, error: Exception) -> Recorder:
    recorder = Recorder(error)
    monkeypatch.setattr(reactions, "REACTIONS", {recorder: frozenset({Kind.CREATED})})
    return recorder


@pytest.fixture
def recorder(monkeypatch: pytest.MonkeyPatch) -> Recorder:
    return install(monkeypatch, Refused("The folio has no such line."))


def test_one_poisoned_stay_never_takes_its_batch_along(recorder: Recorder) -> None:
    ask_for(range(1, 1001))
    assert reactions.settle(NOW) == 999
    assert recorder.settled == set(range(1, 1001)) - {POISON}
    assert [row.object_id for row in waiting()] == [POISON]
    assert recorder.calls < 30


def test_poison_is_tried_five_times_each_time_later_and_stays_with_its_reason(
    recorder: Recorder,
) -> None:
    ask_for([POISON])
    for seconds in range(0, 3600, 5):
        reactions.settle(NOW + timedelta(seconds=seconds))
    assert [(at - NOW).seconds for at in recorder.tries] == [0, 10, 30, 70, 150]
    [row] = waiting()
    assert (row.attempts, row.trouble) == (5, "The folio has no such line.")


def test_others_go_on_while_poison_waits(recorder: Recorder) -> None:
    ask_for([POISON])
    reactions.settle(NOW)
    ask_for([1, 2], NOW)
    assert reactions.settle(NOW) == 2


def test_a_new_change_gives_the_poisoned_one_another_chance(recorder: Recorder) -> None:
    ask_for([POISON])
    for minutes in range(10):
        reactions.settle(NOW + timedelta(minutes=minutes))
    assert len(recorder.tries) == 5
    recorder.error = Refused("Another reason.")
    ask_for([POISON], NOW + timedelta(hours=1))
    reactions.settle(NOW + timedelta(hours=1))
    assert len(recorder.tries) == 6
    assert waiting()[0].trouble == "Another reason."


def test_a_bug_is_kept_like_any_other_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, ZeroDivisionError("division by zero"))
    ask_for([1, POISON])
    assert reactions.settle(NOW) == 1
    assert waiting()[0].trouble == "ZeroDivisionError('division by zero')"


def test_a_lost_database_is_nobodys_poison(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, OperationalError("the connection is lost"))
    ask_for([1, POISON])
    with pytest.raises(OperationalError):
        reactions.settle(NOW)
    assert [row.attempts for row in waiting()] == [0, 0]


def test_asking_twice_is_asking_once(recorder: Recorder) -> None:
    ask_for([1, 2, 2])
    ask_for([2, 3])
    assert reactions.settle(NOW) == 3
    assert reactions.settle(NOW) == 0


def test_whom_guests_wake_is_a_reaction() -> None:
    names = {reaction.__name__ for reaction in reactions.REACTIONS}
    assert {waking.SETTLER, waking.HOUSEHOLDS} <= names


def test_a_changed_profiles_addresses_are_kept_and_their_roles_learned() -> None:
    at = scenes.two_hotels()
    told = scenes.told(at, scenes.person("G1", "Ana Vidal", "info@viajesnorte.example"))
    entry = Entry("profile", told[0], 2, [Kind.CONTACT_CORRECTED])
    with scope.everything():
        reactions.wake([entry], NOW)
    reactions.settle(NOW)
    learned = scenes.point("info@viajesnorte.example")
    assert (learned.role, learned.profiles) == ("agency", 1)
    assert waiting() == []


def test_whoever_wakes_a_reaction_names_one_that_there_is() -> None:
    """Stations before the table know a reaction by its name only: here all of them are looked up."""
    known = {reaction.__name__ for reaction in reactions.REACTIONS} | {recognising.REST}
    named: dict[str, object] = {}
    for path in Path(staytrue.__file__).parent.rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        if "pending.add(" not in source:
            continue
        parts = path.relative_to(Path(staytrue.__file__).parents[1]).with_suffix("").parts
        module = import_module(".".join(parts))
        for call in ast.walk(ast.parse(source)):
            if isinstance(call, ast.Call) and ast.unparse(call.func) == "pending.add":
                word = ast.unparse(call.args[0])
                if word != "reaction.__name__":
                    named[f"{path.name} {word}"] = eval(word, vars(module))
    assert len(named) >= 8
    assert {place: name for place, name in named.items() if name not in known} == {}
