"""How many wrong automatic merges a rule may cost: blind reviews, and when the rule closes.

A rule is watched by property. On trial it only suggests: some of what it would merge, drawn by lot,
is asked among the open questions, and the verdicts move a sequential test between the budget and a
tenth of it. Once proven it merges, and most of that is asked about again by people who do not know.
One wrong merge puts it back on trial, a few close it. A rule that is only watched begins with merging,
all of it asked about again, and goes on trial with its first wrong one.

What that promises, in 95 of 100 runs (one wrong merge of twenty overlooked, answers as late as they
may be): a rule that errs twice the budget or more closes before five wrong merges, whether it erred
from the beginning or began to after long being right; one that errs a tenth is open after 10,000.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from enum import StrEnum
from hashlib import blake2b
from math import ceil, log
from typing import NamedTuple

import msgspec

from staytrue.kit import shares

_TENTH = 0.1
_CLOSES_AT, _PROVEN_AT = 3.5, -3.0
"""Odds, in natural logarithms: 33 to 1 for too many wrong ones, 20 to 1 for few."""
_FIRST, _BACK = 5, 200
_PEOPLE_MAX = 3


class Answer(StrEnum):
    """What a person says of two profiles."""

    SAME = "same"
    DIFFERENT = "different"
    UNSURE = "unsure"


class Stage(StrEnum):
    """Where a rule stands: whether it may merge, and how much of it is asked about."""

    TRIAL = "trial"
    PROVEN = "proven"
    CLOSED = "closed"


class Budget(msgspec.Struct, frozen=True):
    """`rate` of wrong merges that is too much, the `share` of a proven rule's merges that is asked
    about, and how many answers it may run `ahead` of. Of what nobody looks at nobody can tell: a
    smaller share costs more wrong merges before the rule closes.
    """

    rate: float = 0.005
    share: float = 0.9
    ahead: int = 2


DEFAULT = Budget()


def verdict(answers: Sequence[Answer]) -> Answer | None:
    """What people say together of one merge, or None while another one is to be asked.

    One "same" is enough. Whoever doubts may err himself, so a second one is asked, and a third:
    what no two call the same is different, because nobody vouches for it.
    """
    counts = Counter(answers)
    if counts[Answer.SAME] > (answers[0] != Answer.SAME if answers else 0):
        return Answer.SAME
    is_settled = counts[Answer.DIFFERENT] > 1 or len(answers) >= _PEOPLE_MAX
    return Answer.DIFFERENT if is_settled else None


def upper_bound(wrong: int, reviewed: int, confidence: float = 0.95) -> float:
    """The rate of wrong merges that is not exceeded, so sure."""
    return shares.at_most(wrong, reviewed, confidence)


class Watch:
    """The sequential test of one rule, told one verdict after the other.

    `score` is the logarithm of the odds of the budget against a tenth of it. It never sinks below
    where the rule is proven: a long good past must not hide that a rule has begun to err.
    """

    def __init__(self, budget: Budget = DEFAULT) -> None:
        few = budget.rate * _TENTH
        self._wrong = log(budget.rate / few)
        self._right = log((1 - budget.rate) / (1 - few))
        self.score = 0.0
        self.wrong = 0
        self.reviewed = 0
        self.stage = Stage.TRIAL

    def tell_right(self, times: int = 1) -> None:
        """So many more merges are right."""
        self._tell(times * self._right, times)

    def tell_wrong(self) -> None:
        """One more is wrong. A merge that staff undid is told so too, drawn or not."""
        self.wrong += 1
        self._tell(self._wrong, 1)

    def _tell(self, step: float, times: int) -> None:
        self.reviewed += times
        if self.stage == Stage.CLOSED or not times:
            return
        self.score = max(self.score + step, _PROVEN_AT)
        if self.score >= _CLOSES_AT:
            self.stage = Stage.CLOSED
        else:
            self.stage = Stage.PROVEN if self.score <= _PROVEN_AT else Stage.TRIAL

    @property
    def upper_bound(self) -> float:
        """The rate of wrong merges that the verdicts exclude with 95 % certainty."""
        return upper_bound(self.wrong, self.reviewed)


def watched(verdicts: Iterable[bool], budget: Budget = DEFAULT) -> Watch:
    """The test after these verdicts, true for wrong, in the order of their answers since a person
    last opened the rule.
    """
    watch = Watch(budget)
    for is_wrong in verdicts:
        if is_wrong:
            watch.tell_wrong()
        else:
            watch.tell_right()
    return watch


def until_proven(watch: Watch, budget: Budget = DEFAULT) -> int:
    """How many more merges must all be right for this rule to be proven."""
    few = budget.rate * _TENTH
    return max(ceil((_PROVEN_AT - watch.score) / log((1 - budget.rate) / (1 - few))), 0)


def may_merge(
    stage: Stage, waiting: int, budget: Budget = DEFAULT, *, is_watched: bool = False
) -> bool:
    """Whether a rule may merge now, with so many of its merges drawn and not yet answered; one that
    is watched from its first merge, and never yet was wrong, need not be proven before.
    """
    return (stage == Stage.PROVEN or (is_watched and stage == Stage.TRIAL)) and (
        waiting < budget.ahead
    )


class Merge(NamedTuple):
    """A merge of a rule; `stratum` tells kinds of evidence apart, so that rare ones are seen."""

    id: str
    stratum: str
    is_answered: bool


def drawn(merges: Sequence[Merge], stage: Stage, seed: str, budget: Budget = DEFAULT) -> list[str]:
    """Which merges of a rule to ask about, of all it made, in the order of their making.

    On trial those that are not answered, the newest of them; of a proven rule a share, and the
    first of each stratum. Who is drawn depends on the seed and his own name: what is merged later
    never changes it.
    """
    if stage == Stage.CLOSED:
        return []
    if stage == Stage.TRIAL:
        return [merge.id for merge in merges if not merge.is_answered][-_BACK:]
    seen: Counter[str] = Counter()
    found = []
    for merge in merges:
        seen[merge.stratum] += 1
        is_drawn = seen[merge.stratum] <= _FIRST or _chance(seed, merge.id) < budget.share
        if is_drawn and not merge.is_answered:
            found.append(merge.id)
    return found


def hidden(asked: Sequence[str], open_: Sequence[str], seed: str) -> list[str]:
    """One list for a person: the open questions in their order, and merges that are asked about
    again anywhere among them, so that no place tells which they are.
    """
    places = {name: (place + 0.5) / len(open_) for place, name in enumerate(open_)}
    places |= {name: _chance(seed, name) for name in asked}
    return sorted(places, key=lambda name: (places[name], name))


def _chance(seed: str, name: str) -> float:
    """A number from 0 to 1 that is this name's own under this seed."""
    digest = blake2b(f"{seed}\0{name}".encode(), digest_size=8).digest()
    return int.from_bytes(digest) / 2**64
