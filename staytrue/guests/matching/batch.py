"""A whole list of profiles at once: features → keys → pairs → levels → scores → persons."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from staytrue.guests.matching import hubs, learn, score
from staytrue.guests.matching import model as models
from staytrue.guests.matching.bands import Bands, may_join
from staytrue.guests.matching.cluster import Evidence, Persons, persons
from staytrue.guests.matching.keys import keys_of
from staytrue.guests.matching.model import PERSON, Model
from staytrue.guests.matching.normalise import Features
from staytrue.guests.matching.pairs import Pairs, flat, pairs_of_keys
from staytrue.guests.matching.presence import Presence, Stay
from staytrue.guests.matching.rarity import Rarities
from staytrue.guests.matching.review import Agenda, agenda
from staytrue.guests.matching.spread import spread
from staytrue.guests.matching.vectors import Bits, Index, Levels, Table
from staytrue.guests.matching.vetoes import HARD, Apart, Judge, Marks

CHUNK, PROFILES = 500_000, 20_000
"""Pairs, and profiles, of one piece of the work."""
Progress = Callable[[str, int, int], None]


class Scored(NamedTuple):
    """Pairs above the floor: places, levels, bits and share of one person, vetoes."""

    left: Index
    right: Index
    levels: Levels
    margin: Bits
    person: Bits
    vetoes: Marks
    may_join: NDArray[np.bool_]


@dataclass(frozen=True)
class Resolution:
    """What came of a list of profiles, in the order of `features`.

    `likely` joins whatever is more likely one person than not, `automatic` only what may be joined
    without a person; `scored` are the pairs that support either.
    """

    features: Sequence[Features]
    model: Model
    pairs: Pairs
    scored: Scored
    likely: Persons
    automatic: Persons
    findings: Sequence[hubs.Finding]
    bands: Bands

    @cached_property
    def agenda(self) -> Agenda:
        """What a person should look at, pairs and cases: see `review`."""
        scored = self.scored
        most = int(self.bands.list_share * len(self.features))
        return agenda(self.automatic.of, scored.left, scored.right, scored.person, most)

    def proposals(self) -> Index:
        """Pairs of persons of `automatic` to look at, of shape (n, 2)."""
        return self.agenda.pairs

    @property
    def cases(self) -> list[Index]:
        """Profiles of many persons that may be one, each to be looked at together."""
        return self.agenda.cases


class Batch:
    """The steps over one list of profiles, each kept for the next."""

    def __init__(
        self,
        features: Sequence[Features],
        salt: bytes,
        bands: Bands | None = None,
        apart: Apart | None = None,
        stays: Iterable[Stay] = (),
        processes: int = 1,
    ) -> None:
        self._processes = processes
        # In the order of their names, so that no answer depends on how they came.
        self.features = sorted(features, key=lambda each: (each.id, repr(each)))
        self.bands = bands or Bands()
        self.found = hubs.found(self.features)
        plain = [self.found.applied(each) for each in self.features]
        self.table = Table(plain, Rarities.of(plain))
        presence = Presence([each.id for each in plain], stays)
        self.judge = Judge(plain, apart, presence)
        self.pairs = pairs_of_keys(*self._keys(salt))

    def _keys(self, salt: bytes) -> tuple[Index, Index]:
        """All keys, and how many each profile has."""
        generic = self.found.generic

        def piece(start: int, end: int) -> tuple[Index, Index]:
            return flat([keys_of(each, salt, generic) for each in self.features[start:end]])

        parts = list(spread(piece, len(self.features), PROFILES, self._processes)) or [flat([])]
        keys, lengths = zip(*parts, strict=True)
        return np.concatenate(keys), np.concatenate(lengths)

    @property
    def others(self) -> tuple[str, ...]:
        """The names of the further texts that these profiles have."""
        return tuple(name for name, _ in self.features[0].others) if self.features else ()

    def learned(self, source: str = "") -> Model:
        """A model of these profiles' own; with too few of them the one that ships."""
        if len(self.features) < learn.FEWEST_PROFILES or not len(self.pairs.left):
            return models.default().with_others(self.others)
        step = max(len(self.pairs.left) // learn.SAMPLE, 1)
        return learn.learn(
            self.table,
            self.pairs.left[::step],
            self.pairs.right[::step],
            pairs_in_all=len(self.pairs.left),
            source=source,
        )

    def resolved(self, model: Model, progress: Progress | None = None) -> Resolution:
        """Score all pairs and find the persons."""
        scored = self._scored(model, progress or (lambda *_: None))
        likely = persons(len(self.features), scored.left, scored.right, self._evidence(model, HARD))
        automatic = persons(
            len(self.features),
            scored.left,
            scored.right,
            self._evidence(model, ~0),
            along=scored.may_join,
            least=self.bands.within,
            contest=self.bands.contest,
        )
        return Resolution(
            self.features,
            model,
            self.pairs,
            scored,
            likely,
            automatic,
            self.found.findings,
            self.bands,
        )

    def _scored(self, model: Model, progress: Progress) -> Scored:
        def piece(start: int, end: int) -> Scored:
            left, right = self.pairs.left[start:end], self.pairs.right[start:end]
            vectors = self.table.compare(left, right)
            bits = score.class_bits(model, vectors, len(self.features))
            person = score.posteriors(bits)[:, PERSON]
            shown = person >= self.bands.review
            left, right, levels = left[shown], right[shown], vectors.levels[shown]
            vetoes = self.judge.vetoes(levels, left, right)
            sure = may_join(model.fields, levels, person[shown], self.bands) & (vetoes == 0)
            margin = score.margin(bits[shown])
            return Scored(left, right, levels, margin, person[shown], vetoes, sure)

        def show(done: int, total: int) -> None:
            progress("pairs", done, total)

        pieces = spread(piece, len(self.pairs.left), CHUNK, self._processes, show)
        kept = list(pieces) or [piece(0, 0)]
        return Scored(*(np.concatenate(parts) for parts in zip(*kept, strict=True)))

    def _evidence(self, model: Model, against: int) -> Evidence:
        def evidence(left: Index, right: Index) -> tuple[Bits, NDArray[np.bool_]]:
            vectors = self.table.compare(left, right)
            bits = score.margin(score.class_bits(model, vectors, len(self.features)))
            marks = self.judge.vetoes(vectors.levels, left, right)
            return bits, (marks & against) != 0

        return evidence
