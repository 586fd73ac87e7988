"""Who is whom among a few profiles that hang together: rules and scores, under what people said.

The answer depends on the profiles, the matcher and the decisions of people only: never on what was
joined before, nor on the order in which profiles came.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from staytrue.guests.comparing import BANDS, Compared, compared
from staytrue.guests.matching.cluster import SIZE_MAX, persons
from staytrue.guests.matching.fields import CARD, EXACT, OWN
from staytrue.guests.matching.named_rules import Decision, Mode, Outcome, Rule, between
from staytrue.guests.matching.normalise import Features
from staytrue.guests.matching.vectors import Bits, Index
from staytrue.guests.matching.vetoes import Known, Marks
from staytrue.guests.published import Published

Pair = tuple[int, int]
"""Two places, the lower first."""
Truth = NDArray[np.bool_]

SCORE = "score"
SEVERAL = "several_accounts"
CLOSED, TRIAL = "rule_closed", "rule_trial"
_SAID, _RULED = 1_000.0, 12.0
_STANDS = 1_000_000.0


@dataclass(frozen=True)
class Policy:
    """What may join profiles by itself: the scores, and the cascade in a mode with these steps.

    `closed` are rules that went back to suggestions, at a property or (None) at all. Rules that are
    to prove themselves first join only where they have: `proven`. Others that are not `trusted`
    join but where they are `paused`: where what they joined waits for answers.
    """

    automatic: bool = False
    mode: Mode | None = Mode.GUARDED
    steps: frozenset[Rule] = frozenset(Rule)
    closed: frozenset[tuple[str, int | None]] = frozenset()
    prove_first: frozenset[str] = frozenset()
    proven: frozenset[tuple[str, int | None]] = frozenset()
    trusted: frozenset[str] = frozenset()
    paused: frozenset[tuple[str, int | None]] = frozenset()

    def step(self, one: Features, other: Features) -> Decision | None:
        """What the cascade says of two profiles; nothing where it leaves them to the scores."""
        if self.mode is None or not _may_agree(one, other):
            return None
        found = between(one, other, self.mode, self.steps)
        return None if found.outcome == Outcome.SCORED else found

    def held(self, rule: str, properties: Collection[int | None]) -> str:
        """Why this rule only suggests where a profile is of one of these; nothing if it joins."""
        if any((rule, each) in self.closed for each in (None, *properties)):
            return CLOSED
        if rule in self.prove_first:
            is_held = any((rule, each) not in self.proven for each in properties)
        else:
            is_held = self.is_ahead(rule) and any(
                (rule, each) in self.paused for each in properties
            )
        return TRIAL if is_held else ""

    def is_ahead(self, rule: str) -> bool:
        """Whether this rule may only join so much ahead of people's answers."""
        return rule in {SCORE, *Rule} and (rule in self.prove_first or rule not in self.trusted)

    def pausing(self, places: Collection[tuple[str, int | None]]) -> Policy:
        """The same with these rules at these properties only suggesting."""
        return replace(self, proven=self.proven - {*places}, paused=self.paused | {*places})


@dataclass(frozen=True)
class Member:
    """A profile as it is compared; `name` orders profiles, whenever they came."""

    id: int
    name: tuple[str, str, int]
    features: Features
    property_id: int | None


@dataclass(frozen=True)
class Said:
    """What people and PMSs decided of pairs of profiles, by their ids in rising order; and which
    were joined by scores that have been switched off since: that stands as long as it would hold.
    """

    together: Sequence[Pair] = ()
    apart: Collection[Pair] = frozenset()
    once: Collection[Pair] = frozenset()


class Doubt(NamedTuple):
    """Why a pair was not joined though something speaks for it."""

    why: str
    rule: str


@dataclass
class Resolved:
    """The persons among some profiles, the reason of each pair that joined, and what is in doubt."""

    persons: list[list[int]]
    reasons: dict[Pair, str]
    doubts: dict[Pair, Doubt]
    members: Sequence[Member]
    pairs: Compared
    vetoes: Marks
    is_oversize: bool = False

    def place(self, one: int, other: int) -> int:
        """Where the pair of these places stands in `pairs`."""
        low, high = sorted((one, other))
        count = len(self.members)
        return low * count - low * (low + 1) // 2 + high - low - 1


def resolve(
    members: Sequence[Member],
    candidates: Collection[Pair],
    policy: Policy,
    by: Published,
    said: Said,
    presence: Known | None = None,
) -> Resolved:
    """The persons among these profiles; `candidates` are pairs of ids that meet under a key.

    `members` are in the order of their names, `presence` knows what their stays say against pairs.
    """
    return _Case(members, candidates, policy, by, said, presence).resolved()


def _may_agree(one: Features, other: Features) -> bool:
    return bool(
        (one.line and one.line == other.line)
        or not set(one.phones).isdisjoint(other.phones)
        or not set(one.cards).isdisjoint(other.cards)
    )


class _Case:
    """One set of profiles with tables over all its pairs."""

    def __init__(
        self,
        members: Sequence[Member],
        candidates: Collection[Pair],
        policy: Policy,
        by: Published,
        said: Said,
        presence: Known | None,
    ) -> None:
        self.members, self.policy, self.by = members, policy, by
        count = len(members)
        at = {member.id: place for place, member in enumerate(members)}
        self.left, self.right = np.triu_indices(count, 1)
        self.pairs = compared([each.features for each in members], self.left, self.right, by)
        self.against = self.pairs.against(presence)
        self.is_candidate = self._table((at[one], at[other]) for one, other in candidates)
        self.apart = self._table((at[one], at[other]) for one, other in said.apart)
        self.together = self._together([(at[one], at[other]) for one, other in said.together])
        self.once = self._table((at[one], at[other]) for one, other in said.once)
        self.asked = self._table(())
        self.reasons: dict[Pair, str] = {}
        self.doubts: dict[Pair, Doubt] = {}

    def resolved(self) -> Resolved:
        members = self.members
        if len(members) > SIZE_MAX:
            alone = [[place] for place in range(len(members))]
            return Resolved(alone, {}, {}, members, self.pairs, self.pairs.vetoes, is_oversize=True)
        of = self._by_rules()
        of = self._by_scores(of)
        groups: dict[int, list[int]] = {}
        for place, first in enumerate(of.tolist()):
            groups.setdefault(first, []).append(place)
        vetoes = self.pairs.vetoes | self.against
        return Resolved(
            list(groups.values()), self.reasons, self.doubts, members, self.pairs, vetoes
        )

    def _table(self, pairs: Iterable[Pair]) -> Truth:
        found = np.zeros((len(self.members), len(self.members)), bool)
        for one, other in pairs:
            found[one, other] = found[other, one] = True
        return found

    def _square(self, values: NDArray[np.bool_]) -> Truth:
        found = np.zeros((len(self.members), len(self.members)), bool)
        found[self.left, self.right] = values
        return found | found.T

    def _together(self, said: Sequence[Pair]) -> Truth:
        """Whom people said to be one, with all that follows; no word crosses a do-not-merge."""
        of = np.arange(len(self.members))
        for one, other in said:
            ones, others = np.flatnonzero(of == of[one]), np.flatnonzero(of == of[other])
            if not self.apart[np.ix_(ones, others)].any():
                of[others] = of[one]
        found: Truth = of[:, None] == of[None, :]
        return found & ~np.eye(len(of), dtype=bool)

    def _by_rules(self) -> Index:
        """Along what was said and the cascade; a profile that fits two accounts joins neither."""
        linked, asked = self._steps()
        self.asked = asked
        different = self._square(self.pairs.levels[:, CARD] == 1)
        barred = self.apart | asked
        if Rule.CARD in self.policy.steps:
            barred |= different
        if self.policy.mode != Mode.EXACT:
            barred |= self._square((self.pairs.vetoes | self.against) != 0)
        linked &= ~barred
        fits_two = (linked.astype(int) @ barred) > 0
        for one, other in zip(*np.nonzero(np.triu(linked & (fits_two | fits_two.T))), strict=True):
            pair = (int(one), int(other))
            self.doubts[pair] = Doubt(SEVERAL, self.reasons.pop(pair))
        linked &= ~(fits_two | fits_two.T)
        barred = (barred | self.apart) & ~self.together
        bits = np.where(self.together, _SAID, np.where(linked, _RULED, 0.0))
        edges = linked | self.together
        return self._persons(edges, edges, bits, barred)

    def _steps(self) -> tuple[Truth, Truth]:
        """Pairs that the cascade joins, and those that it shows to a person."""
        linked: list[Pair] = []
        asked: list[Pair] = []
        for place in np.flatnonzero(self.is_candidate[self.left, self.right]).tolist():
            pair = one, other = int(self.left[place]), int(self.right[place])
            features = self.members[one].features, self.members[other].features
            step = self.policy.step(*features)
            if step is None or step.rule is None:
                continue
            where = (self.members[one].property_id, self.members[other].property_id)
            if step.outcome == Outcome.REVIEW:
                self.doubts[pair] = Doubt(step.reason, step.rule)
                asked.append(pair)
            elif why := self.policy.held(step.rule, where):
                self.doubts[pair] = Doubt(why, step.rule)
            else:
                self.reasons[pair] = step.rule
                linked.append(pair)
        return self._table(linked), self._table(asked)

    def _by_scores(self, of: Index) -> Index:
        """Further along pairs that the scores may join, if they may, or once did; of what the
        cascade asks a person only along what a person has alone.
        """
        sure = self._square(self.pairs.may_join(self.by, self.against)) & self.is_candidate
        sure &= (self.once | self._open()) if self.policy.automatic else self.once
        sure &= ~self.asked | self._square((self.pairs.levels[:, OWN] == EXACT).any(axis=1))
        same = of[:, None] == of[None, :]
        if not (sure & ~same).any():
            return of
        bits = np.zeros(same.shape)
        bits[self.left, self.right] = self.pairs.bits
        bits = np.where(same, _STANDS, bits + bits.T)
        barred = self.apart | self._square((self.pairs.vetoes | self.against) != 0)
        for one, other in zip(*np.nonzero(np.triu(sure & ~same)), strict=True):
            self.reasons[int(one), int(other)] = SCORE
        likely = self._square(self.pairs.person >= BANDS.review) & self.is_candidate
        along = sure | same
        return self._persons(
            likely | along, along, bits, barred & ~same, BANDS.within, BANDS.contest
        )

    def _open(self) -> Truth:
        """Pairs at whose properties the score may join."""
        held = np.array([bool(self.policy.held(SCORE, [m.property_id])) for m in self.members])
        found: Truth = ~(held[:, None] | held[None, :])
        return found

    def _persons(
        self,
        edges: Truth,
        along: Truth,
        bits: Bits,
        barred: Truth,
        least: float = 0.0,
        contest: float = -np.inf,
    ) -> Index:
        def evidence(left: Index, right: Index) -> tuple[Bits, Truth]:
            return bits[left, right], barred[left, right]

        left, right = np.nonzero(np.triu(edges, 1))
        return persons(
            len(self.members), left, right, evidence,
            along=along[left, right], least=least, contest=contest,
        ).of  # fmt: skip
