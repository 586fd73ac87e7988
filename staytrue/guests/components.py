"""Profiles that hang together, read whole: by kept edges, by guest, by what people and PMSs said."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from staytrue.guests import edges
from staytrue.guests.comparing import BANDS
from staytrue.guests.edges import Edge, seen_together
from staytrue.guests.matching.cluster import SIZE_MAX
from staytrue.guests.matching.named_rules import Mode, Outcome, Rule, between
from staytrue.guests.matching.normalise import Features
from staytrue.guests.resolving import SCORE, Member, Pair, Policy, Said
from staytrue.guests.source_profiles import decoded
from staytrue.guests.terms import Terms
from staytrue.kit.asking import ask

READ_MOST = 5 * SIZE_MAX
"""Whatever hangs together with more than this is read along joining edges only."""


@dataclass(frozen=True)
class Profile:
    """A recognised profile as it stands: whose it is, and whether it is still compared."""

    id: int
    name: tuple[str, str, int]
    stored: Features
    is_gone: bool
    property_id: int | None
    guest: int | None
    survivor: int | None


@dataclass
class Component:
    """Profiles that must be looked at as one; `said` is about those that are compared."""

    profiles: list[Profile]
    members: list[Member]
    edges: list[Edge]
    said: Said
    rules: list[tuple[int, int, str]] = field(default_factory=list)
    joins: list[tuple[int, int, str]] = field(default_factory=list)
    follows: dict[int, int] = field(default_factory=dict)
    """Profiles that are compared no more, with the one whose guest theirs is."""
    is_oversize: bool = False


def around(profile_ids: Collection[int], terms: Terms) -> list[Component]:
    """The components of these profiles under the present terms."""
    profiles, is_whole = _read(profile_ids, terms)
    found = {each.id: each for each in profiles}
    kept = edges.of_profiles(list(found))
    rules = _rules(list(found))
    joins = _joins(found)
    held = [*((one, other) for one, other, kind in rules if kind == "must_link"),
            *((each.id, each.survivor) for each in profiles if each.survivor in found),
            *((one, other) for one, other, _ in joins
              if found[one].is_gone or found[other].is_gone)]  # fmt: skip
    features = seen_together(
        {each.id: each.stored for each in profiles if not each.is_gone}, terms.salt
    )
    is_wide = terms.policy.automatic
    groups = _groups(found, kept, held, automatic=is_wide, wide=is_wide)
    made = []
    for group in groups:
        these = [found[id_] for id_ in group]
        made.append(_component(these, features, kept, rules, joins, held, terms, is_whole))
    return made


# OFFSET 0: each by its key. The planner takes what row-level security lets through for next to
# nothing, and would rather read whole tables.
_READ = """
WITH RECURSIVE c(id) AS (
  SELECT unnest(%(ids)s::bigint[])
  UNION SELECT x.id FROM c CROSS JOIN LATERAL (
    SELECT e.other AS id FROM edge e WHERE e.one = c.id
       AND (e.rule = ANY(%(steps)s) OR (%(automatic)s AND (e.may_join OR %(wide)s AND e.person >= %(review)s)))
    UNION ALL SELECT e.one FROM edge e WHERE e.other = c.id
       AND (e.rule = ANY(%(steps)s) OR (%(automatic)s AND (e.may_join OR %(wide)s AND e.person >= %(review)s)))
    UNION ALL SELECT o.profile_id FROM link l CROSS JOIN LATERAL (
        SELECT profile_id FROM link
         WHERE guest_id = l.guest_id AND until_at IS NULL OFFSET 0) o
     WHERE l.profile_id = c.id AND l.until_at IS NULL
    UNION ALL SELECT r.other FROM pair_rule r
     WHERE r.one = c.id AND r.kind = 'must_link' AND r.lifted_at IS NULL
    UNION ALL SELECT r.one FROM pair_rule r
     WHERE r.other = c.id AND r.kind = 'must_link' AND r.lifted_at IS NULL
    UNION ALL SELECT s.id FROM profile p
      JOIN profile s ON s.connection_id = p.connection_id AND s.source_id = p.merged_into
     WHERE p.id = c.id) x)
SELECT s.profile_id, s.features->>'id', s.features::text, s.connection_id, s.is_gone,
       s.property_id, l.guest_id, t.id
  FROM (SELECT id FROM c LIMIT %(most)s) c
  CROSS JOIN LATERAL (SELECT * FROM source_profile WHERE profile_id = c.id OFFSET 0) s
  CROSS JOIN LATERAL (SELECT * FROM profile WHERE id = c.id AND NOT anonymised OFFSET 0) p
  LEFT JOIN LATERAL (
    SELECT guest_id FROM link WHERE profile_id = c.id AND until_at IS NULL OFFSET 0) l ON true
  LEFT JOIN LATERAL (
    SELECT id FROM profile
     WHERE connection_id = p.connection_id AND source_id = p.merged_into OFFSET 0) t ON true"""


def _read(profile_ids: Collection[int], terms: Terms) -> tuple[list[Profile], bool]:
    """All that hangs together with these; False where even the joining edges lead too far."""
    most = READ_MOST + 50 * len(profile_ids)
    steps = sorted(terms.policy.steps) if terms.policy.mode else []
    rows = []
    for is_wide in (True, False) if terms.policy.automatic else (False,):
        rows = ask(
            _READ,
            {"ids": list(profile_ids), "steps": steps, "wide": is_wide,
             "automatic": terms.policy.automatic, "review": BANDS.review, "most": most},
        )  # fmt: skip
        if len(rows) < most:
            break
    profiles = [
        Profile(id_, (name or "", text, link), decoded(text), is_gone, property_id, guest, survivor)
        for id_, name, text, link, is_gone, property_id, guest, survivor in rows
    ]
    return profiles, len(rows) < most


def _rules(profile_ids: Collection[int]) -> list[tuple[int, int, str]]:
    """What people said of these profiles: (one, other, kind), the oldest first."""
    return ask(
        """SELECT one, other, kind FROM pair_rule
            WHERE (one = ANY(%(ids)s) OR other = ANY(%(ids)s)) AND lifted_at IS NULL
              AND kind IN ('must_link', 'cannot_link') ORDER BY id""",
        {"ids": list(profile_ids)},
    )


def _joins(profiles: dict[int, Profile]) -> list[tuple[int, int, str]]:
    """The joins by a rule that stand between these profiles: (one, other, rule or rule and mode)."""
    guests = [each.guest for each in profiles.values() if each.guest is not None]
    if len(guests) == len(set(guests)):
        return []
    return ask(
        """SELECT one, other, rule || coalesce(' ' || (evidence->>'mode'), '')
             FROM identity_event
            WHERE one = ANY(%(ids)s) AND other = ANY(%(ids)s) AND undone_by IS NULL
              AND kind IN ('attached', 'merged') AND rule <> 'staff' ORDER BY id""",
        {"ids": list(profiles)},
    )


def _groups(
    found: dict[int, Profile],
    kept: Iterable[Edge],
    held: Iterable[Pair],
    *,
    automatic: bool,
    wide: bool,
) -> list[list[int]]:
    """Which of these hang together; where that makes too many, only along what may join."""
    links: dict[int, set[int]] = defaultdict(set)
    of_guest: dict[int, int] = {}

    def tie(one: int, other: int) -> None:
        links[one].add(other)
        links[other].add(one)

    for each in found.values():
        if each.guest is not None:
            tie(each.id, of_guest.setdefault(each.guest, each.id))
    for one, other in held:
        if one in found and other in found:
            tie(one, other)
    for edge in kept:
        may = edge.is_joined_by_rule or (automatic and edge.may_join)
        may |= wide and edge.person >= BANDS.review
        if may and edge.one in found and edge.other in found:
            tie(edge.one, edge.other)
    groups = []
    rest = dict.fromkeys(found)
    while rest:
        group, waiting = [], [next(iter(rest))]
        del rest[waiting[0]]
        while waiting:
            here = waiting.pop()
            group.append(here)
            for far in links[here]:
                if far in rest:
                    del rest[far]
                    waiting.append(far)
        if len(group) > SIZE_MAX and wide:
            these = {id_: found[id_] for id_ in group}
            groups += _groups(these, kept, held, automatic=automatic, wide=False)
        else:
            groups.append(group)
    return groups


def _component(
    profiles: list[Profile],
    features: dict[int, Features],
    kept: Sequence[Edge],
    rules: Sequence[tuple[int, int, str]],
    joins: Sequence[tuple[int, int, str]],
    held: Sequence[Pair],
    terms: Terms,
    is_whole: bool,  # noqa: FBT001
) -> Component:
    here = {each.id: each for each in profiles}
    live = {id_ for id_, each in here.items() if not each.is_gone}
    members = sorted(
        (Member(each.id, each.name, features[each.id], each.property_id)
         for each in profiles if not each.is_gone),
        key=lambda member: member.name,
    )  # fmt: skip
    named = {member.id: member for member in members}
    follows, together = _through_the_gone(here, [p for p in held if set(p) <= here.keys()])
    together += [
        _ordered(one, other) for one, other, rule in joins
        if one in live and other in live
        and _stood(rule, named[one], named[other], terms.policy)
    ]  # fmt: skip
    apart = {_ordered(one, other) for one, other, kind in rules
             if kind == "cannot_link" and one in live and other in live}  # fmt: skip
    once = {_ordered(one, other) for one, other, rule in joins
            if rule == SCORE and one in live and other in live}  # fmt: skip
    said = Said(together, apart, once)
    ends = [edge for edge in kept if edge.one in here or edge.other in here]
    return Component(
        profiles, members, ends, said,
        [rule for rule in rules if rule[0] in here or rule[1] in here],
        [join for join in joins if join[0] in here and join[1] in here], follows,
        is_oversize=not is_whole or len(members) > SIZE_MAX,
    )  # fmt: skip


def _stood(rule: str, one: Member, other: Member, policy: Policy) -> bool:
    """Whether a join by a step that is switched off here by now would still be one."""
    step, _, mode = rule.partition(" ")
    if step not in set(Rule):
        return False
    is_off = policy.mode is None or Rule(step) not in policy.steps
    is_off |= mode == Mode.EXACT and policy.mode != Mode.EXACT
    is_off |= bool(policy.held(step, (one.property_id, other.property_id)))
    found = between(one.features, other.features, Mode(mode or Mode.GUARDED), tuple(Rule))
    return is_off and found.outcome == Outcome.LINKED


def _through_the_gone(
    here: dict[int, Profile], held: Sequence[Pair]
) -> tuple[dict[int, int], list[Pair]]:
    """Whom each profile that is gone follows, and what is held together, also through the gone."""
    of = {id_: id_ for id_ in here}

    def root(id_: int) -> int:
        while of[id_] != id_:
            id_ = of[id_]
        return id_

    for one, other in held:
        of[root(other)] = root(one)
    live: dict[int, list[int]] = defaultdict(list)
    for id_, each in sorted(here.items()):
        if not each.is_gone:
            live[root(id_)].append(id_)
    pairs = [(ids[0], other) for ids in live.values() for other in ids[1:]]
    follows = {
        id_: live[root(id_)][0]
        for id_, each in here.items()
        if each.is_gone and live.get(root(id_))
    }
    return follows, pairs


def _ordered(one: int, other: int) -> Pair:
    return (one, other) if one < other else (other, one)
