"""All recognised profiles at once, as columns: learning, meeting and scoring without the database.

The same features, keys, levels and vetoes as for a few (`edges`), so that the same edges come out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import NamedTuple

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from staytrue.guests import stays, values
from staytrue.guests.comparing import BANDS
from staytrue.guests.edges import HOUSEHOLD_FROM, Edge, rule_text
from staytrue.guests.matching import learn, score
from staytrue.guests.matching.bands import may_join
from staytrue.guests.matching.fields import CARD, EXACT, PHONE, SURNAME
from staytrue.guests.matching.hubs import State
from staytrue.guests.matching.keys import keys_of, values_of
from staytrue.guests.matching.model import HOUSEHOLD, PERSON, Model
from staytrue.guests.matching.normalise import Features
from staytrue.guests.matching.pairs import flat, pairs_of_keys
from staytrue.guests.matching.presence import Presence
from staytrue.guests.matching.rarity import Rarities
from staytrue.guests.matching.spread import Progress, spread
from staytrue.guests.matching.vectors import Index, Levels, Table
from staytrue.guests.matching.vetoes import Judge
from staytrue.guests.published import Published
from staytrue.guests.resolving import Policy
from staytrue.guests.source_profiles import decoded

PROFILES, PAIRS = 20_000, 250_000
"""Profiles, and pairs, of one piece of the work."""
_PAGE = 10_000


class Kept(NamedTuple):
    """The profiles that are compared, in the order of their ids, as they are kept."""

    ids: list[int]
    hashes: list[int]
    features: list[Features]


def read() -> Kept:
    """As they are kept at this moment."""
    kept = Kept([], [], [])
    with connection.chunked_cursor() as cursor:
        cursor.execute(
            """SELECT profile_id, profile_hash, features::text FROM source_profile
                WHERE NOT is_gone ORDER BY profile_id"""
        )
        while rows := cursor.fetchmany(_PAGE):
            for id_, hash_, text in rows:
                kept.ids.append(id_)
                kept.hashes.append(hash_)
                kept.features.append(decoded(text))
    return kept


def states() -> dict[int, State]:
    """The state of every value that is not personal."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT key, state FROM value_stat WHERE state <> 'personal'")
        return {key: State(state) for key, state in cursor.fetchall()}


class Whole:
    """The same as they are compared, by these states of their values."""

    def __init__(
        self, kept: Kept, states: Mapping[int, State], salt: bytes, processes: int = 1
    ) -> None:
        self.ids = np.array(kept.ids, np.int64)
        self.features = list(kept.features)
        self._processes = processes

        def piece(start: int, end: int) -> tuple[dict[int, Features], Index, Index]:
            changed, keys = {}, []
            for place in range(start, end):
                features = kept.features[place]
                seen = values.seen(features, values_of(features, salt), states)
                if seen.features is not features:
                    changed[place] = seen.features
                # Keys are of what is kept: a value of many brings together with a name beside it.
                keys.append(keys_of(features, salt, seen.generic))
            return changed, *flat(keys)

        keys, lengths = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
        for changed, *of in spread(piece, len(self.features), PROFILES, processes):
            keys.append(of[0])
            lengths.append(of[1])
            for place, features in changed.items():
                self.features[place] = features
        self.left, self.right = pairs_of_keys(np.concatenate(keys), np.concatenate(lengths))

    @cached_property
    def rarities(self) -> Rarities:
        """How rare each value is among these."""
        return Rarities.of(self.features)

    def learned(self, source: str) -> Model | None:
        """A model of these profiles' own; nothing where they are too few to learn from."""
        pairs = len(self.left)
        if len(self.features) < learn.FEWEST_PROFILES or not pairs:
            return None
        step = max(pairs // learn.SAMPLE, 1)
        table = Table(self.features, self.rarities)
        return learn.learn(
            table, self.left[::step], self.right[::step], pairs_in_all=pairs, source=source
        )

    def edges(self, by: Published, policy: Policy, progress: Progress) -> Iterator[list[Edge]]:
        """The pairs that are worth keeping, piece by piece."""
        table = Table(self.features, by.rarities)
        presence = Presence([str(id_) for id_ in self.ids.tolist()], stays.everybodys())
        judge = Judge(self.features, None, presence)

        def piece(start: int, end: int) -> list[Edge]:
            left, right = self.left[start:end], self.right[start:end]
            vectors = table.compare(left, right)
            bits = score.class_bits(by.model, vectors, by.profiles)
            shares = score.posteriors(bits)
            rules = self._rules(policy, table, vectors.levels, left, right)
            above = (shares[:, PERSON] >= BANDS.review) | (shares[:, HOUSEHOLD] >= HOUSEHOLD_FROM)
            above |= rules != ""
            left, right, levels, shares = (
                left[above],
                right[above],
                vectors.levels[above],
                shares[above],
            )
            marks = judge.vetoes(levels, left, right)
            sure = may_join(by.model.fields, levels, shares[:, PERSON], BANDS) & (marks == 0)
            columns = (
                self.ids[left], self.ids[right], score.margin(bits[above]), shares[:, PERSON],
                shares[:, HOUSEHOLD], levels, marks, rules[above], sure,
            )  # fmt: skip
            rows = zip(*(column.tolist() for column in columns), strict=True)
            return [Edge(*row) for row in rows]

        return spread(piece, len(self.left), PAIRS, self._processes, progress)

    def _rules(
        self, policy: Policy, table: Table, levels: Levels, left: Index, right: Index
    ) -> NDArray[np.object_]:
        """What the cascade says of each pair: of one card, or of one surname with phone or home."""
        found = np.full(len(left), "", object)
        line = table.line.codes
        home = (line[left] == line[right]) & (line[left] >= 0)
        named = (levels[:, SURNAME] == EXACT) & (home | (levels[:, PHONE] == EXACT))
        for place in np.flatnonzero(named | (levels[:, CARD] == EXACT)).tolist():
            step = policy.step(self.features[left[place]], self.features[right[place]])
            found[place] = rule_text(step)
        return found
