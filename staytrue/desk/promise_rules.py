"""Whether a promise before arrival keeps to the house rules, and whether the mirror keeps to it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import time
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

from staytrue.desk.kinds import Promised
from staytrue.kit.errors import Refused


class Promise(msgspec.Struct, frozen=True):
    """What a guest was told: `subject` says of what (check_in, late_check_out, parking …)."""

    about: Promised
    subject: str
    value: str


class Bounds(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a rule allows: hours of the day, an amount, or some of several things."""

    not_before: time | None = None
    not_after: time | None = None
    least: Decimal | None = None
    most: Decimal | None = None
    allowed: tuple[str, ...] = ()


class Rule(msgspec.Struct, frozen=True):
    """A house rule as it stands: its words are what whoever breaks it is told."""

    id: int
    version: int
    about: Promised
    subject: str
    text: str
    bounds: Bounds


class Checked(msgspec.Struct, frozen=True):
    """One rule a promise was held against, as it stood then."""

    rule: int
    version: int
    text: str
    holds: bool


def check(promise: Promise, rules: Iterable[Rule]) -> list[Checked]:
    """Each rule about this, and whether the promise keeps to it."""
    value = _value(promise)
    return [
        Checked(rule.id, rule.version, rule.text, _holds(value, rule.bounds))
        for rule in rules
        if (rule.about, rule.subject) == (promise.about, promise.subject)
    ]


def broken(checked: Iterable[Checked]) -> list[str]:
    """The words of the rules that a promise breaks."""
    return [each.text for each in checked if not each.holds]


def differs(promise: Promise, stay: Mapping[str, Any]) -> bool:
    """Whether the mirror says otherwise by now: of rooms and prices, which it knows."""
    if promise.about == Promised.ROOM:
        known = [stay.get("room_number"), stay.get("room_category")]
        told = [each for each in known if each]
        return bool(told) and promise.value not in told
    if promise.about == Promised.PRICE and stay.get("amount") is not None:
        return Decimal(str(stay["amount"])) != _value(promise)
    return False


def _value(promise: Promise) -> time | Decimal | str:
    try:
        if promise.about == Promised.TIME:
            return time.fromisoformat(promise.value)
        if promise.about == Promised.PRICE:
            amount = Decimal(promise.value)
            if not amount.is_finite():
                raise ValueError
            return amount
    except (ValueError, InvalidOperation) as error:
        raise Refused(
            "Write an hour as 14:30, and an amount as 80.00.", "promise_unreadable"
        ) from error
    return promise.value.strip()


def _holds(value: time | Decimal | str, bounds: Bounds) -> bool:
    if isinstance(value, time):
        return (bounds.not_before is None or value >= bounds.not_before) and (
            bounds.not_after is None or value <= bounds.not_after
        )
    if isinstance(value, Decimal):
        return (bounds.least is None or value >= bounds.least) and (
            bounds.most is None or value <= bounds.most
        )
    return not bounds.allowed or value in bounds.allowed
