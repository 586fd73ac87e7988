"""Values that many use: what their state takes from a profile, and who is looked at again with it.

A state follows from the number of surnames, by the thresholds of `matching.hubs`; a person's word
beats it. One value is one row and one finding, however many profiles use it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import connection

from staytrue.changes import pending
from staytrue.guests.matching import hubs
from staytrue.guests.matching.hubs import Finding, Hubs, State
from staytrue.guests.matching.keys import Generic, Value
from staytrue.guests.matching.normalise import Features
from staytrue.guests.waking import SETTLER
from staytrue.kit.asking import ask

States = Mapping[int, State]
"""The state of each value that is not personal, by its key."""

STATE = f"""CASE WHEN {{ruled}} <> '' THEN {{ruled}}
  WHEN {{surnames}} > {hubs.GENERIC_ABOVE} THEN '{State.GENERIC}'
  WHEN {{surnames}} > {hubs.SHARED_ABOVE} AND {{field}} <> 'line' THEN '{State.SHARED}'
  ELSE '{State.PERSONAL}' END"""
"""`hubs.state_of` in SQL. A home of four families is a house; only one of many is an office."""


class Seen(NamedTuple):
    """A profile as it is compared, and those of its values that say nothing alone."""

    features: Features
    generic: Generic


def states_of(keys: Collection[int]) -> dict[int, State]:
    """The states of these values, personal ones left out."""
    if not keys:
        return {}
    rows = ask(
        "SELECT key, state FROM value_stat WHERE key = ANY(%s) AND state <> 'personal'",
        [list(keys)],
    )
    return {key: State(state) for key, state in rows}


def seen(features: Features, values: Sequence[Value], states: States) -> Seen:
    """The profile without what is everybody's, and with less weight on what several families use."""
    found = [
        Finding(value.field, value.value, states[value.key], 0, 0)
        for value in values
        if value.key in states
    ]
    if not found:
        return Seen(features, frozenset())
    by_state = {
        state: frozenset((each.field, each.value) for each in found if each.state == state)
        for state in (State.GENERIC, State.SHARED)
    }
    these = Hubs(tuple(found), by_state[State.GENERIC], by_state[State.SHARED])
    return Seen(these.applied(features), these.generic)


def users_of(keys: Collection[int]) -> list[int]:
    """The profiles that use these values."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT profile_id FROM match_key WHERE key = ANY(%s)", [list(keys)]
        )
        return [id_ for (id_,) in cursor.fetchall()]


def look_again(profile_ids: Collection[int], now: datetime) -> None:
    """Have the settler look at these profiles, in whichever transaction comes next."""
    pending.add(SETTLER, "profile", profile_ids, now)


def rule(key: int, word: State | None, *, actor: str, why: str, now: datetime) -> bool:
    """A person's word on a value (None: the count decides again); answers whether it changed
    anything. Who uses it is looked at again.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"""UPDATE value_stat s
                   SET ruled = %(ruled)s, ruled_by = %(actor)s, ruled_why = %(why)s,
                       ruled_at = %(now)s,
                       state = {STATE.format(ruled="%(ruled)s", surnames="s.surnames", field="s.field")}
                 WHERE s.key = %(key)s RETURNING old.state <> new.state""",
            {"key": key, "ruled": word or "", "actor": actor, "why": why, "now": now},
        )
        row = cursor.fetchone()
    is_changed = bool(row and row[0])
    if is_changed:
        look_again(users_of([key]), now)
    return is_changed
