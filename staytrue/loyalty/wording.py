"""The terms as sentences: from the very definition that awards, a code with its facts for each part.

Screens put the codes into the reader's language; nothing is said that the rules do not compute. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from staytrue.loyalty.terms import (
    Base,
    By,
    Mode,
    Per,
    Rounded,
    Rule,
    Share,
    Terms,
)
from staytrue.loyalty.tiers import Ladder


class Sentence(msgspec.Struct, frozen=True):
    """What is said, and with which facts: numbers exact, days as days."""

    code: str
    facts: Mapping[str, object] = {}


def told(terms: Terms) -> list[list[Sentence]]:
    """Each rule in the order in which it counts, then the default, then how they combine."""
    if terms.mode == Mode.ROOM_CHARGE:
        rounding = terms.room_charge_rounding
        plain = Sentence("room_charge", {"points": terms.room_charge, "rounding": rounding.value})
        return [[plain], *_units(terms)]
    said = [told_rule(rule) for rule in terms.rules]
    if terms.default:
        said.append([*told_rule(terms.default), Sentence("of_default")])
    if len(terms.rules) > 1:
        said.append([Sentence(f"combine_{terms.combine.value}")])
    return [*said, *_units(terms)]


def told_rule(rule: Rule) -> list[Sentence]:
    """What one rule gives, for which stays, and how it is rounded."""
    return [_gift(rule), *_dates(rule), *_only(rule), *_precisely(rule)]


def _gift(rule: Rule) -> Sentence:
    facts: dict[str, object] = {"points": rule.points}
    if rule.per == Per.UNIT:
        facts["of"] = tuple(base.value for base in Base if base in rule.of)
    return Sentence(f"per_{rule.per.value}", facts)


def _dates(rule: Rule) -> Iterator[Sentence]:
    if rule.dates:
        days = {"first": rule.dates.first, "last": rule.dates.last}
        yield Sentence(f"dates_{rule.dates.by.value}", days)
        if rule.dates.share == Share.NIGHTS:
            yield Sentence("share_nights")
        elif rule.dates.by == By.ANY_NIGHT:
            yield Sentence("share_whole")


def _only(rule: Rule) -> Iterator[Sentence]:
    only = rule.only
    for code, words in (
        ("only_rates", only.rate_codes), ("not_rates", only.not_rate_codes),
        ("only_channels", only.channels), ("only_segments", only.segments),
    ):  # fmt: skip
        if words:
            yield Sentence(code, {"codes": words})
    if only.hotels:
        yield Sentence("only_hotels", {"ids": only.hotels})
    if only.nights_min:
        yield Sentence("nights_min", {"nights": only.nights_min})


def _precisely(rule: Rule) -> Iterator[Sentence]:
    if rule.per == Per.STAY:
        yield Sentence(f"rooms_{rule.rooms.value}")
    if rule.per == Per.UNIT and rule.rounded == Rounded.AMOUNT:
        yield Sentence("rounded_amount", {"rounding": rule.rounding.value})
    elif rule.per == Per.UNIT or _is_shared(rule) or rule.points % 1:
        yield Sentence("rounded_points", {"rounding": rule.rounding.value})


def _is_shared(rule: Rule) -> bool:
    return rule.per == Per.STAY and rule.dates is not None and rule.dates.share == Share.NIGHTS


def _units(terms: Terms) -> list[list[Sentence]]:
    return [
        [Sentence("unit_of", {"currency": currency, "amount": amount})]
        for currency, amount in sorted(terms.units.items())
    ]


def told_ladder(ladder: Ladder) -> list[list[Sentence]]:
    """Each tier from the lowest, with what it takes: needs side by side, `or_` between groups."""
    said = []
    for tier in ladder.tiers:
        facts: dict[str, object] = {
            "name": tier.name, "window": ladder.window.value, "months": ladder.months,
        }  # fmt: skip
        words = [Sentence("tier", facts)]
        for place, group in enumerate(tier.any_of):
            words += [Sentence("or_")] * bool(place)
            words += [
                Sentence("need", {"measure": need.measure.value, "at_least": need.at_least})
                for need in group
            ]
        said.append(words)
    return said


def told_expiry(months: int | None) -> Sentence:
    """When points end."""
    return Sentence("expiry", {"months": months}) if months else Sentence("no_expiry")


CODES = frozenset(
    [
        "room_charge",
        "per_night",
        "per_stay",
        "per_unit",
        "of_default",
        "combine_first",
        "combine_best",
        "combine_sum",
        "dates_arrival",
        "dates_departure",
        "dates_any_night",
        "share_nights",
        "share_whole",
        "only_rates",
        "not_rates",
        "only_channels",
        "only_segments",
        "only_hotels",
        "nights_min",
        "rooms_each",
        "rooms_once",
        "rounded_amount",
        "rounded_points",
        "unit_of",
        "tier",
        "or_",
        "need",
        "expiry",
        "no_expiry",
    ]
)
"""All that may be said: every screen language must know each."""
