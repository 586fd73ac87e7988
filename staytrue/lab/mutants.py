"""Planted faults: each changes one named function of the product from outside, and must be seen.

A simulator that reports nothing proves nothing until it has found what was hidden. No product file
knows of these; a patch that no longer finds its line fails.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import reduce
from importlib import import_module
from types import CodeType, FunctionType
from typing import Any

from staytrue.kit.errors import Refused
from staytrue.lab.rigs.planner.weather import CALM, Mode, Weather, only
from staytrue.lab.streams import stream


@dataclass(frozen=True)
class Patch:
    """A line of a function, as `module:name`, and what stands there instead."""

    target: str
    line: str
    instead: str


@dataclass(frozen=True)
class Mutant:
    """A fault: what it breaks, the invariants that may name it, and a seed in which it falls."""

    name: str
    invariants: frozenset[str]
    patches: tuple[Patch, ...]
    weather: Weather
    seed: int = 1
    bookings: int = 300


_GATE = "staytrue.messages.rules"
_TURNS = "staytrue.messages.turns"
_PLAN = "staytrue.journeys.rules"
_TIME = "staytrue.journeys.timing"
_RATCHET = "staytrue.consent.ratchet"
_NONE = only()
_CALM = Weather(Mode.CALM, CALM)


def _one(target: str, line: str, instead: str) -> tuple[Patch, ...]:
    return (Patch(target, line, instead),)


MUTANTS: tuple[Mutant, ...] = (
    Mutant(
        "the status is not looked at again at the door", frozenset({"I1"}),
        _one(f"{_GATE}:_status", "if not case.demands.of_stay:", "if True:"),
        only(plan_late=1.0), bookings=700,
    ),
    Mutant(
        "the dates are not compared at the door", frozenset({"I1"}),
        _one(f"{_GATE}:_dates", "if planned == now:", "if True:"),
        only(plan_late=1.0), bookings=700,
    ),
    Mutant(
        "the PMS is not asked before a message", frozenset({"I2"}),
        _one(f"{_GATE}:_live", "if case.stay is None or case.source is None or not "
             "case.source.reads_one:", "if True:"),
        only(push_lost=0.5), bookings=500,
    ),
    Mutant(
        "a look-up is believed for an hour", frozenset({"I2", "I9"}),
        _one(f"{_GATE}:_lasts", "else PROOF_LASTS", "else timedelta(hours=1)"),
        only(push_lost=0.5, outages=0.5, mail_later=0.5), bookings=500,
    ),
    Mutant(
        "a message has no last moment", frozenset({"I3"}),
        (
            Patch(f"{_GATE}:_time", "if case.now > case.not_after:", "if False:"),
            Patch(f"{_GATE}:_hold", "min(max(end, case.now), latest)", "max(end, case.now)"),
            Patch(f"{_TURNS}:changed_since", '"window": now > not_after,', '"window": False,'),
        ),
        only(stops=0.5),
    ),
    Mutant(
        "a hotel's time is taken for UTC", frozenset({"I3"}),
        _one(f"{_TIME}:at_local", "ZoneInfo(zone)", "UTC"),
        _NONE,
    ),
    Mutant(
        "the calendar tells that a guest came", frozenset({"I5"}),
        (
            Patch(f"{_PLAN}:_taken_for_granted",
                  "if step.kind not in house.without_check_in:", "if False:"),
            Patch(f"{_GATE}:_is_waived",
                  "if case.stay is None or not case.chosen.waives_check_in:",
                  "if case.stay is None:"),
        ),
        _NONE,
    ),
    Mutant(
        "an opt-out is not asked for", frozenset({"I6"}),
        _one(f"{_RATCHET}:decide", "if stop:", "if stop and stop.act == Act.SUPPRESS:"),
        _NONE,
    ),
    Mutant(
        "a complaint is forgotten", frozenset({"I6"}),
        _one(f"{_RATCHET}:suppression", "if each.act in (Act.SUPPRESS, Act.RELEASE):",
             "if each.act == Act.RELEASE:"),
        only(mail_refused=0.3),
    ),
    Mutant(
        "what a PMS says lifts an opt-out", frozenset({"I6", "I7"}),
        _one(f"{_RATCHET}:_is_own_yes", "and each.origin in OWN", ""),
        _NONE, bookings=700,
    ),
    Mutant(
        "a waiting file holds no message", frozenset({"I9"}),
        _one(f"{_GATE}:_brakes", "if case.source.has_held_delivery:", "if False:"),
        only(file_shrunken=0.4), bookings=1_000,
    ),
    Mutant(
        "an old mirror is as good as a fresh one", frozenset({"I9"}),
        _one(f"{_GATE}:_freshness", "if _is_fresh(case) or (case.demands.of_stay and "
             "_is_proved(case)):", "if True:"),
        only(file_missing=0.4),
    ),
    Mutant(
        "a first load writes to its guests", frozenset({"I10"}),
        (
            Patch(f"{_PLAN}:_untimely", "if step.when.anchor == Anchor.CREATION and born and "
                  "born < journey.live_from:", "if False:"),
            Patch(f"{_PLAN}:_untimely", "if begun and begun < journey.live_from and "
                  "stay.known_at < journey.live_from:", "if False:"),
            Patch(f"{_GATE}:_past",
                  "return _close(Reason.BEFORE_GO_LIVE) if case.is_before_go_live else None",
                  "return None"),
        ),
        _NONE, bookings=700,
    ),
    Mutant(
        "a used slot may be used again", frozenset({"I4"}),
        (
            Patch(f"{_GATE}:_once", "if case.is_sent:", "if False:"),
            Patch(f"{_TURNS}:difference",
                  "if row.state in USED or row.reason == Reason.SHADOW", "if False"),
            Patch("staytrue.journeys.settling:of_stays", "if not _repeats(line, sent)", ""),
        ),
        _NONE,
    ),
    Mutant(
        "every room of a booking is written to", frozenset({"I4"}),
        (
            Patch("staytrue.journeys.parties:_settled",
                  "if not line.wanted or not line.wanted.party:", "if True:"),
            Patch(f"{_GATE}:_once",
                  "return _close(Reason.PARTY_ALREADY_WRITTEN) if case.is_party_written else None",
                  "return None"),
        ),
        _NONE,
    ),
    Mutant(
        "what nobody knows is sent again", frozenset({"I4"}),
        _one(f"{_TURNS}:left_over", "return ended or State.UNKNOWN",
             "return ended or State.PLANNED"),
        only(killed=0.05),
    ),
    Mutant(
        "bytes leave before the journal has their line", frozenset({"I4"}),
        _one(f"{_TURNS}:told", "elif line.what in {HANDED, BEGUN}:", "elif line.what == HANDED:"),
        only(killed=0.05),
    ),
    Mutant(
        "a mirror is never trusted", frozenset({"L7"}),
        _one(f"{_GATE}:_brakes", "if case.source is None:", "if True:"),
        _CALM,
    ),
    Mutant(
        "whoever books late hears nothing", frozenset({"L7"}),
        _one(f"{_TIME}:_too_late", "if step.late == Late.SKIP:", "if True:"),
        _CALM,
    ),
)  # fmt: skip


def named(name: str) -> Mutant:
    """The planted fault of this name."""
    for mutant in MUTANTS:
        if mutant.name == name:
            return mutant
    raise Refused(
        f"There is no planted fault {name!r}. See `staytrue simulate --list-mutants`.", "no_mutant"
    )


def drawn(commit: str, count: int = 5) -> list[Mutant]:
    """So many of them, others for every commit."""
    return stream(0, commit).sample(MUTANTS, count)


@contextmanager
def planted(mutant: Mutant) -> Iterator[None]:
    """The product with this fault, until the end of the block."""
    with ExitStack() as until_the_end:
        for patch in mutant.patches:
            until_the_end.enter_context(_patched(patch))
        yield


@contextmanager
def _patched(patch: Patch) -> Iterator[None]:
    found, function = _found(patch)
    before = function.__code__
    # Whoever holds the function already runs the other lines too.
    function.__code__ = _changed(patch, function)
    _forget(found)
    try:
        yield
    finally:
        function.__code__ = before
        _forget(found)


def _found(patch: Patch) -> tuple[Callable[..., Any], FunctionType]:
    module, _, path = patch.target.partition(":")
    try:
        found: Any = reduce(getattr, path.split("."), import_module(module))
    except (ImportError, AttributeError) as error:
        raise LookupError(f"{patch.target} is gone: the planted fault has no place.") from error
    function = inspect.unwrap(found)
    if not isinstance(function, FunctionType):
        raise LookupError(f"{patch.target} is no function.")  # noqa: TRY004 -- it went, as above
    return found, function


def _changed(patch: Patch, function: FunctionType) -> CodeType:
    """The function's code with the other line, in the code as it runs now."""
    text = _TEXTS.setdefault(function.__code__, textwrap.dedent(inspect.getsource(function)))
    plain = " ".join(text.split())
    if plain.count(" ".join(patch.line.split())) != 1:
        raise LookupError(f"{patch.target} has no longer one line {patch.line!r}.")
    changed = _replaced(text, patch)
    tree = ast.parse(changed)
    (made,) = tree.body
    assert isinstance(made, ast.FunctionDef)  # noqa: S101 -- what getsource of a function is
    made.decorator_list = []
    # Annotations stay text, as in the module itself.
    future = ast.ImportFrom("__future__", [ast.alias("annotations")], 0)
    tree.body.insert(0, future)
    ast.fix_missing_locations(tree)
    names: dict[str, Any] = {}
    exec(compile(tree, patch.target, "exec"), {**function.__globals__}, names)  # noqa: S102
    code: CodeType = names[function.__name__].__code__
    _TEXTS[code] = changed
    return code


_TEXTS: dict[CodeType, str] = {}


def _replaced(text: str, patch: Patch) -> str:
    """Lines may be broken anywhere: only their words count."""
    words = patch.line.split()
    for start in range(len(text)):
        end = _end_of(text, start, words)
        if end:
            return text[:start] + patch.instead + text[end:]
    raise LookupError(f"{patch.target} has no longer a line {patch.line!r}.")


def _end_of(text: str, start: int, words: list[str]) -> int:
    at = start
    for place, word in enumerate(words):
        if place:
            skipped = len(text[at:]) - len(text[at:].lstrip())
            if not skipped:
                return 0
            at += skipped
        if not text.startswith(word, at):
            return 0
        at += len(word)
    return at


def _forget(found: Callable[..., Any]) -> None:
    clear = getattr(found, "cache_clear", None)
    if clear:
        clear()
