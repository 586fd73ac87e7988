"""Which profiles meet which, and what is kept of each pair above the floor: the edges."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from staytrue.guests import stays, values
from staytrue.guests.comparing import BANDS, compared
from staytrue.guests.matching.keys import values_of
from staytrue.guests.matching.named_rules import Decision, Outcome
from staytrue.guests.matching.normalise import Features
from staytrue.guests.matching.pairs import BLOCK_MAX
from staytrue.guests.resolving import Pair
from staytrue.guests.source_profiles import decoded
from staytrue.guests.terms import Terms
from staytrue.kit.asking import ask

HOUSEHOLD_FROM = 0.5


@dataclass(frozen=True)
class Edge:
    """A pair of profiles as its row is; `rule` is the step of the cascade that joins the two, or
    the step and, behind a blank, why a person is asked first.
    """

    one: int
    other: int
    bits: float
    person: float
    household: float
    levels: Sequence[int]
    vetoes: int
    rule: str
    may_join: bool

    @property
    def is_joined_by_rule(self) -> bool:
        """Whether the cascade joins the two."""
        return bool(self.rule) and " " not in self.rule


@dataclass
class Met:
    """Profiles as they are compared, and the pairs of them that meet under a key."""

    features: dict[int, Features] = field(default_factory=dict)
    pairs: set[Pair] = field(default_factory=set)


def rule_text(step: Decision | None) -> str:
    """What an edge says of the cascade."""
    if step is None or step.rule is None:
        return ""
    return step.rule if step.outcome == Outcome.LINKED else f"{step.rule} {step.reason}"


def met(features: Mapping[int, Features], keys: Mapping[int, Collection[int]], terms: Terms) -> Met:
    """Whom these profiles meet under these keys; what is too common brings nobody together."""
    found = Met(dict(features))
    strangers: dict[int, Features] = {}
    users: dict[int, list[int]] = defaultdict(list)
    for id_, text, shared in _blocks({key for of in keys.values() for key in of}):
        for key in shared:
            users[key].append(id_)
        if id_ not in features:
            strangers[id_] = decoded(text)
    for id_, of in keys.items():
        found.pairs |= {
            (min(id_, user), max(id_, user)) for key in of for user in users[key] if user != id_
        }
    found.features |= seen_together(strangers, terms.salt)
    return found


def seen_together(profiles: Mapping[int, Features], salt: bytes) -> dict[int, Features]:
    """Stored features as they are compared, by the present states of their values."""
    valued = {id_: values_of(features, salt) for id_, features in profiles.items()}
    states = values.states_of({value.key for of in valued.values() for value in of})
    return {
        id_: values.seen(features, valued[id_], states).features
        for id_, features in profiles.items()
    }


def _blocks(keys: Collection[int]) -> list[tuple[Any, ...]]:
    return ask(
        """WITH block AS MATERIALIZED (
                 SELECT k.key, m.ids FROM unnest(%(keys)s::bigint[]) k(key), LATERAL (
                   SELECT array_agg(profile_id) AS ids FROM (
                     SELECT profile_id FROM match_key WHERE key = k.key LIMIT %(most)s + 1) x) m
                  WHERE cardinality(m.ids) BETWEEN 2 AND %(most)s)
               SELECT s.profile_id, s.features::text, x.keys
                 FROM (SELECT id, array_agg(key) AS keys FROM block, unnest(ids) y(id)
                        GROUP BY id) x
                 JOIN source_profile s ON s.profile_id = x.id WHERE NOT s.is_gone""",
        {"keys": list(keys), "most": BLOCK_MAX},
    )


def scored(found: Met, terms: Terms) -> list[Edge]:
    """The pairs that are worth keeping."""
    ids = list(found.features)
    place = {id_: number for number, id_ in enumerate(ids)}
    pairs = sorted(found.pairs)
    left = np.array([place[one] for one, _ in pairs], np.int64)
    right = np.array([place[other] for _, other in pairs], np.int64)
    profiles = list(found.features.values())
    whole = compared(profiles, left, right, terms.by)
    steps = [terms.policy.step(profiles[one], profiles[other])
             for one, other in zip(left, right, strict=True)]  # fmt: skip
    is_ruled = np.array([step is not None for step in steps], bool)
    above = (whole.person >= BANDS.review) | (whole.household >= HOUSEHOLD_FROM) | is_ruled
    kept = np.flatnonzero(above)
    if not len(kept):
        return []
    rest = whole.only(kept)
    paired = {ids[at] for ends in (rest.left, rest.right) for at in ends.tolist()}
    against = rest.against(stays.presence(ids, paired))
    may_join = rest.may_join(terms.by, against)
    return [
        Edge(
            *pairs[at],
            bits=float(rest.bits[number]),
            person=float(rest.person[number]),
            household=float(rest.household[number]),
            levels=rest.levels[number].tolist(),
            vetoes=int(rest.vetoes[number] | against[number]),
            rule=rule_text(steps[at]),
            may_join=bool(may_join[number]),
        )
        for number, at in enumerate(kept)
    ]


def keep(edges: Collection[Edge], known: Collection[int], matcher: int) -> None:
    """Make these the edges of these profiles; `known` are those that may have had others before."""
    if not edges and not known:
        return
    ask(
            """WITH new AS (
                 SELECT * FROM unnest(%(one)s::bigint[], %(other)s::bigint[], %(bits)s::float8[],
                   %(person)s::float8[], %(household)s::float8[], %(levels)s::text[],
                   %(vetoes)s::int[], %(rule)s::text[], %(may_join)s::bool[])
                   x(one, other, bits, person, household, levels, vetoes, rule, may_join)
               ), dropped AS (
                 DELETE FROM edge e WHERE (e.one = ANY(%(known)s) OR e.other = ANY(%(known)s))
                    AND NOT EXISTS (SELECT FROM new n WHERE n.one = e.one AND n.other = e.other))
               INSERT INTO edge AS e (one, other, bits, person, household, levels, vetoes, rule,
                                 may_join, matcher)
               SELECT one, other, bits, person, household, levels::smallint[], vetoes, rule,
                      may_join, %(matcher)s FROM new ORDER BY one, other
               ON CONFLICT (one, other) DO UPDATE SET bits = excluded.bits,
                 person = excluded.person, household = excluded.household,
                 levels = excluded.levels, vetoes = excluded.vetoes, rule = excluded.rule,
                 may_join = excluded.may_join, matcher = excluded.matcher
                WHERE (e.bits, e.person, e.household, e.levels, e.vetoes, e.rule, e.may_join,
                       e.matcher)
                   IS DISTINCT FROM (excluded.bits, excluded.person, excluded.household,
                       excluded.levels, excluded.vetoes, excluded.rule, excluded.may_join,
                       excluded.matcher)""",
            {
                name: [getattr(each, name) for each in edges]
                for name in ("one", "other", "bits", "person", "household", "vetoes", "rule",
                             "may_join")
            }
            | {
                "levels": ["{" + ",".join(map(str, each.levels)) + "}" for each in edges],
                "known": list(known),
                "matcher": matcher,
            },
    )  # fmt: skip


def of_profiles(profile_ids: Collection[int]) -> list[Edge]:
    """All kept edges with one of these profiles at an end."""
    rows = ask(
        """SELECT one, other, bits, person, household, levels, vetoes, rule, may_join
                 FROM edge WHERE one = ANY(%(ids)s)
                UNION SELECT one, other, bits, person, household, levels, vetoes, rule, may_join
                 FROM edge WHERE other = ANY(%(ids)s)""",
        {"ids": list(profile_ids)},
    )
    return [Edge(*row) for row in rows]
