"""How rare a value is among the profiles at hand: agreement on a rare name says more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import log2

from staytrue.guests.matching.fields import BORN, CORE, EXACT, GIVEN, PLACE, SURNAME
from staytrue.guests.matching.normalise import Features

STEP = 1024
"""Weights are kept in steps of 1/1024: sums of them are exact, in whatever order they are taken."""

POSTCODE, CITY = 2, 3
"""Levels of the place that agree on a value whose rarity counts."""
_UNSEEN = 0.5


def in_steps(bits: float) -> float:
    """A weight in bits, rounded to the step of all weights."""
    return round(bits * STEP) / STEP


@dataclass(frozen=True)
class Rarity:
    """Of one kind of value: how much rarer than the usual agreement each value is, in bits.

    `chance` is how likely two random profiles agree; `bits[value]` is log2(chance / share of it).
    """

    chance: float = 0.0
    bits: dict[str, float] = field(default_factory=dict)
    unseen: float = 0.0

    @classmethod
    def of(cls, values: Iterable[str]) -> Rarity:
        """Count them."""
        return cls.counted(Counter(value for value in values if value))

    @classmethod
    def counted(cls, counts: Counter[str]) -> Rarity:
        """Of counted values; one less for each, because the pair itself is among them."""
        total = counts.total()
        if total < 2:
            return cls()
        chance = sum(n * (n - 1) for n in counts.values()) / (total * (total - 1))
        chance = max(chance, 1 / total)
        bits = {
            value: in_steps(log2(chance * total / max(n - 1, _UNSEEN)))
            for value, n in counts.items()
        }
        return cls(chance, bits, in_steps(log2(chance * total / _UNSEEN)))

    def __getitem__(self, value: str) -> float:
        return self.bits.get(value, self.unseen)


@dataclass(frozen=True)
class Rarities:
    """The rarities of all kinds of values that have one. Birth dates: by their year."""

    given: Rarity
    surname: Rarity
    year: Rarity
    postcode: Rarity
    city: Rarity
    others: tuple[Rarity, ...] = ()

    @classmethod
    def of(cls, features: Sequence[Features]) -> Rarities:
        """Counted over these profiles."""
        others = len(features[0].others) if features else 0
        return cls(
            given=Rarity.of(each.given for each in features),
            surname=Rarity.of(each.surname for each in features),
            year=Rarity.of(each.born[:4] for each in features),
            postcode=Rarity.of(each.postcode for each in features),
            city=Rarity.of(each.city for each in features),
            others=tuple(
                Rarity.of(each.others[place][1] for each in features) for place in range(others)
            ),
        )

    def between(self, one: Features, other: Features, levels: Sequence[int]) -> tuple[float, ...]:
        """Bits per field for what two profiles with these levels agree on."""
        bits = [0.0] * len(levels)
        if levels[GIVEN] == EXACT:
            bits[GIVEN] = self.given[one.given]
        if levels[SURNAME] == EXACT:
            bits[SURNAME] = self.surname[one.surname]
        if levels[BORN] == EXACT:
            bits[BORN] = self.year[one.born[:4]]
        if levels[PLACE] == POSTCODE:
            bits[PLACE] = self.postcode[one.postcode]
        elif levels[PLACE] == CITY and one.city == other.city:
            bits[PLACE] = self.city[one.city]
        for place, (rarity, (_, text)) in enumerate(zip(self.others, one.others, strict=True)):
            if levels[len(CORE) + place] == EXACT:
                bits[len(CORE) + place] = rarity[text]
        return tuple(bits)
