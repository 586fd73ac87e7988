"""What runs at each hotel now: its live journeys with their steps, and what it decided."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from staytrue.hotel.models import Property
from staytrue.journeys import measuring
from staytrue.journeys.availability import Standing, available
from staytrue.journeys.facts import House, Running
from staytrue.journeys.models import JourneyPlace, JourneySetting, JourneyVersion
from staytrue.journeys.steps import read
from staytrue.messages.kinds import OPEN
from staytrue.messages.models import GateSetting, Message


def is_any() -> bool:
    """Whether some journey runs somewhere, or something is still planned of one that did."""
    return (
        JourneyPlace.objects.exists()
        or Message.objects.filter(state__in=sorted(OPEN), reservation_id__isnull=False).exists()
    )


def houses(property_ids: Collection[int]) -> dict[int, House]:
    """These hotels with their settings; who decided nothing has the written values."""
    doors = GateSetting.objects.in_bulk(list(property_ids))
    chosen = JourneySetting.objects.in_bulk(list(property_ids))
    found = {}
    for hotel in Property.objects.filter(pk__in=property_ids):
        # A row that was never saved has its times as they are written in the model.
        door = doors.get(hotel.pk)
        mine = chosen.get(hotel.pk) or JourneySetting(property=hotel)
        quiet = {"quiet_from": door.quiet_from, "quiet_until": door.quiet_until} if door else {}
        found[hotel.pk] = House(
            property_id=hotel.pk,
            zone=hotel.timezone,
            language=hotel.language,
            day_close=hotel.day_close_at,
            confirming_channels=frozenset(mine.confirming_channels),
            writes_to_blocks=mine.writes_to_blocks,
            block_rooms=mine.block_rooms,
            nights_min=mine.nights_min,
            without_check_in=frozenset(door.without_check_in if door else ()),
            **quiet,
        )
    return found


def running(property_ids: Collection[int], now: datetime) -> dict[int, list[Running]]:
    """The journeys that are live at these hotels, in the order they were made."""
    live = {
        version.journey_id: version
        for version in JourneyVersion.objects.filter(
            state=JourneyVersion.State.LIVE
        ).select_related("journey")
    }
    places = JourneyPlace.objects.filter(
        property_id__in=property_ids, journey_id__in=live
    ).order_by("journey_id")
    sheets = measuring.sheets([place.property_id for place in places], now)
    doors = dict(
        GateSetting.objects.filter(
            property_id__in=property_ids, live_from__isnull=False
        ).values_list("pk", "live_from")
    )
    found: dict[int, list[Running]] = {}
    for place in places:
        version = live[place.journey_id]
        steps = read(version.steps)
        told = {step.key: available(step, sheets[place.property_id]) for step in steps}
        found.setdefault(place.property_id, []).append(
            Running(
                key=version.journey.key,
                version=version.number,
                steps=steps,
                live_from=max(place.live_from, doors.get(place.property_id) or place.live_from),
                impossible={
                    key: each.why.value
                    for key, each in told.items()
                    if each.standing == Standing.IMPOSSIBLE and each.why
                },
                is_shadow=place.is_shadow,
            )
        )
    return found
