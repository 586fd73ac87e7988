"""Open questions about two guests kept equal to what stands: one per pair of guests, no more."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from staytrue.guests.comparing import BANDS
from staytrue.guests.edges import Edge
from staytrue.guests.matching.vetoes import HARD
from staytrue.guests.models import Proposal
from staytrue.guests.resolving import SCORE, SEVERAL, Doubt, Pair
from staytrue.kit.asking import ask

CITED, VETO, REOPENED, OVERSIZE = "cited", "veto", "reopened", "oversize"
State = Proposal.State


@dataclass(frozen=True)
class Question:
    """What a person is asked of a pair of profiles."""

    one: int
    other: int
    why: str
    rule: str
    bits: float
    person: float
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Word:
    """A do-not-merge between two profiles, and the evidence it was decided against."""

    id: int
    one: int
    other: int
    bits: float | None


def question_of(edge: Edge, doubt: Doubt | None = None) -> Question | None:
    """What is asked of a pair of two guests that has this edge; nothing where it is too weak."""
    rule, _, why = edge.rule.partition(" ")
    if doubt is not None:
        why, rule = doubt
    elif not why:
        why, rule = (VETO if edge.vetoes else SCORE), ""
    is_asked = bool(doubt) or bool(rule) or edge.person >= BANDS.review
    if not is_asked or (edge.vetoes & HARD and why != REOPENED):
        return None
    return Question(edge.one, edge.other, why, rule, edge.bits, edge.person)


def ask_first(asked: Collection[Question], now: datetime) -> None:
    """Ask these of guests that were opened just now: nothing was asked or decided of them yet."""
    guests = _guests({end for each in asked for end in (each.one, each.other)})
    _write(_wanted(asked, guests, {}), guests, now)


def settle(guest_ids: Collection[int], asked: Collection[Question], now: datetime) -> None:
    """Make these the open questions about these guests; what nothing speaks for any more is gone."""
    standing = _open(guest_ids)
    if not asked and not standing:
        return
    ends = {end for each in asked for end in (each.one, each.other)}
    ends |= {end for each in standing.values() for end in each[2:4]}
    guests = _guests(ends)
    wanted = _wanted(asked, guests, _words(guests))
    for id_, (one, other, one_profile, other_profile, why) in standing.items():
        pair = (one, other)
        still = {guests.get(one_profile, (0, 0))[0], guests.get(other_profile, (0, 0))[0]} == {
            *pair
        }
        if pair not in wanted and not (why == REOPENED and still):
            is_one = guests.get(one_profile) == guests.get(other_profile)
            _close(id_, State.MERGED if is_one else State.GONE, now)
    _write(wanted, guests, now)


def _open(guest_ids: Collection[int]) -> dict[int, tuple[int, int, int, int, str]]:
    rows = ask(
        """SELECT id, one_id, other_id, one_profile, other_profile, why FROM proposal
            WHERE state = 'open' AND (one_id = ANY(%(ids)s) OR other_id = ANY(%(ids)s))
            ORDER BY id FOR UPDATE""",
        {"ids": list(guest_ids)},
    )
    return {row[0]: row[1:] for row in rows}


def _guests(profile_ids: Collection[int]) -> dict[int, tuple[int, int]]:
    """Profile → its guest, and how many profiles that one has."""
    rows = ask(
        """SELECT l.profile_id, l.guest_id, g.profiles FROM link l
             JOIN guest g ON g.id = l.guest_id
            WHERE l.profile_id = ANY(%s) AND l.until_at IS NULL""",
        [list(profile_ids)],
    )
    return {profile: (guest, size) for profile, guest, size in rows}


def _words(guests: Mapping[int, tuple[int, int]]) -> dict[Pair, list[Word]]:
    """The do-not-merges between these guests, whichever of their profiles they are of."""
    rows = ask(
        """SELECT least(a.guest_id, b.guest_id), greatest(a.guest_id, b.guest_id),
                  r.id, r.one, r.other, r.bits
             FROM link a JOIN pair_rule r ON r.one = a.profile_id
              AND r.kind = 'cannot_link' AND r.lifted_at IS NULL
             JOIN link b ON b.profile_id = r.other AND b.until_at IS NULL
            WHERE a.guest_id = ANY(%(ids)s) AND b.guest_id = ANY(%(ids)s)
              AND a.until_at IS NULL""",
        {"ids": list({guest for guest, _ in guests.values()})},
    )
    found: dict[Pair, list[Word]] = defaultdict(list)
    for one, other, *word in rows:
        found[one, other].append(Word(*word))
    return found


def _wanted(
    asked: Collection[Question],
    guests: Mapping[int, tuple[int, int]],
    words: Mapping[Pair, Sequence[Word]],
) -> dict[Pair, Question]:
    """The strongest question of each pair of guests."""
    found: dict[Pair, Question] = {}
    for each in sorted(asked, key=_strength, reverse=True):
        if each.one not in guests or each.other not in guests:
            continue
        one, other = sorted((guests[each.one][0], guests[each.other][0]))
        if one == other or (one, other) in found:
            continue
        shown = _cited(each, words[one, other]) if words.get((one, other)) else each
        if shown:
            found[one, other] = shown
    return found


def _strength(asked: Question) -> tuple[bool, bool, float, float]:
    return asked.why == REOPENED, bool(asked.rule), asked.person, asked.bits


def _cited(asked: Question, words: Sequence[Word]) -> Question | None:
    """Against a do-not-merge only stronger evidence than it knew is shown, and beside it the word."""
    if any(word.bits is None or asked.bits <= word.bits for word in words):
        return None
    facts = {"rules": sorted(word.id for word in words)}
    return Question(asked.one, asked.other, CITED, asked.rule, asked.bits, asked.person, facts)


def _close(id_: int, state: State, now: datetime) -> None:
    Proposal.objects.filter(pk=id_).update(state=state, decided_at=now)


def _write(
    wanted: Mapping[Pair, Question], guests: Mapping[int, tuple[int, int]], now: datetime
) -> None:
    if not wanted:
        return
    rows = []
    accounts = _accounts(wanted, guests)
    for (one, other), each in sorted(wanted.items()):
        ends = (each.one, each.other) if guests[each.one][0] == one else (each.other, each.one)
        gain = each.person * guests[each.one][1] * guests[each.other][1]
        facts = dict(each.facts)
        if each.why == SEVERAL:
            # Of accounts that all fit, the oldest is asked first: by its number, so equal in gain.
            gain, facts["accounts"] = accounts[each.one, each.other]
        rows.append((one, other, *ends, each.why, each.rule, each.bits, each.person, gain, facts))
    _upsert(rows, now)


def _accounts(
    wanted: Mapping[Pair, Question], guests: Mapping[int, tuple[int, int]]
) -> dict[Pair, tuple[float, list[int]]]:
    """Of each question about several accounts: the gain of the best, and all guests, oldest first."""
    ties: dict[int, set[int]] = defaultdict(set)
    gains: dict[int, float] = defaultdict(float)
    several = [each for each in wanted.values() if each.why == SEVERAL]
    for each in several:
        gain = each.person * guests[each.one][1] * guests[each.other][1]
        for end, far in ((each.one, each.other), (each.other, each.one)):
            ties[guests[end][0]].add(guests[far][0])
            gains[guests[end][0]] = max(gains[guests[end][0]], gain)
    found = {}
    for each in several:
        # He who fits several is the one with more ties.
        ends = sorted(
            (guests[each.one][0], guests[each.other][0]), key=lambda g: (-len(ties[g]), g)
        )
        found[each.one, each.other] = (gains[ends[0]], sorted(ties[ends[0]]))
    return found


def _upsert(rows: Sequence[tuple[Any, ...]], now: datetime) -> None:
    columns = list(zip(*rows, strict=True))
    facts = [json.dumps(each) for each in columns[9]]
    ask(
        """INSERT INTO proposal AS p (one_id, other_id, one_profile, other_profile, state, why,
             rule, bits, person, gain, opened_at, decided_by, facts)
           SELECT one, other, one_profile, other_profile, 'open', why, rule, bits, person, gain,
                  %s, '', facts
             FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::text[],
               %s::text[], %s::float8[], %s::float8[], %s::float8[], %s::jsonb[])
               x(one, other, one_profile, other_profile, why, rule, bits, person, gain, facts)
            ORDER BY gain DESC, one, other
           ON CONFLICT (one_id, other_id) WHERE state = 'open' DO UPDATE SET
             one_profile = excluded.one_profile, other_profile = excluded.other_profile,
             why = CASE WHEN p.why = 'reopened' THEN p.why ELSE excluded.why END,
             rule = excluded.rule, bits = excluded.bits, person = excluded.person,
             gain = excluded.gain, facts = excluded.facts""",
        [now, *map(list, columns[:9]), facts],
    )
