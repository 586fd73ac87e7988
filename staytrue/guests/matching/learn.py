"""Learning the weights without labels: a mixture of four classes over the pairs that met.

EM with free classes drifts, so most is fixed: chance comes from random pairs, a household's given
names and birth dates agree by chance, and namesakes have only their names in common.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from math import log2

import numpy as np
from numpy.typing import NDArray

from staytrue.guests.matching.fields import (
    BORN,
    CORE,
    DOCUMENT,
    EMAIL,
    GIVEN,
    LOYALTY,
    SURNAME,
    Field,
)
from staytrue.guests.matching.model import (
    CLASSES,
    HOUSEHOLD,
    NAMESAKE,
    PERSON,
    UNRELATED,
    Model,
)
from staytrue.guests.matching.rarity import Rarities, Rarity, in_steps
from staytrue.guests.matching.score import evidence, posteriors
from staytrue.guests.matching.vectors import Bits, Index, Levels, Table

ROUNDS = 60
_STILL = 2e-4
SAMPLE = 100_000
"""Pairs that are learned from: more change no weight by a tenth of a bit."""
RANDOM_PAIRS = 100_000
FEWEST_PROFILES = 300
"""With fewer profiles there is too little to learn from, and the model that ships is used."""

_PRIOR_COUNTS = 20.0
# The least that a household's given names and birth dates agree: see `_set_chance`.
_HOUSEHOLD_LEAST = {GIVEN: 0.02, BORN: 0.003}
# How the classes look before anything is learned: shares of the levels.
_START: dict[str, dict[int, tuple[float, ...]]] = {
    "given": {PERSON: (0.84, 0.06, 0.05, 0.03, 0.02), NAMESAKE: (0.8, 0.1, 0.05, 0.03, 0.02)},
    "surname": {
        PERSON: (0.85, 0.05, 0.05, 0.02, 0.03),
        HOUSEHOLD: (0.75, 0.05, 0.03, 0.02, 0.15),
        NAMESAKE: (0.85, 0.05, 0.05, 0.03, 0.02),
    },
    "born": {PERSON: (0.9, 0.07, 0.01, 0.02)},
    "email": {
        PERSON: (0.6, 0.08, 0.04, 0.28),
        HOUSEHOLD: (0.3, 0.01, 0.01, 0.68),
        NAMESAKE: (0.0, 0.05, 0.03, 0.92),
    },
    "phone": {PERSON: (0.65, 0.05, 0.04, 0.26), HOUSEHOLD: (0.4, 0.02, 0.01, 0.57)},
    "place": {
        PERSON: (0.6, 0.1, 0.05, 0.05, 0.2),
        HOUSEHOLD: (0.75, 0.1, 0.03, 0.02, 0.1),
    },
    "card": {PERSON: (0.5, 0.5), HOUSEHOLD: (0.25, 0.75)},
    "loyalty": {PERSON: (0.97, 0.03)},
    "document": {PERSON: (0.93, 0.07)},
}
_OTHER_START = {PERSON: (0.7, 0.08, 0.05, 0.17), HOUSEHOLD: (0.4, 0.05, 0.05, 0.5)}
# What is learned of each class; everything else of it is fixed to chance.
_FREE = {
    PERSON: range(100),
    HOUSEHOLD: set(range(100)) - {GIVEN, BORN, LOYALTY, DOCUMENT},
    NAMESAKE: {GIVEN, SURNAME, EMAIL},
}


_CHANCE_MOST = 0.99
"""A column that says the same for everybody still leaves something to its other levels."""


@dataclass
class _State:
    """What EM goes round with: shares of the levels per class and field, and of the classes."""

    fields: tuple[Field, ...]
    shares: NDArray[np.float64]
    classes: NDArray[np.float64]
    household_given: NDArray[np.float64] = dataclasses.field(default_factory=lambda: np.zeros(5))


def learn(table: Table, left: Index, right: Index, *, pairs_in_all: int, source: str = "") -> Model:
    """A model from pairs that share a key (a sample will do of `pairs_in_all` such pairs)."""
    profiles = len(table.features)
    others = tuple(name for name, _ in table.features[0].others)
    template = Model(others, (), (), 0, 0, 0)
    vectors = table.compare(left, right)
    # By columns, as EM reads them.
    levels = np.asfortranarray(vectors.levels)
    rare = vectors.rarity @ template.counts_rarity.T
    random = table.compare(*_random_pairs(profiles)).levels
    state = _start(template, _chance(template.fields, random, table, np.ones(len(random))))
    all_pairs = profiles * (profiles - 1) / 2
    scale = pairs_in_all / max(len(left), 1) / all_pairs
    for again in range(2):
        for _ in range(ROUNDS):
            shares = _believed(state, template, levels, rare)
            if _improve(state, shares, levels, scale) < _STILL:
                break
        if not again:
            # Among few profiles random pairs hold true ones, which must not count as chance.
            strangers = _unrelated(state, template, random)
            chance = _chance(template.fields, random, table, strangers)
            _set_chance(state, _without_true(chance, state, table.rarities))
    return _published(state, others, profiles, source).checked()


def _random_pairs(profiles: int) -> tuple[Index, Index]:
    """Pairs spread over all profiles, the same each time: chance would end in other weights."""
    left = np.arange(RANDOM_PAIRS, dtype=np.int64)
    right = (left * 2_654_435_761 + left // profiles * 40_503 + 12_345) % profiles
    left %= profiles
    distinct = left != right
    return left[distinct], right[distinct]


def _chance(
    fields: tuple[Field, ...], random: Levels, table: Table, weights: NDArray[np.float64]
) -> list[NDArray[np.float64]]:
    """Per field the shares of its levels among unrelated pairs."""
    found = []
    for place, field in enumerate(fields):
        count = len(field.levels)
        known = random[:, place] >= 0
        seen = np.bincount(random[known, place], weights[known], count) + 0.5 / np.arange(
            count, 0, -1
        )
        share = seen / seen.sum()
        exact = min(_agree_by_chance(place, field, table), _CHANCE_MOST)
        share[0] = exact
        share[1:] *= (1 - exact) / share[1:].sum()
        found.append(share)
    return found


def _agree_by_chance(place: int, field: Field, table: Table) -> float:
    """How often two random values are the same: counted over all pairs, not over a sample."""
    rarities = table.rarities
    if place == GIVEN:
        return rarities.given.chance or 0.01
    if place == SURNAME:
        return rarities.surname.chance or 0.001
    if place == BORN:
        return (rarities.year.chance or 0.02) / 365
    if field.by_chance is None:
        return rarities.others[place - len(CORE)].chance or 0.01
    # Values that identify agree because they are one person's or one household's, hardly by chance.
    column = {"email": table.email, "phone": table.phone, "place": table.line}.get(field.name)
    column = column or table.numbers[place - len(CORE) + 3][0]
    held = column.codes[column.codes >= 0]
    counts = np.bincount(held) if len(held) else np.zeros(1, np.int64)
    total = max(len(held), 2)
    same = float((counts * (counts - 1.0)).sum()) / (total * (total - 1.0))
    return min(max(same * field.by_chance, 1e-10), 0.01)


def _start(template: Model, chance: list[NDArray[np.float64]]) -> _State:
    state = _State(
        template.fields,
        np.zeros((len(CLASSES), len(template.fields), 5)),
        np.array([1e-5, 1e-5, 1e-5, 1.0]),
    )
    _set_chance(state, chance)
    for place, field in enumerate(state.fields):
        begin = _START.get(field.name, _OTHER_START if place >= len(CORE) else {})
        for class_ in (PERSON, HOUSEHOLD, NAMESAKE):
            if class_ in begin and _is_free(class_, place):
                state.shares[class_, place, : len(field.levels)] = np.maximum(begin[class_], 1e-6)
    state.shares[NAMESAKE, EMAIL, 0] = state.shares[UNRELATED, EMAIL, 0]
    return state


def _set_chance(state: _State, chance: list[NDArray[np.float64]]) -> None:
    """Chance where it rules: all of the unrelated, and what is fixed of the other classes."""
    for place, share in enumerate(chance):
        for class_ in range(len(CLASSES)):
            if class_ == UNRELATED or not _is_free(class_, place):
                state.shares[class_, place, : len(share)] = share
    # Even by chance members of a household agree more often than strangers: fathers and sons of
    # one name, twins, and dates copied from the partner.
    for place, least in _HOUSEHOLD_LEAST.items():
        share = state.shares[HOUSEHOLD, place]
        exact = max(share[0], least)
        share[1:] *= (1 - exact) / (1 - share[0])
        share[0] = exact
    state.household_given = state.shares[HOUSEHOLD, GIVEN].copy()


def _is_free(class_: int, place: int) -> bool:
    """Whether the shares of a class in a field are learned; those of namesakes' e-mails are, but
    for the same address: namesakes have like addresses at other providers.
    """
    return place in _FREE[class_]


def _bits(state: _State, template: Model) -> Bits:
    """Weights against chance, of shape (classes, fields, levels + 1)."""
    chance = np.maximum(state.shares[UNRELATED], 1e-12)
    found = np.zeros((len(CLASSES), len(template.fields), 6))
    found[:, :, :5] = np.log2(np.maximum(state.shares, 1e-12) / chance)
    found[:, :, :5][:, state.shares[UNRELATED] == 0] = 0
    return found


def _believed(state: _State, template: Model, levels: Levels, rare: Bits) -> Bits:
    bits = evidence(_bits(state, template), levels)
    bits += rare
    bits += np.log2(np.maximum(state.classes, 1e-15))
    return posteriors(bits)


def _unrelated(state: _State, template: Model, random: Levels) -> NDArray[np.float64]:
    """How much each random pair is believed to be of strangers."""
    shares = _believed(state, template, random, np.zeros((len(random), len(CLASSES))))
    found: NDArray[np.float64] = shares[:, UNRELATED] + shares[:, NAMESAKE]
    return found


def _improve(state: _State, shares: Bits, levels: Levels, scale: float) -> float:
    """One step: classes and free shares become what is believed of the pairs. Answers how far
    the shares moved at most.
    """
    before = state.shares.copy()
    for class_ in (PERSON, HOUSEHOLD, NAMESAKE):
        weight = shares[:, class_]
        state.classes[class_] = max(weight.sum() * scale, 1e-12)
        for place, field in enumerate(state.fields):
            if _is_free(class_, place):
                begin = _begin(class_, field)
                _learn_field(state, class_, place, levels[:, place], weight, begin)
    # Given names of a household are learned only where birth dates tell that they are two people:
    # everywhere else the likeness of the names itself has decided what a pair is taken for.
    two = levels[:, BORN] == len(CORE[BORN].levels) - 1
    weight = shares[two, HOUSEHOLD]
    _learn_field(state, HOUSEHOLD, GIVEN, levels[two, GIVEN], weight, state.household_given)
    return float(np.abs(state.shares - before).max())


def _learn_field(
    state: _State,
    class_: int,
    place: int,
    levels: Levels,
    weight: NDArray[np.float64],
    begin: NDArray[np.float64],
) -> None:
    """The shares of one class in one field from weighted pairs, held by what was thought before."""
    known = levels >= 0
    seen = np.bincount(levels[known], weight[known], len(begin)) + _PRIOR_COUNTS * begin
    if class_ == NAMESAKE and place == EMAIL:
        exact = state.shares[UNRELATED, place, 0]
        seen[0] = seen[1:].sum() * exact / (1 - exact)
    state.shares[class_, place, : len(begin)] = seen / seen.sum()


def _begin(class_: int, field: Field) -> NDArray[np.float64]:
    """What the shares are thought to be before anything is seen."""
    begin = _START.get(field.name, _OTHER_START).get(class_)
    return np.array(begin or (1 / len(field.levels),) * len(field.levels))


def _without_true(
    chance: list[NDArray[np.float64]], state: _State, rarities: Rarities
) -> list[NDArray[np.float64]]:
    """Chance agreement on names and texts less what true pairs added to it."""
    counted: dict[int, Rarity] = {GIVEN: rarities.given, SURNAME: rarities.surname}
    counted |= dict(enumerate(rarities.others, len(CORE)))
    for place in counted:
        true = state.classes[:NAMESAKE] @ state.shares[:NAMESAKE, place, 0]
        share = chance[place]
        exact = max(share[0] - true, share[0] * 0.2)
        share[1:] *= (1 - exact) / (1 - share[0])
        share[0] = exact
    return chance


def _published(state: _State, others: tuple[str, ...], profiles: int, source: str) -> Model:
    bits = _bits(state, Model(others, (), (), 0, 0, 0))
    # A further text that agrees no more often for one person than by chance says nothing.
    empty = {place for place in range(len(CORE), len(state.fields))
             if bits[PERSON, place, 0] < bits[PERSON, place, len(state.fields[place].levels) - 1]}  # fmt: skip
    weights = []
    for class_ in range(len(CLASSES)):
        by_field = []
        for place, field in enumerate(state.fields):
            found = [float(each) for each in bits[class_, place, : len(field.levels)]]
            if class_ == PERSON:
                found = _pooled(found, state.shares[PERSON, place], state.shares[UNRELATED, place])
            if place in empty:
                found = [0.0] * len(found)
            by_field.append(tuple(in_steps(each) for each in found))
        weights.append(tuple(by_field))
    pairs_each = (profiles - 1) / 2
    person, household, namesake = state.classes[:UNRELATED]
    chance = tuple(
        tuple(float(each) for each in state.shares[UNRELATED, place, : len(field.levels)])
        for place, field in enumerate(state.fields)
    )
    return Model(
        others,
        tuple(weights),
        chance,
        float(person * pairs_each),
        float(household * pairs_each),
        float(namesake),
        source,
    )


def _pooled(
    bits: list[float], person: NDArray[np.float64], chance: NDArray[np.float64]
) -> list[float]:
    """Neighbouring levels between the first and the last that stand the wrong way become one.

    Rare levels come out in the wrong order by few pairs. That "the same" counts less than
    "different" is another thing: such a model drifted, and `checked` refuses it.
    """
    blocks = [[place] for place in range(1, len(bits) - 1)]

    def worth(block: list[int]) -> float:
        return log2(person[block].sum() / max(chance[block].sum(), 1e-12))

    place = 0
    while place + 1 < len(blocks):
        if worth(blocks[place]) < worth(blocks[place + 1]):
            blocks[place : place + 2] = [blocks[place] + blocks[place + 1]]
            place = max(place - 1, 0)
        else:
            place += 1
    found = list(bits)
    for block in blocks:
        for level in block:
            found[level] = min(max(worth(block), bits[-1]), bits[0])
    return found
