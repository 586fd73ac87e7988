"""What a step becomes at a hotel by what its PMS really sends: live, held for a check, not possible.

Pure. A promise of a connector counts for nothing here, only what was measured.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any

from staytrue.journeys.steps import Anchor, Step
from staytrue.messages.kinds import DEMANDS, Kind, Needs


class Standing(StrEnum):
    """What a hotel gets of a step."""

    LIVE = "live"
    HELD = "held"
    IMPOSSIBLE = "impossible"


class Why(StrEnum):
    """What is in the way, or what is done so that nothing is."""

    ASKS_FIRST = "asks_first"
    NOT_MEASURED = "not_measured"
    STOPPED = "stopped"
    TOO_SLOW = "too_slow"
    NEXT_READING = "next_reading"
    CONFIRMED_BY_DESK = "confirmed_by_desk"
    NO_CHECK_IN = "no_check_in"
    NO_CHECK_OUT = "no_check_out"
    NO_ADDRESSES = "no_addresses"
    NO_BIRTH_DATES = "no_birth_dates"
    WAIVED = "waived"


@dataclass(frozen=True)
class Sheet:
    """What was measured of a hotel's connections, as far as messages hang on it.

    `sent` are fields of profiles that came filled; `cadence` is of its quickest connection;
    `limits` what the hotel chose as the oldest mirror by kind, in minutes.
    """

    cadence: timedelta | None = None
    can_look_up: bool = False
    is_stopped: bool = False
    says_check_in: bool = False
    says_check_out: bool = False
    sent: frozenset[str] = frozenset()
    waived: frozenset[str] = frozenset()
    limits: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_measured(self) -> bool:
        """Whether anything is known of it yet."""
        return self.cadence is not None and bool(self.sent)


@dataclass(frozen=True)
class Available:
    """The standing of a step at a hotel, and why."""

    standing: Standing
    why: Why | None = None
    facts: dict[str, Any] = field(default_factory=dict)


_GRACE = timedelta(minutes=1)
# What may wait for the next reading: told an hour late it is still true and still of use.
_MAY_WAIT = frozenset({Kind.CHANGE, Kind.CANCELLATION})


def available(step: Step, sheet: Sheet) -> Available:
    """What this hotel gets of this step."""
    if missing := _missing(step, sheet):
        return Available(Standing.IMPOSSIBLE, missing)
    limit = timedelta(minutes=step.limit_at(sheet.limits))
    cadence = sheet.cadence or timedelta.max
    if cadence <= limit + _GRACE:
        waived = Why.WAIVED if _is_waived(step, sheet) else None
        return Available(Standing.LIVE, waived)
    facts = {"cadence": int(cadence.total_seconds()), "limit": int(limit.total_seconds())}
    if sheet.can_look_up:
        return Available(Standing.LIVE, Why.ASKS_FIRST, facts)
    if step.kind == Kind.CONFIRMATION:
        return Available(Standing.IMPOSSIBLE, Why.TOO_SLOW, facts)
    why = Why.NEXT_READING if step.kind in _MAY_WAIT else Why.CONFIRMED_BY_DESK
    return Available(Standing.HELD, why, facts)


def _missing(step: Step, sheet: Sheet) -> Why | None:
    if not sheet.is_measured:
        return Why.NOT_MEASURED
    if sheet.is_stopped:
        return Why.STOPPED
    needs = DEMANDS[step.kind].needs
    if not _is_waived(step, sheet):
        if needs == Needs.CHECKED_IN and not sheet.says_check_in:
            return Why.NO_CHECK_IN
        after = needs == Needs.CHECKED_OUT or step.when.anchor == Anchor.CHECK_OUT
        if after and not sheet.says_check_out:
            return Why.NO_CHECK_OUT
    if step.when.anchor == Anchor.BIRTHDAY and "birth_date" not in sheet.sent:
        return Why.NO_BIRTH_DATES
    field_ = "emails" if step.channel == "email" else "phones"
    return None if field_ in sheet.sent else Why.NO_ADDRESSES


def _is_waived(step: Step, sheet: Sheet) -> bool:
    return step.kind in sheet.waived
