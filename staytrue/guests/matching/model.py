"""What a model knows: the weight of each level of each field for each class of pairs, in bits."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from importlib.resources import files
from itertools import pairwise
from math import log2
from typing import Any

import numpy as np
from numpy.typing import NDArray

from staytrue.guests.matching.fields import BORN, CORE, GIVEN, Field, fields_for
from staytrue.guests.matching.rarity import in_steps
from staytrue.kit.errors import Refused

CLASSES = ("person", "household", "namesake", "unrelated")
PERSON, HOUSEHOLD, NAMESAKE, UNRELATED = range(len(CLASSES))
FORM = 1
_LEVELS_MAX = 5
_RATES = ("person_rate", "household_rate", "namesake_share")


@dataclass(frozen=True)
class Model:
    """Weights against chance, so those of `unrelated` are nought. Shapes: [class][field][level].
    `chance` is what they are against: the shares of the levels among strangers, [field][level].

    `person_rate` and `household_rate` are pairs per profile, `namesake_share` is a share of all
    pairs: so the odds before any evidence follow from the number of profiles.
    """

    others: tuple[str, ...]
    weights: tuple[tuple[tuple[float, ...], ...], ...]
    chance: tuple[tuple[float, ...], ...]
    person_rate: float
    household_rate: float
    namesake_share: float
    learned_from: str = ""

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """The fields in the order of the weights."""
        return fields_for(self.others)

    @cached_property
    def table(self) -> NDArray[np.float64]:
        """Weights of shape (classes, fields, levels + 1); the last place is that of missing."""
        table = np.zeros((len(CLASSES), len(self.fields), _LEVELS_MAX + 1))
        for place, by_field in enumerate(self.weights):
            for number, bits in enumerate(by_field):
                table[place, number, : len(bits)] = bits
        return table

    @cached_property
    def counts_rarity(self) -> NDArray[np.float64]:
        """1 where agreement on a rare value says more, of shape (classes, fields).

        A household shares a rare surname because it is a household; its given names and birth
        dates agree by chance, and so does everything of namesakes.
        """
        mask = np.zeros((len(CLASSES), len(self.fields)))
        mask[PERSON] = mask[HOUSEHOLD] = 1
        mask[HOUSEHOLD, [GIVEN, BORN]] = 0
        return mask

    def prior(self, profiles: int) -> NDArray[np.float64]:
        """Bits of each class before any evidence, among so many profiles."""
        pairs_each = max(profiles - 1, 1) / 2
        shares = (
            self.person_rate / pairs_each,
            self.household_rate / pairs_each,
            self.namesake_share,
        )
        # No class may be ruled out, nor all pairs be of one, however few the profiles.
        bits = [in_steps(log2(min(max(share, 1e-12), 0.5))) for share in shares]
        return np.array([*bits, 0.0])

    def checked(self) -> Model:
        """The model itself, if more agreement never counts less; a model that drifted is refused."""
        for field, bits in zip(self.fields, self.weights[PERSON], strict=True):
            if any(worse > better for better, worse in pairwise(bits)):
                raise Refused(
                    f"The model is not used: for {field.name} less agreement would count more. "
                    "Learn on more profiles, or keep the model of before.",
                    "model_not_monotone",
                    field=field.name,
                )
        return self

    def as_json(self) -> dict[str, Any]:
        """The document of the model; the names of fields and levels stand in it."""
        return {
            "form": FORM,
            "learned_from": self.learned_from,
            "person_rate": self.person_rate,
            "household_rate": self.household_rate,
            "namesake_share": self.namesake_share,
            "others": list(self.others),
            "chance": {
                field.name: dict(zip(field.levels, shares, strict=True))
                for field, shares in zip(self.fields, self.chance, strict=True)
            },
            "weights": {
                name: {
                    field.name: dict(zip(field.levels, bits, strict=True))
                    for field, bits in zip(self.fields, by_field, strict=True)
                }
                for name, by_field in zip(CLASSES, self.weights, strict=True)
            },
        }

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> Model:
        """The model of a document of `as_json`, checked."""
        try:
            others = tuple(document["others"])
            weights = tuple(
                tuple(
                    tuple(
                        in_steps(document["weights"][name][field.name][level])
                        for level in field.levels
                    )
                    for field in fields_for(others)
                )
                for name in CLASSES
            )
            chance = tuple(
                tuple(float(document["chance"][field.name][level]) for level in field.levels)
                for field in fields_for(others)
            )
            person, household, namesake = (float(document[name]) for name in _RATES)
        except (KeyError, TypeError, ValueError) as error:
            raise Refused(
                "This is no model of Staytrue, or one of another version. Learn it again with "
                "`staytrue identity learn`.",
                "model_unreadable",
            ) from error
        source = str(document.get("learned_from", ""))
        return cls(others, weights, chance, person, household, namesake, source).checked()

    def with_others(self, names: Sequence[str]) -> Model:
        """The same for profiles with these further texts; one that it does not know weighs nought."""
        if tuple(names) == self.others:
            return self
        known = dict(zip(self.others, range(len(CORE), len(self.fields)), strict=True))
        chance = (
            *self.chance[: len(CORE)],
            *(self.chance[known[name]] if name in known else (0.25,) * 4 for name in names),
        )
        weights = tuple(
            (
                *by_field[: len(CORE)],
                *(by_field[known[name]] if name in known else (0.0,) * 4 for name in names),
            )
            for by_field in self.weights
        )
        return replace(self, others=tuple(names), weights=weights, chance=chance)


@cache
def default() -> Model:
    """The model that ships: learned on generated guests (`lab.doubles`), for groups with few."""
    text = files("staytrue.guests.matching").joinpath("default_model.json").read_text("utf-8")
    return Model.from_json(json.loads(text))
