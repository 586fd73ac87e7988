"""Spot checks: complete cases drawn by lot, so that what is said to be done is looked at."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import QuerySet

from staytrue.desk import access as seen
from staytrue.desk.kinds import Verdict
from staytrue.desk.models import Case, SpotCheck
from staytrue.hotel.models import Property
from staytrue.kit.errors import Refused
from staytrue.staff.access import Access, one_of, require, visible_to

RIGHT = "desk.figures"


def drawn(ids: Sequence[int], count: int, seed: int) -> list[int]:
    """So many of these by lot; the same seed draws the same."""
    ordered = sorted(ids)
    # A lot that can be drawn again, no secret.
    return sorted(Random(seed).sample(ordered, min(count, len(ordered))))  # noqa: S311


@transaction.atomic
def draw(
    access: Access, property_id: int, day: date, count: int, seed: int, now: datetime
) -> list[SpotCheck]:
    """Draw among the cases that were completed at a hotel on a day."""
    require(access, RIGHT, property_id)
    return draw_as(Property.objects.get(pk=property_id), day, count, seed, now)


def draw_as(hotel: Property, day: date, count: int, seed: int, now: datetime) -> list[SpotCheck]:
    """The same for the duty that draws after busy days."""
    zone = ZoneInfo(hotel.timezone)
    begin = datetime.combine(day, time.min, zone)
    end = datetime.combine(day + timedelta(days=1), time.min, zone)
    ids = Case.objects.filter(property=hotel, closed_at__gte=begin, closed_at__lt=end)
    chosen = drawn(list(ids.values_list("pk", flat=True)), count, seed)
    SpotCheck.objects.bulk_create(
        [
            SpotCheck(property=hotel, case_id=id_, day=day, seed=seed, drawn_at=now)
            for id_ in chosen
        ],
        ignore_conflicts=True,
    )
    return list(SpotCheck.objects.filter(case_id__in=chosen).order_by("case_id"))


def to_check(access: Access) -> QuerySet[SpotCheck]:
    """What was drawn and waits for somebody who looks, the oldest first."""
    found = SpotCheck.objects.filter(verdict="", case__in=seen.visible(access))
    return visible_to(access, found, RIGHT).select_related("case", "property").order_by("pk")


@transaction.atomic
def mark(access: Access, check_id: int, verdict: str, now: datetime) -> SpotCheck:
    """Somebody looked: it was right, wrong, or not there at all. Nobody checks his own."""
    found = one_of(access, SpotCheck.objects.select_related("case"), RIGHT, pk=check_id)
    if verdict not in {each.value for each in Verdict}:
        raise Refused("A check finds it right, wrong or missing.", "verdict_unknown")
    if found.case.closed_by == access.actor:
        raise Refused("Somebody else checks what you completed.", "own_check")
    found.verdict, found.checked_by, found.checked_at = verdict, access.actor, now
    found.save(update_fields=["verdict", "checked_by", "checked_at"])
    return found
