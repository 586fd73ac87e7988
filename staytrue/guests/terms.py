"""The terms under which guests are recognised at this moment: policy, matcher and salt, in one read."""

from __future__ import annotations

import json
from dataclasses import dataclass

from staytrue.guests import published, salting
from staytrue.guests.matching.named_rules import Mode, Rule
from staytrue.guests.published import Published
from staytrue.guests.resolving import Policy
from staytrue.kit.asking import ask

OFF = "off"


@dataclass(frozen=True)
class Terms:
    """What joins by itself, what scores, and what keys are salted with."""

    policy: Policy
    by: Published
    salt: bytes


def in_force() -> Terms:
    """The terms of this transaction."""
    [(automatic, cascade, steps, sealed, version, closed, prove_first, proven, trusted, paused)] = (
        ask(
            """SELECT s.automatic, s.cascade, s.steps, s.salt,
                      (SELECT version FROM matcher WHERE is_active),
                      (SELECT jsonb_agg(jsonb_build_array(rule, property_id))::text
                         FROM rule_state WHERE reopened_at IS NULL),
                      s.prove_first,
                      (SELECT jsonb_agg(jsonb_build_array(rule, property_id))::text
                         FROM rule_standing WHERE may_merge AND stage = 'proven'),
                      s.trusted,
                      (SELECT jsonb_agg(jsonb_build_array(rule, property_id))::text
                         FROM rule_standing WHERE NOT may_merge AND stage <> 'closed')
                 FROM matching_setting s"""
        )
    )
    policy = Policy(
        automatic,
        None if cascade == OFF else Mode(cascade),
        frozenset(map(Rule, steps)),
        _places(closed),
        frozenset(prove_first),
        _places(proven),
        frozenset(trusted),
        _places(paused),
    )
    by = published.of_version(published.SHIPPED if version is None else version)
    return Terms(policy, by, salting.opened(bytes(sealed)))


def _places(text: str | None) -> frozenset[tuple[str, int | None]]:
    return frozenset((rule, property_id) for rule, property_id in json.loads(text or "[]"))
