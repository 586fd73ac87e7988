"""Runs a rehearsal: reads the stays of the last twelve months and keeps what would have left."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

from django.db import connection

from staytrue.hotel import scope
from staytrue.journeys import gathering, measuring, members, returning, running
from staytrue.journeys.actions import WRITE
from staytrue.journeys.availability import Standing, available
from staytrue.journeys.facts import House, Running
from staytrue.journeys.models import JourneyVersion
from staytrue.journeys.parties import one_per_party
from staytrue.journeys.rehearsal import Tally, rehearsed
from staytrue.journeys.steps import Step, read
from staytrue.kit.errors import Refused
from staytrue.messages.models import GateSetting
from staytrue.staff import audit
from staytrue.staff.access import Access, require_everywhere

SPAN = timedelta(days=365)
PAGE = 1_000


def ask(access: Access, version: JourneyVersion, now: datetime) -> None:
    """Have a draft rehearsed by the worker."""
    require_everywhere(access, WRITE)
    with audit.acting(access.actor, now):
        mine = JourneyVersion.objects.filter(pk=version.pk, state=JourneyVersion.State.DRAFT)
        if not mine.update(rehearsal={"asked_at": now.isoformat()}, rehearsed_at=None):
            raise Refused("Only a draft is rehearsed.", "not_a_draft")


def rehearse_waiting(now: datetime) -> None:
    """Rehearse what somebody asked for."""
    with scope.everything():
        waiting = list(
            JourneyVersion.objects.filter(rehearsal__has_key="asked_at", rehearsed_at=None)
        )
    for version in waiting:
        with scope.everything():
            rehearse(version, "worker", now)


def rehearse(version: JourneyVersion, actor: str, now: datetime) -> None:
    """Rehearse a version over the last twelve months at all hotels, and keep the figures."""
    steps, since = read(version.steps), now - SPAN
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM property ORDER BY id")
        hotels = [id_ for (id_,) in cursor.fetchall()]
    houses, sheets = running.houses(hotels), measuring.sheets(hotels, now)
    tally, held = Tally(), 0
    for id_ in hotels:
        told = {step.key: available(step, sheets[id_]) for step in steps}
        journey = _journey(version, steps, since)
        before = dict(tally.steps)
        for page in _pages(id_, since, now):
            _add(tally, page, houses[id_], journey, now)
        held += sum(
            count - before.get(key, 0)
            for key, count in tally.steps.items()
            if told[key].standing == Standing.HELD
        )
    cap = GateSetting.objects.first() or GateSetting()
    figures = tally.told(cap.cap_messages, cap.cap_days) | {"held": held}
    with audit.acting(actor, now):
        JourneyVersion.objects.filter(pk=version.pk).update(rehearsal=figures, rehearsed_at=now)


def _journey(version: JourneyVersion, steps: tuple[Step, ...], since: datetime) -> Running:
    """As if nothing were impossible: what a better feed would give is to be seen as well."""
    return Running(version.journey.key, version.number, steps, since)


def _pages(hotel: int, since: datetime, now: datetime) -> Iterator[list[int]]:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT id FROM reservation WHERE property_id = %s AND arrival_on >= %s
                  AND arrival_on <= %s AND out_of_sight_since IS NULL ORDER BY arrival_on, id""",
            [hotel, since.date(), now.date()],
        )
        ids = [id_ for (id_,) in cursor.fetchall()]
    # Rooms of one booking mostly arrive on one day, so that they meet on one page.
    yield from (ids[start : start + PAGE] for start in range(0, len(ids), PAGE))


def _add(tally: Tally, ids: Collection[int], house: House, journey: Running, now: datetime) -> None:
    stays = returning.told(gathering.stays(ids, now.date()), journey.steps)
    # As they are members today: what somebody had on a past day is not kept.
    stays = members.told(stays, journey.steps, now.date())
    lines = [line for stay in stays for line in rehearsed(stay, house, journey, now)]
    tally.stays += len(stays)
    tally.add(one_per_party(lines, {}), house.zone)
