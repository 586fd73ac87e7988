"""Follows what hotels really get of each step: when a sheet changes, its plans are made anew."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from staytrue.journeys import measuring
from staytrue.journeys.actions import replan
from staytrue.journeys.availability import Available, Standing, available
from staytrue.journeys.models import JourneyPlace, JourneyVersion
from staytrue.journeys.steps import Step, read
from staytrue.staff.actions import NewAsk, settle_asks

PREFIX = "step_standing:"
ASK = "step_impossible"
ROLE = "general_manager"


def follow(now: datetime) -> int:
    """Hold each step of each journey against the sheet of its hotel; how many hotels got another
    standing. What became impossible is asked about until it is possible again, or taken out.
    """
    versions = {
        version.journey_id: version
        for version in JourneyVersion.objects.filter(state=JourneyVersion.State.LIVE)
    }
    places = list(
        JourneyPlace.objects.filter(journey_id__in=versions).select_related("journey", "property")
    )
    sheets = measuring.sheets([place.property_id for place in places], now)
    changed: set[int] = set()
    asks: list[NewAsk] = []
    for place in places:
        steps = read(versions[place.journey_id].steps)
        got = {step.key: available(step, sheets[place.property_id]) for step in steps}
        before, after = place.standings, {key: _word(each) for key, each in got.items()}
        lost = _lost(before, got)
        asks += [
            _ask(place, step, got[step.key])
            for step in steps
            if step.key in lost and not place.is_shadow
        ]
        told = after | {key: f"{_LOST}{after[key]}" for key in lost}
        if told != before:
            JourneyPlace.objects.filter(pk=place.pk).update(standings=told)
            changed.add(place.property_id)
    replan(changed, now)
    settle_asks(PREFIX, asks, "possible", now)
    return len(changed)


_LOST = "lost:"


def _word(told: Available) -> str:
    return f"{told.standing.value}:{told.why.value}" if told.why else told.standing.value


def _lost(before: Mapping[str, str], now: Mapping[str, Available]) -> list[str]:
    """Steps that were to be had here and no longer are; those left out from the first are none."""
    return [
        key
        for key, told in now.items()
        if told.standing == Standing.IMPOSSIBLE
        and key in before
        and (before[key].startswith(_LOST) or not before[key].startswith(Standing.IMPOSSIBLE))
    ]


def _ask(place: JourneyPlace, step: Step, told: Available) -> NewAsk:
    return NewAsk(
        key=f"{PREFIX}{place.pk}:{step.key}",
        kind=ASK,
        role=ROLE,
        property_id=place.property_id,
        facts={
            "step": step.kind.value, "hotel": place.property.name,
            "why": told.why.value if told.why else "", **told.facts,
        },
        link=f"/journeys/{place.journey.key}/",
    )  # fmt: skip
