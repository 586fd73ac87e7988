"""The programme in words: each part of its definition, as `loyalty.wording` tells it, as a sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop, ngettext, pgettext_lazy

from staytrue.hotel.models import Property
from staytrue.loyalty import wording
from staytrue.loyalty.terms import Rule, Terms
from staytrue.loyalty.tiers import Ladder, Need
from staytrue.loyalty.wording import Sentence
from staytrue.web import formats, words
from staytrue.web.words import Words

Facts = Mapping[str, Any]
BASE: Words = {
    "room": pgettext_lazy("charge", "room"),
    "extra": pgettext_lazy("charge", "extras"),
    "tax": pgettext_lazy("charge", "tax"),
}
ROUNDING: Words = {
    "floor": pgettext_lazy("rounding", "down"),
    "half_up": pgettext_lazy("rounding", "to the nearest, half up"),
    "ceiling": pgettext_lazy("rounding", "up"),
}
_PLAIN: dict[str, Promise] = {
    "share_nights": gettext_lazy("of which only the nights within count"),
    "share_whole": gettext_lazy("and then the whole stay counts"),
    "rooms_each": gettext_lazy("each room of a booking earns"),
    "rooms_once": gettext_lazy("once for all rooms of a booking"),
    "of_default": gettext_lazy("where no other rule fits"),
    "for_all": gettext_lazy("for every guest"),
    "combine_first": gettext_lazy("Where several rules fit, the first in this order counts."),
    "combine_best": gettext_lazy("Where several rules fit, the best for the guest counts."),
    "combine_sum": gettext_lazy("Where several rules fit, all of them count together."),
    "no_expiry": gettext_lazy("Points never end."),
}


_FOR_ALL = Sentence("for_all")


def lines(terms: Terms) -> list[str]:
    """What is awarded, one sentence for each rule in order, and how they combine."""
    groups = wording.told(terms)
    if not terms.rules:
        # A default without rules beside it is no exception but the rule.
        groups = [[_FOR_ALL if part.code == "of_default" else part for part in group]
                  for group in groups]  # fmt: skip
    return [_joined(group) for group in groups]


def rule(of: Rule) -> str:
    """One rule as a sentence."""
    return _joined(wording.told_rule(of))


def tiers(ladder: Ladder) -> list[tuple[str, str]]:
    """Each tier from the lowest, with what it takes and within which time."""
    return [(str(group[0].facts["name"]), _tier(group)) for group in wording.told_ladder(ladder)]


def expiry(months: int | None) -> str:
    """When points end."""
    return said(wording.told_expiry(months))


def need(of: Need) -> str:
    """So much of one measure."""
    return _need({"measure": of.measure.value, "at_least": of.at_least})


def part(of: Mapping[str, Any]) -> str:
    """What a rule gave for a stay: how many times how much."""
    count, rate = _exact(of["count"]), _exact(of["rate"])
    return _("%(rule)s: %(count)s × %(rate)s = %(points)s") % {
        "rule": of["rule"], "count": formats.number(count), "rate": formats.number(rate),
        "points": formats.number(of["points"]),
    }  # fmt: skip


def said(part: Sentence) -> str:
    """One part in the reader's language."""
    if part.code in _PLAIN:
        return str(_PLAIN[part.code])
    return _SAID[part.code](part.facts)


def _joined(group: Iterable[Sentence]) -> str:
    text = ", ".join(said(part) for part in group)
    text = text[:1].upper() + text[1:]
    return text if text.endswith(".") else f"{text}."


def _tier(group: Sequence[Sentence]) -> str:
    """Needs that hold together with "and", groups with "or"."""
    text, begins = "", True
    for part in group[1:]:
        if part.code == "or_":
            text += _(", or ")
            begins = True
            continue
        text += ("" if begins else _(" and ")) + said(part)
        begins = False
    return _("%(needs)s %(window)s.") % {"needs": text, "window": _window(group[0].facts)}


def _window(facts: Facts) -> str:
    if facts["window"] == "calendar":
        return _("within a calendar year, kept to the end of the next")
    return ngettext("within the last month", "within the last %(n)s months", facts["months"]) % {
        "n": formats.number(facts["months"])
    }


def _points(facts: Facts) -> dict[str, str]:
    return {"points": formats.number(_exact(facts["points"]))}


def _exact(value: Any) -> Decimal:
    """As many decimals as it has: 25, 1.5."""
    number = Decimal(str(value))
    return number.quantize(Decimal(1)) if number == number.to_integral() else number.normalize()


def _is_one(facts: Facts) -> int:
    return 1 if Decimal(str(facts["points"])) == 1 else 2


def _per_night(facts: Facts) -> str:
    told = ngettext("%(points)s point per night", "%(points)s points per night", _is_one(facts))
    return told % _points(facts)


def _per_stay(facts: Facts) -> str:
    told = ngettext(
        "%(points)s point per reservation", "%(points)s points per reservation", _is_one(facts)
    )
    return told % _points(facts)


def _per_unit(facts: Facts) -> str:
    told = ngettext(
        "%(points)s point per unit spent on %(of)s", "%(points)s points per unit spent on %(of)s",
        _is_one(facts),
    )  # fmt: skip
    return told % {**_points(facts), "of": _and([words.word(BASE, each) for each in facts["of"]])}


def _room_charge(facts: Facts) -> str:
    told = ngettext(
        "%(points)s point per unit of room charge, extras not counted, rounded %(rounding)s",
        "%(points)s points per unit of room charge, extras not counted, rounded %(rounding)s",
        _is_one(facts),
    )
    return told % {**_points(facts), "rounding": words.word(ROUNDING, facts["rounding"])}


def _and(found: Sequence[str]) -> str:
    if len(found) < 2:
        return "".join(found)
    return _("%(first)s and %(last)s") % {"first": ", ".join(found[:-1]), "last": found[-1]}


def _days(text: str) -> Callable[[Facts], str]:
    def told(facts: Facts) -> str:
        first: date = facts["first"]
        return _(text) % {"days": formats.days(first, facts["last"])}

    return told


def _codes(text: str, table: Words | None = None) -> Callable[[Facts], str]:
    def told(facts: Facts) -> str:
        found = [words.word(table, each) if table else each for each in facts["codes"]]
        return _(text) % {"codes": ", ".join(found)}

    return told


def _hotels(facts: Facts) -> str:
    codes = Property.objects.filter(pk__in=facts["ids"]).order_by("code")
    return _("only at %(hotels)s") % {"hotels": _and(list(codes.values_list("name", flat=True)))}


def _nights(facts: Facts) -> str:
    told = ngettext(
        "only stays of %(n)s night or more", "only stays of %(n)s nights or more", facts["nights"]
    )
    return told % {"n": formats.number(facts["nights"])}


def _rounded(text: str) -> Callable[[Facts], str]:
    def told(facts: Facts) -> str:
        return _(text) % {"rounding": words.word(ROUNDING, facts["rounding"])}

    return told


def _unit(facts: Facts) -> str:
    return _("One unit is %(amount)s.") % {
        "amount": formats.money(facts["amount"], facts["currency"])
    }


def _need(facts: Facts) -> str:
    least, measure = _exact(facts["at_least"]), facts["measure"]
    count = 1 if least == 1 else 2
    told = {
        "nights": ngettext("%(n)s night", "%(n)s nights", count),
        "stays": ngettext("%(n)s stay", "%(n)s stays", count),
        "spend": ngettext("%(n)s unit spent", "%(n)s units spent", count),
        "points": ngettext("%(n)s point earned", "%(n)s points earned", count),
    }[measure]
    return told % {"n": formats.number(least)}


def _expiry(facts: Facts) -> str:
    told = ngettext(
        "Points end %(n)s month after the month they were earned in, the oldest first.",
        "Points end %(n)s months after the month they were earned in, the oldest first.",
        facts["months"],
    )
    return told % {"n": formats.number(facts["months"])}


_SAID: dict[str, Callable[[Facts], str]] = {
    "per_night": _per_night,
    "per_stay": _per_stay,
    "per_unit": _per_unit,
    "room_charge": _room_charge,
    "dates_arrival": _days(gettext_noop("for arrivals from %(days)s")),
    "dates_departure": _days(gettext_noop("for departures from %(days)s")),
    "dates_any_night": _days(gettext_noop("for stays with a night from %(days)s")),
    "only_rates": _codes(gettext_noop("only with rates %(codes)s")),
    "not_rates": _codes(gettext_noop("not with rates %(codes)s")),
    "only_channels": _codes(gettext_noop("only through %(codes)s"), words.CHANNEL),
    "only_segments": _codes(gettext_noop("only of segments %(codes)s"), words.SEGMENT),
    "only_hotels": _hotels,
    "nights_min": _nights,
    "rounded_amount": _rounded(
        gettext_noop("the amount rounded %(rounding)s before it is multiplied")
    ),
    "rounded_points": _rounded(gettext_noop("points rounded %(rounding)s")),
    "unit_of": _unit,
    "need": _need,
    "expiry": _expiry,
}
