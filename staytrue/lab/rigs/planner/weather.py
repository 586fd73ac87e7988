"""What goes wrong in a world: each seed draws which faults there are, and how strong (SIMULATION 5)."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from enum import StrEnum
from random import Random

from staytrue.lab.streams import pick, stream


class Mode(StrEnum):
    """How bad it is: nothing, as in life, ten times that, or faults that end and leave silence."""

    CALM = "calm"
    NORMAL = "normal"
    STORM = "storm"
    LIVENESS = "liveness"


_MODES = ((Mode.CALM, 5.0), (Mode.NORMAL, 45.0), (Mode.STORM, 30.0), (Mode.LIVENESS, 20.0))
_STRONGEST = 0.5


@dataclass(frozen=True)
class Faults:
    """How often each happens: of pushes, calls, records of a poll, files, steps, or messages.

    `outages` and `stops` are per hotel and day, `desk_absent` of what a person is asked;
    `plan_late`: whoever plans anew is hours behind.
    """

    push_lost: float = 0.01
    push_twice: float = 0.03
    push_late: float = 0.10
    push_reordered: float = 0.10
    call_failed: float = 0.03
    record_missed: float = 0.005
    outages: float = 0.02
    file_missing: float = 0.02
    file_late: float = 0.03
    file_partial: float = 0.005
    file_shrunken: float = 0.001
    unknown_word: float = 0.0005
    plan_late: float = 0.005
    killed: float = 1 / 500
    mail_later: float = 0.03
    mail_refused: float = 0.01
    mail_silent: float = 0.003
    stops: float = 0.01
    desk_absent: float = 0.2


BASE = Faults()
CALM = Faults(**dict.fromkeys((each.name for each in fields(Faults)), 0.0))


@dataclass(frozen=True)
class Weather:
    """One world's mode and faults."""

    mode: Mode
    faults: Faults


def drawn(seed: int, mode: Mode | None = None) -> Weather:
    """The weather of a seed: every class on or off, its strength around the stated rate."""
    rng = stream(seed, "weather")
    chosen = pick(rng, _MODES)
    mode = mode or chosen
    if mode == Mode.CALM:
        return Weather(mode, CALM)
    times = 10 if mode == Mode.STORM else 1
    rates = {each.name: _strength(rng, getattr(BASE, each.name), times) for each in fields(Faults)}
    return Weather(mode, Faults(**rates))


def _strength(rng: Random, base: float, times: int) -> float:
    is_on, strength = rng.random() < 0.5, 10 ** rng.uniform(-0.5, 0.5)
    return min(_STRONGEST, base * strength * times) if is_on else 0.0


def only(**rates: float) -> Weather:
    """A weather of these faults alone, for a directed seed."""
    return Weather(Mode.STORM, replace(CALM, **rates))
