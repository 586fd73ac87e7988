"""A claim from the moment the gate gave it until its end: whose it is, and what became of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from staytrue.hotel import scope
from staytrue.kit.asking import ask
from staytrue.messages import decisions, rows, turns
from staytrue.messages.carriers.base import Outcome
from staytrue.messages.decisions import Said
from staytrue.messages.kinds import State
from staytrue.messages.models import Message
from staytrue.messages.reasons import Reason


@dataclass(frozen=True)
class Claimed:
    """A message that may leave: whom it goes to, and what was looked at when it was decided.

    `fence` and `attempt` tell this claim from any other of the same message. After `good_until` what
    was looked at is too old for it.
    """

    message: Message
    address: str
    profile_id: int
    contact_point_id: int
    purpose: str
    template_version: int
    stay_version: int | None
    is_out_of_sight: bool
    consent_version: int
    fence: int
    attempt: int
    good_until: datetime | None


def still_held(claims: Sequence[Claimed], standing: Collection[State]) -> frozenset[int]:
    """Those whose claim stands: nobody recovered them, no newer worker took them; held."""
    found = ask(
        "SELECT id, state, claim_token, attempts FROM message WHERE id = ANY(%s::bigint[])"
        " ORDER BY id FOR UPDATE",
        [sorted(each.message.pk for each in claims)],
    )
    known = {id_: rest for id_, *rest in found}
    return frozenset(
        each.message.pk for each in claims
        if known.get(each.message.pk) in [[state, each.fence, each.attempt] for state in standing]
    )  # fmt: skip


@dataclass(frozen=True)
class _End:
    """Where a claim ends: for good, or free again `until` an instant."""

    claimed: Claimed
    state: State
    reason: Reason | None
    until: datetime | None
    facts: Mapping[str, Any]
    provider_id: str = ""


def give_back(back: Sequence[tuple[Claimed, Mapping[str, Any]]], now: datetime) -> None:
    """Free again: the next round decides with what is so now."""
    _end(
        [_End(each, State.HELD, Reason.CHANGED_MEANWHILE, now, facts) for each, facts in back], now
    )


def settled(ends: Sequence[tuple[Claimed, Outcome]], now: datetime) -> None:
    """What became of hand-overs. What is not known stays unknown: it never leaves again."""
    with scope.everything():
        _end([_end_of(claimed, outcome, now) for claimed, outcome in ends], now)


def _end_of(claimed: Claimed, outcome: Outcome, now: datetime) -> _End:
    end = turns.end_of(outcome.result, claimed.attempt, now)
    facts = {"detail": outcome.detail, **outcome.facts}
    name = "" if end.state == State.HELD else outcome.provider_id
    return _End(claimed, end.state, end.reason, end.until, facts, name)


_OF_END = (
    "state", "reason", "held_until", "provider_id", "settled_at", "claim_token", "claimed_at",
    "handed_at",
)  # fmt: skip


def _end(ends: Sequence[_End], now: datetime) -> None:
    """Write these ends, of the claims that are still the caller's own."""
    if not ends:
        return
    known = still_held([each.claimed for each in ends], (State.CLAIMED, State.HANDED_OVER))
    mine = [each for each in ends if each.claimed.message.pk in known]
    for each in mine:
        message, is_free = each.claimed.message, each.state == State.HELD
        message.state, message.reason = each.state, each.reason.value if each.reason else ""
        message.held_until, message.provider_id = each.until, each.provider_id
        message.settled_at = None if is_free else now
        if is_free:
            message.claim_token = message.claimed_at = message.handed_at = None
    rows.update([each.claimed.message for each in mine], _OF_END)
    decisions.note(
        [
            Said(each.claimed.message.pk, each.claimed.message.property_id, each.state,
                 each.reason.value if each.reason else "", each.until, each.facts)
            for each in mine
        ],
        now,
    )  # fmt: skip
