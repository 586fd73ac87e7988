"""How complete the guests of a hotel are known: what makes the average, and what has no meaning."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse

from staytrue.kit import clock
from staytrue.mirror import custom, words
from staytrue.mirror.completeness import (
    SCORE_MAX,
    WANTED,
    Level,
    OfProperty,
    Wanted,
    completeness_by_property,
)
from staytrue.mirror.lists import hotels
from staytrue.mirror.sheets import PROFILES
from staytrue.staff.guard import access_in, needs
from staytrue.web import words as shown
from staytrue.web.pages import page


@dataclass(frozen=True)
class FieldLine:
    """One wanted field: how many profiles have it and how many lack it."""

    wanted: Wanted
    label: str
    lacking: int
    share: float


@dataclass(frozen=True)
class LevelLines:
    """The fields of one importance, and what each adds to a score."""

    level: Level
    weight: int
    lines: list[FieldLine]


@needs("profiles.read")
def completeness(request: HttpRequest) -> HttpResponse:
    """The average of each hotel, and of one of them every number that makes it."""
    access, now = access_in(request), clock.now()
    known = {hotel.code: hotel for hotel in hotels(access, PROFILES)}
    code = request.GET.get("hotel") or next(iter(known), "")
    if code and code not in known:
        raise Http404
    chosen = known.get(code)
    pk = chosen.pk if chosen else None
    of_hotels = completeness_by_property(access)
    mine = next((each for each in of_hotels if each.property_id == pk), None)
    return page(
        request,
        "completeness.html",
        now,
        screen="guests",
        chosen=chosen,
        hotels=[
            (known[each.code], each, float(each.average) / SCORE_MAX)
            for each in of_hotels
            if each.code in known
        ],
        mine=mine,
        levels=_levels(mine) if mine else [],
        score_max=SCORE_MAX,
        texts=words.unknown_texts(access, pk) if pk else [],
        fields=custom.custom_fields(access, "profile", pk) if pk else [],
        stay_fields=custom.custom_fields(access, "reservation", pk) if pk else [],
    )


def _levels(of: OfProperty) -> list[LevelLines]:
    """What the average is made of, the most important first."""
    found = []
    for level in Level:
        wanted = [each for each in WANTED if each.level == level]
        lines = [_line(each, of) for each in wanted]
        found.append(LevelLines(level, wanted[0].weight, lines))
    return found


def _line(wanted: Wanted, of: OfProperty) -> FieldLine:
    lacking = of.missing[wanted.name]
    label = shown.word(shown.WANTED, wanted.name)
    return FieldLine(wanted, label, lacking, 1 - lacking / of.profiles)
