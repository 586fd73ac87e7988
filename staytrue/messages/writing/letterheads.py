"""A hotel's letterhead: what it says of itself on every letter, and who may change it."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from staytrue.hotel.models import Property, Rate, RoomCategory
from staytrue.kit.errors import Refused
from staytrue.kit.text import clean
from staytrue.messages.models import Letterhead
from staytrue.messages.writing.facts import TEXT_MAX, House
from staytrue.messages.writing.greeting import Style
from staytrue.messages.writing.language import LANGUAGES
from staytrue.staff import audit
from staytrue.staff.access import Access, require

WRITE = "templates.write"
CONTRAST_LEAST = 4.5
_COLOUR = re.compile(r"#[0-9a-f]{6}")
_DOMAIN = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{1,62}")
_LINES = ("address", "phone", "email", "website", "legal_line")
_GREETED = {"by": ("given", "title"), "surnames": ("first", "both")}


def houses(property_ids: Collection[int]) -> dict[int, House]:
    """What each of these hotels says of itself, with the labels of its rooms and rates."""
    found = {
        each.pk: House(each.name, each.timezone, each.city)
        for each in Property.objects.filter(pk__in=property_ids)
    }
    for head in Letterhead.objects.filter(pk__in=property_ids):
        found[head.pk] = _with(found[head.pk], head)
    categories: dict[int, dict[str, str]] = {id_: {} for id_ in found}
    rates: dict[int, dict[str, str]] = {id_: {} for id_ in found}
    for category in RoomCategory.objects.filter(property__in=property_ids):
        categories[category.property_id][category.code] = category.label
    for rate in Rate.objects.filter(property__in=property_ids).order_by("valid_from"):
        rates[rate.property_id][rate.code] = rate.label
    return {
        id_: replace(house, categories=categories[id_], rates=rates[id_])
        for id_, house in found.items()
    }


def _with(house: House, head: Letterhead) -> House:
    return replace(
        house,
        colour=head.colour,
        address=head.address,
        phone=head.phone,
        email=head.email,
        website=head.website,
        legal_line=head.legal_line,
        check_in_from=head.check_in_from,
        check_out_until=head.check_out_until,
        directions=head.directions,
        good_to_know=head.good_to_know,
        greetings={language: Style(**told) for language, told in head.greetings.items()},
    )


def domains_of(property_ids: Collection[int]) -> frozenset[str]:
    """The domains that every one of these hotels calls its own."""
    told = dict(Letterhead.objects.filter(pk__in=property_ids).values_list("pk", "domains"))
    each = [frozenset(told.get(id_, ())) for id_ in property_ids]
    return frozenset.intersection(*each) if each else frozenset()


def set_letterhead(
    access: Access, hotel: Property, given: Mapping[str, Any], now: datetime
) -> None:
    """Make the hotel's letterhead this; it counts for every message from now on."""
    require(access, WRITE, hotel)
    values = _read(given)
    with audit.acting(access.actor, now):
        Letterhead.objects.update_or_create(property=hotel, defaults=values)


def _read(given: Mapping[str, Any]) -> dict[str, Any]:
    colour = str(given.get("colour", "")).strip().lower()
    if not _COLOUR.fullmatch(colour) or contrast_with_white(colour) < CONTRAST_LEAST:
        raise Refused(
            "White words on this colour cannot be read by everybody. Choose a darker one.",
            "colour_too_light",
            colour=colour,
        )
    domains = sorted({each.strip().lower() for each in given.get("domains", ()) if each.strip()})
    if wrong := [each for each in domains if not _DOMAIN.fullmatch(each)]:
        raise Refused(f"{wrong[0]} is no domain like hotel.example.", "domain_unreadable",
                      domain=wrong[0])  # fmt: skip
    website = str(given.get("website", "")).strip()
    if website and not website.startswith("https://"):
        raise Refused("The website begins with https://.", "website_unreadable", website=website)
    return {
        **{name: clean(str(given.get(name, "")))[:TEXT_MAX] for name in _LINES},
        **{
            name: {
                language: clean(text)[:TEXT_MAX]
                for language, text in dict(given.get(name, {})).items()
                if language in LANGUAGES and clean(text)
            }
            for name in ("directions", "good_to_know")
        },
        "colour": colour,
        "domains": domains,
        "check_in_from": given.get("check_in_from"),
        "check_out_until": given.get("check_out_until"),
        "greetings": _greetings(dict(given.get("greetings", {}))),
    }


def _greetings(given: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    for language, style in given.items():
        known = all(style.get(part) in words for part, words in _GREETED.items())
        if language not in LANGUAGES or not known or set(style) != set(_GREETED):
            raise Refused("A greeting is by given name or title, with one or both surnames.",
                          "greeting_unknown", language=language)  # fmt: skip
    return {language: dict(style) for language, style in given.items()}


def contrast_with_white(colour: str) -> float:
    """How well white words stand out on a colour, as WCAG measures it."""
    red, green, blue = (_light(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def _light(share: float) -> float:
    return share / 12.92 if share <= 0.03928 else ((share + 0.055) / 1.055) ** 2.4
