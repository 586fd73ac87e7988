"""The form of the programme's terms: rules one by one, tiers, expiry; or points by room charge."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from staytrue.hotel.models import Property
from staytrue.kit.text import fold
from staytrue.loyalty.terms import Mode, Per, Rule, Terms
from staytrue.loyalty.tiers import Ladder, Measure, Tier
from staytrue.loyalty.versions import MONTHS_MAX, Version
from staytrue.web import loyalty_choices, loyalty_sentences

RULES_FREE, TIERS_FREE, WAYS_FREE = 1, 1, 1
RULES_MAX, TIERS_MAX = 40, 12
DEFAULT = "default"
_ONLY = ("rate_codes", "not_rate_codes", "channels", "segments", "hotels", "nights_min")
_LISTS = ("rate_codes", "not_rate_codes")


class RuleForm(forms.Form):
    """One rule; a row whose points are empty is none."""

    def __init__(self, rule: Rule | None, place: str, data: Mapping[str, Any] | None) -> None:
        super().__init__(data, prefix=place, label_suffix="", initial=_rule_initial(rule))
        self.rule, self.is_default = rule, place == DEFAULT
        for name, field in loyalty_choices.rule_fields(is_default=self.is_default).items():
            self.fields[name] = field

    @property
    def title(self) -> str:
        """The rule as it stands, as a sentence."""
        if self.rule:
            return loyalty_sentences.rule(self.rule)
        return _("No default rule") if self.is_default else _("Another rule")

    @property
    def parts(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields under their headings, in the order in which a rule is thought."""
        return [
            (title, [self[name] for name in names if name in self.fields])
            for title, names in loyalty_choices.parts()
        ]

    def raw(self) -> dict[str, Any] | None:
        """The rule as the terms read it; none where nothing is given."""
        told = self.cleaned_data
        if told.get("points") is None or told.get("off"):
            return None
        made: dict[str, Any] = {
            "key": DEFAULT if self.is_default else _key(told["key"] or self.prefix or "rule"),
            "per": told["per"], "points": str(told["points"]), "rounding": told["rounding"],
            "rooms": told["rooms"],
        }  # fmt: skip
        if told["per"] == Per.UNIT:
            made |= {"of": told["of"], "rounded": told["rounded"]}
        if told.get("first") and told.get("last"):
            made["dates"] = {"first": told["first"], "last": told["last"], "by": told["by"],
                             "share": told["share"]}  # fmt: skip
        only = {name: _listed(name, told[name]) for name in _ONLY if told.get(name)}
        return made | ({"only": only} if only else {})


def _rule_initial(rule: Rule | None) -> dict[str, Any]:
    if rule is None:
        return {}
    told: dict[str, Any] = {
        "key": rule.key, "per": rule.per.value, "points": rule.points, "of": list(rule.of),
        "rooms": rule.rooms.value, "rounding": rule.rounding.value, "rounded": rule.rounded.value,
        "nights_min": rule.only.nights_min or None, "channels": list(rule.only.channels),
        "segments": list(rule.only.segments), "hotels": list(rule.only.hotels),
    }  # fmt: skip
    told |= {name: ", ".join(getattr(rule.only, name)) for name in _LISTS}
    if rule.dates:
        dates = rule.dates
        told |= {"first": dates.first, "last": dates.last, "by": dates.by.value,
                 "share": dates.share.value}  # fmt: skip
    return told


def _listed(name: str, value: Any) -> Any:
    if name in _LISTS:
        return [each.strip() for each in value.split(",") if each.strip()]
    return value


def _key(text: str) -> str:
    """A name as a key: small letters, digits and dashes."""
    return re.sub(r"[^a-z0-9]+", "-", fold(text)).strip("-")[:40] or "rule"


@dataclass(frozen=True)
class Way:
    """One way into a tier: a number for each measure; what is empty asks nothing."""

    cells: list[tuple[str, str, str, str]]


class TermsForm(forms.Form):
    """The whole programme as it stands, or as somebody fills it in; one of two modes."""

    def __init__(self, version: Version | None, mode: str, data: Any = None) -> None:
        terms = version.terms if version else Terms()
        self.ladder = version.ladder if version else Ladder()
        super().__init__(data, label_suffix="", initial=_initial(version, terms))
        self.mode = mode
        for name, field in loyalty_choices.terms_fields(MONTHS_MAX).items():
            self.fields[name] = field
        for currency in _currencies():
            self.fields[f"unit-{currency}"] = forms.DecimalField(
                label=_("One unit of %(currency)s") % {"currency": currency}, required=False,
                min_value=0, max_digits=10, decimal_places=4,
            )  # fmt: skip
        rows = _count(data, "rules", len(terms.rules) + RULES_FREE, RULES_MAX)
        known = [*terms.rules, *[None] * rows][:rows]
        self.rules = [RuleForm(each, f"rule{n}", data) for n, each in enumerate(known, 1)]
        self.default = RuleForm(terms.default, DEFAULT, data)
        self.tiers = list(self._tiers())

    def units(self) -> list[forms.BoundField]:
        """How much of each currency is one unit."""
        return [self[name] for name in self.fields if name.startswith("unit-")]

    def is_whole(self) -> bool:
        """Whether every field could be read."""
        return all([self.is_valid(), self.default.is_valid(), *[r.is_valid() for r in self.rules]])

    def raw(self) -> dict[str, Any]:
        """What was filled in, as the versions read it; both modes at once is for them to refuse."""
        told = self.cleaned_data
        terms: dict[str, Any] = {"mode": self.mode, "combine": told["combine"] or "first"}
        if told.get("room_charge") is not None:
            terms["room_charge"] = str(told["room_charge"])
            terms["room_charge_rounding"] = told["room_charge_rounding"] or "floor"
        if rules := [raw for each in self.rules if (raw := each.raw())]:
            terms["rules"] = rules
        if default := self.default.raw():
            terms["default"] = default
        units = {name[5:]: str(told[name]) for name in told if name.startswith("unit-")
                 and told[name] is not None}  # fmt: skip
        if units:
            terms["units"] = units
        ladder = {"tiers": self._tiers_given(), "window": told["window"] or "rolling",
                  "months": told["months"] or 12}  # fmt: skip
        return {"terms": terms, "ladder": ladder, "expires_after": told["expires_after"]}

    def _tiers(self) -> Iterator[dict[str, Any]]:
        """The tiers as rows of numbers, with room for one more tier and one more way each."""
        rows = _count(self.data, "tiers", len(self.ladder.tiers) + TIERS_FREE, TIERS_MAX)
        known: list[Tier | None] = [*self.ladder.tiers, *[None] * rows]
        for n, tier in enumerate(known[:rows], 1):
            name = tier.name if tier else ""
            count = (len(tier.any_of) if tier else 0) + WAYS_FREE
            yield {
                "place": n, "key": tier.key if tier else "",
                "name": self.data.get(f"tier{n}-name", name), "ways": count,
                "rows": [self._way(n, m, tier) for m in range(1, count + 1)],
            }  # fmt: skip

    def _way(self, n: int, m: int, tier: Tier | None) -> Way:
        group = tier.any_of[m - 1] if tier and m <= len(tier.any_of) else ()
        needs = {need.measure: need.at_least for need in group}
        cells = []
        for measure in Measure:
            name = f"tier{n}-{m}-{measure.value}"
            kept = needs.get(measure)
            told = "" if kept is None else f"{kept:f}".rstrip("0").rstrip(".") or "0"
            if kept is not None and kept == kept.to_integral():
                told = str(int(kept))
            label = str(loyalty_choices.MEASURE[measure.value])
            cells.append((measure.value, name, self.data.get(name, told), label))
        return Way(cells)

    def _tiers_given(self) -> list[dict[str, Any]]:
        made = []
        for tier in self.tiers:
            name = str(tier["name"]).strip()
            if not name:
                continue
            groups = [
                [{"measure": measure, "at_least": str(value).strip()}
                 for measure, _name, value, _label in way.cells if str(value).strip()]
                for way in tier["rows"]
            ]  # fmt: skip
            made.append({"key": tier["key"] or _key(name), "name": name,
                         "any_of": [group for group in groups if group]})  # fmt: skip
        return made


def _initial(version: Version | None, terms: Terms) -> dict[str, Any]:
    ladder = version.ladder if version else Ladder()
    return {
        "combine": terms.combine.value,
        "room_charge": terms.room_charge,
        "room_charge_rounding": terms.room_charge_rounding.value,
        "window": ladder.window.value,
        "months": ladder.months,
        "expires_after": version.expires_after if version else None,
        **{f"unit-{currency}": amount for currency, amount in terms.units.items()},
    }


def _count(data: Any, name: str, least: int, most: int) -> int:
    """How many rows there are: as many as were sent, never fewer than stand."""
    told = str((data or {}).get(name, ""))
    return min(most, max(least, int(told) if told.isascii() and told.isdecimal() else 0))


def _currencies() -> list[str]:
    found = Property.objects.exclude(currency="").values_list("currency", flat=True)
    return sorted(set(found))


def mode_of(version: Version | None, asked: str) -> str:
    """The mode that is edited: the one that is asked for, else the one that stands."""
    if asked in (Mode.RULES.value, Mode.ROOM_CHARGE.value):
        return asked
    return version.terms.mode.value if version else Mode.RULES.value
