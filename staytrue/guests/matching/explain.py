"""Why two profiles are taken for one person or not: weights that add up exactly, and what to say.

What is said is a code and facts; the web words them in the reader's language.
"""

from __future__ import annotations

import msgspec

from staytrue.guests.matching import compare, score
from staytrue.guests.matching.fields import CORE, MISSING
from staytrue.guests.matching.model import CLASSES, PERSON, Model
from staytrue.guests.matching.normalise import Features
from staytrue.guests.matching.rarity import Rarities
from staytrue.guests.matching.vetoes import Veto, vetoes


class Part(msgspec.Struct, frozen=True):
    """What one field says, in bits for one person against the rival; `rarity` is the part of it
    that a rare or common value makes. `ones` and `others` are the values compared.
    """

    field: str
    level: str
    bits: float
    rarity: float
    ones: tuple[str, ...]
    others: tuple[str, ...]

    @property
    def code(self) -> str:
        """What to say of it: "phone.exact", "given.alias", "born.different"."""
        return f"{self.field}.{self.level}"


class Explanation(msgspec.Struct, frozen=True):
    """`bits` is `before` and all parts, exactly: for one person against the strongest other class,
    the `rival`. `shares` are of the four classes. Parts: those that decide most come first.
    """

    rival: str
    before: float
    parts: tuple[Part, ...]
    bits: float
    shares: dict[str, float]
    vetoes: tuple[str, ...]

    @property
    def speaks_for(self) -> tuple[Part, ...]:
        """The parts that make one person more likely."""
        return tuple(part for part in self.parts if part.bits > 0)

    @property
    def speaks_against(self) -> tuple[Part, ...]:
        """The parts that make one person less likely."""
        return tuple(part for part in self.parts if part.bits < 0)


def explained(
    model: Model, rarities: Rarities, one: Features, other: Features, profiles: int
) -> Explanation:
    """The whole reason for the score of a pair among so many profiles."""
    levels = compare.levels(one, other)
    rarity = rarities.between(one, other, levels)
    bits, shares = score.of_pair(model, levels, rarity, profiles)
    rival = max(
        (place for place in range(len(CLASSES)) if place != PERSON), key=lambda at: bits[at]
    )
    parts = []
    for place, field in enumerate(model.fields):
        if levels[place] == MISSING:
            continue
        weight = (
            model.table[PERSON, place, levels[place]] - model.table[rival, place, levels[place]]
        )
        counts = model.counts_rarity[PERSON, place] - model.counts_rarity[rival, place]
        rare = rarity[place] * counts
        values = (_values(field.name, place, each) for each in (one, other))
        parts.append(
            Part(
                field.name, field.levels[levels[place]], float(weight + rare), float(rare), *values
            )
        )
    parts.sort(key=lambda part: (-abs(part.bits), part.field))
    prior = model.prior(profiles)
    return Explanation(
        rival=CLASSES[rival],
        before=float(prior[PERSON] - prior[rival]),
        parts=tuple(parts),
        bits=float(bits[PERSON] - bits[rival]),
        shares=dict(zip(CLASSES, map(float, shares), strict=True)),
        vetoes=tuple(veto.name.lower() for veto in vetoes(one, other, levels) if veto.name),
    )


_OF = {
    "email": "emails", "phone": "phones", "card": "cards", "document": "documents",
}  # fmt: skip


def _values(name: str, place: int, features: Features) -> tuple[str, ...]:
    if name == "place":
        parts = (features.line, features.postcode, features.city)
        return tuple(part for part in parts if part)
    if place >= len(CORE):
        return tuple(text for _, text in features.others[place - len(CORE) :][:1])
    found = getattr(features, _OF.get(name, name))
    return found if isinstance(found, tuple) else (found,)


def codes(model: Model) -> tuple[str, ...]:
    """Every code that an explanation may say, for those who word them."""
    parts = tuple(f"{field.name}.{level}" for field in model.fields for level in field.levels)
    return (*parts, *(f"veto.{veto.name.lower()}" for veto in Veto if veto.name))
