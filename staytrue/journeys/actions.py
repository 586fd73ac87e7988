"""Writes of journeys: the standard set, drafts, approval, and where a journey runs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from staytrue.changes import pending
from staytrue.hotel.models import Property
from staytrue.journeys import measuring, steps
from staytrue.journeys.availability import Standing, available
from staytrue.journeys.models import Journey, JourneyPlace, JourneySetting, JourneyVersion
from staytrue.kit.errors import Refused
from staytrue.messages import doors
from staytrue.staff import audit
from staytrue.staff.access import Access, require, require_everywhere

WRITE, APPROVE = "journeys.write", "journeys.approve"
STANDARD_KEY = "stay"
SHIPPED = "shipped"
"""Who wrote the standard set: anybody who may approve may approve it."""
REACTION = "settle_plans"
"""Plans stays anew (`flow/reactions.py`)."""
State = JourneyVersion.State


def install_standard(actor: str, now: datetime) -> Journey:
    """The standard set as a draft, where there is none yet; nothing of it leaves by itself."""
    with transaction.atomic(), audit.acting(actor, now):
        journey, is_new = Journey.objects.get_or_create(
            key=STANDARD_KEY, defaults={"name": "Around the stay", "created_at": now}
        )
        if is_new:
            JourneyVersion.objects.create(
                journey=journey, number=1, steps=steps.stored(steps.STANDARD), drafted_by=SHIPPED,
                drafted_at=now,
            )  # fmt: skip
    return journey


def draft(access: Access, journey: Journey, raw: Any, now: datetime) -> JourneyVersion:
    """Keep these steps as the draft of a journey; what was rehearsed before no longer counts."""
    require_everywhere(access, WRITE)
    kept = steps.stored(steps.read(raw))
    with transaction.atomic(), audit.acting(access.actor, now):
        mine = JourneyVersion.objects.select_for_update().filter(journey=journey)
        found = mine.filter(state=State.DRAFT).first()
        if found is None:
            last = mine.order_by("-number").first()
            found = JourneyVersion(journey=journey, number=last.number + 1 if last else 1)
        found.steps, found.drafted_by, found.drafted_at = kept, access.actor, now
        found.rehearsed_at, found.rehearsal = None, {}
        found.save()
    return found


def approve(access: Access, version: JourneyVersion, now: datetime) -> None:
    """Let a rehearsed draft go live; whoever wrote it may not approve it himself."""
    require_everywhere(access, APPROVE)
    with transaction.atomic(), audit.acting(access.actor, now):
        kept = JourneyVersion.objects.select_for_update().get(pk=version.pk)
        if kept.state != State.DRAFT:
            raise Refused("Only a draft is approved. Reload the page.", "not_a_draft")
        if kept.rehearsed_at is None:
            raise Refused(
                "Rehearse this version on the last twelve months first, then approve it.",
                "not_rehearsed",
            )
        if kept.drafted_by == access.actor:
            raise Refused("You wrote it, so someone else must approve.", "own_draft")
        JourneyVersion.objects.filter(journey_id=kept.journey_id, state=State.APPROVED).update(
            state=State.RETIRED
        )
        kept.state, kept.approved_by, kept.approved_at = State.APPROVED, access.actor, now
        kept.save(update_fields=["state", "approved_by", "approved_at"])


def go_live(access: Access, version: JourneyVersion, now: datetime) -> None:
    """Make an approved version the one that runs, wherever its journey is switched on."""
    require_everywhere(access, APPROVE)
    with transaction.atomic(), audit.acting(access.actor, now):
        kept = JourneyVersion.objects.select_for_update().get(pk=version.pk)
        if kept.state != State.APPROVED:
            raise Refused("Only an approved version goes live.", "version_not_approved")
        hotels = list(
            JourneyPlace.objects.filter(journey_id=kept.journey_id).values_list(
                "property_id", flat=True
            )
        )
        live = JourneyVersion.objects.filter(journey_id=kept.journey_id, state=State.LIVE)
        known = {step.key for each in live for step in steps.read(each.steps)}
        _check_possible(kept, hotels, now, known)
        live.update(state=State.RETIRED)
        kept.state, kept.live_at = State.LIVE, now
        kept.save(update_fields=["state", "live_at"])
        replan(hotels, now)


def switch_on(
    access: Access, journey: Journey, hotel: Property, now: datetime, *, leave_out: bool = False
) -> None:
    """Let a journey run at a hotel from now on, out of its shadow where it ran in one. Refused
    while a step is not possible there, unless he wants it without those steps.
    """
    version = _live(access, journey, hotel)
    if not leave_out:
        _check_possible(version, [hotel.pk], now)
    with transaction.atomic(), audit.acting(access.actor, now):
        place, is_new = _place(access, journey, hotel, now, is_shadow=False)
        if not is_new and place.is_shadow:
            # What was due while another tool wrote to the guests is that tool's.
            place.is_shadow, place.live_from = False, now
            place.switched_on_by = access.actor
            place.save(update_fields=["is_shadow", "live_from", "switched_on_by"])
        replan([hotel.pk], now)


def shadow(access: Access, journey: Journey, hotel: Property, now: datetime) -> None:
    """Let a journey run at a hotel in shadow: all is planned and decided, nothing leaves.

    A step that is not possible there is no reason against it: to see that is what it is for.
    """
    _live(access, journey, hotel)
    with transaction.atomic(), audit.acting(access.actor, now):
        place, _ = _place(access, journey, hotel, now, is_shadow=True)
        if not place.is_shadow:
            place.is_shadow = True
            place.save(update_fields=["is_shadow"])
        replan([hotel.pk], now)


def _live(access: Access, journey: Journey, hotel: Property) -> JourneyVersion:
    require(access, APPROVE, hotel.pk)
    version = JourneyVersion.objects.filter(journey=journey, state=State.LIVE).first()
    if version is None:
        raise Refused("No version of this journey is live yet.", "nothing_live")
    return version


def _place(
    access: Access, journey: Journey, hotel: Property, now: datetime, *, is_shadow: bool
) -> tuple[JourneyPlace, bool]:
    return JourneyPlace.objects.select_for_update().get_or_create(
        journey=journey, property=hotel,
        defaults={"live_from": now, "switched_on_by": access.actor, "is_shadow": is_shadow},
    )  # fmt: skip


def switch_off(access: Access, journey: Journey, hotel: Property, now: datetime) -> None:
    """Let a journey run no longer at a hotel: what it planned there is dropped."""
    require(access, APPROVE, hotel.pk)
    with transaction.atomic(), audit.acting(access.actor, now):
        JourneyPlace.objects.filter(journey=journey, property=hotel).delete()
        replan([hotel.pk], now)


def decide(
    access: Access,
    hotel: Property,
    now: datetime,
    door: Mapping[str, Any] | None = None,
    **chosen: Any,
) -> None:
    """Keep what a hotel decided: channels that confirm, group blocks, nights of a question; and
    what it chose for its door.
    """
    require(access, WRITE, hotel.pk)
    with transaction.atomic(), audit.acting(access.actor, now):
        kept = JourneySetting.objects.filter(pk=hotel.pk).first() or JourneySetting(property=hotel)
        for name, value in chosen.items():
            setattr(kept, name, value)
        if chosen:
            kept.save()
        if door:
            doors.choose(access, hotel, door, now)
        replan([hotel.pk], now)


def _check_possible(
    version: JourneyVersion, hotels: Sequence[int], now: datetime, known: Collection[str] = ()
) -> None:
    """Refuse a step that some hotel cannot have; those that ran before are `known` to be so."""
    sheets = measuring.sheets(hotels, now)
    for hotel in Property.objects.filter(pk__in=hotels).order_by("code"):
        for step in steps.read(version.steps):
            told = available(step, sheets[hotel.pk])
            if told.standing == Standing.IMPOSSIBLE and told.why and step.key not in known:
                why = told.why.value.replace("_", " ")
                raise Refused(
                    f"Step {step.key} is not possible at {hotel.name}: {why}. Mend the "
                    "connection, or switch the journey on there without this step.",
                    "step_impossible", step=step.key, property=hotel.name,
                    why=told.why.value, **told.facts,
                )  # fmt: skip


_COMING = """
  SELECT r.id FROM reservation r
   WHERE r.property_id = ANY(%(hotels)s) AND r.departure_on >= %(since)s
   UNION
  SELECT m.reservation_id FROM message m
   WHERE m.property_id = ANY(%(hotels)s) AND m.state IN ('planned', 'held')
     AND m.reservation_id IS NOT NULL"""
LOOKED_BACK = timedelta(days=7)
"""Stays that are over for longer have nothing left to plan but what was planned already."""


def replan(property_ids: Iterable[int], now: datetime) -> None:
    """Have the coming stays of these hotels planned anew, and all that have something planned."""
    since = (now - LOOKED_BACK).date()
    with connection.cursor() as cursor:
        cursor.execute(_COMING, {"hotels": sorted(property_ids), "since": since})
        ids = [id_ for (id_,) in cursor.fetchall()]
    pending.add(REACTION, "reservation", ids, now)
