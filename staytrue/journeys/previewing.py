"""What a real stay would get of steps that are still being written. Nothing is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from staytrue.hotel.models import Property
from staytrue.journeys import gathering, measuring, members, rehearsal, returning, running
from staytrue.journeys.availability import Available, available
from staytrue.journeys.facts import Running
from staytrue.journeys.models import Journey
from staytrue.journeys.parties import one_per_party
from staytrue.journeys.queries import READ
from staytrue.journeys.refusing import without_refusals
from staytrue.journeys.rules import Line
from staytrue.journeys.steps import Step
from staytrue.mirror.models import Reservation
from staytrue.staff.access import Access, one_of


@dataclass(frozen=True)
class Preview:
    """A stay with the lines of its plan, by when they leave, and what its hotel gets of each step."""

    stay: Reservation
    hotel: Property
    lines: list[Line]
    standings: dict[str, Available]


def previewed(
    access: Access, journey: Journey, steps: Sequence[Step], reservation_id: int, now: datetime
) -> Preview:
    """The plan of a stay he may see, as if these steps had always run."""
    rows = Reservation.objects.select_related("property")
    stay = one_of(access, rows, READ, pk=reservation_id)
    hotel = stay.property
    house = running.houses([hotel.pk])[hotel.pk]
    sheet = measuring.sheets([hotel.pk], now)[hotel.pk]
    ids = gathering.with_siblings([stay.pk])
    found = returning.told(gathering.stays(ids, now.date()), steps)
    rooms = [
        each for each in members.told(found, steps, now.date()) if each.property_id == hotel.pk
    ]
    begun = min(rehearsal.booked_at(each, house) for each in rooms) - timedelta(days=1)
    as_written = Running(journey.key, 0, tuple(steps), begun)
    lines = [line for each in rooms for line in rehearsal.seen_whole(each, house, as_written)]
    mine = without_refusals(
        [line for line in one_per_party(lines, {}) if line.stay_id == stay.pk], now
    )
    return Preview(
        stay, hotel, sorted(mine, key=_when), {step.key: available(step, sheet) for step in steps}
    )


def _when(line: Line) -> tuple[bool, float, str]:
    return line.at is None, line.at.timestamp() if line.at else 0.0, line.step.key
