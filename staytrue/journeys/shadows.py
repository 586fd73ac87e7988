"""What a journey in shadow would have done: sent, held and not sent, by step and by reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Count

from staytrue.hotel.models import Property
from staytrue.journeys.models import Journey, JourneyPlace
from staytrue.messages import queries as messages
from staytrue.messages.kinds import State
from staytrue.messages.models import Message
from staytrue.messages.queries import Line
from staytrue.messages.reasons import Reason
from staytrue.staff.access import Access, visible_to

NEWEST = 50


@dataclass
class Shadow:
    """One hotel whose journey runs in shadow, since when, and what became of its messages."""

    hotel: Property
    place: JourneyPlace
    sent: int = 0
    planned: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    held: Counter[str] = field(default_factory=Counter)
    closed: Counter[str] = field(default_factory=Counter)
    newest: list[Line] = field(default_factory=list)

    def count(self, rows: Iterable[tuple[str, str, str, int]]) -> None:
        """Add up what stands so: kind, state, reason, how many."""
        for kind, state, reason, number in rows:
            if reason == Reason.SHADOW:
                self.sent += number
                self.kinds[kind] += number
            elif state == State.HELD:
                self.held[reason] += number
            elif state == State.PLANNED:
                self.planned += number
            else:
                self.closed[reason] += number


def shadows(access: Access, journey: Journey) -> list[Shadow]:
    """The hotels of his at which this journey runs in shadow."""
    places = visible_to(
        access, JourneyPlace.objects.filter(journey=journey, is_shadow=True), messages.READ
    )
    return [_shadow(access, place) for place in places.select_related("property").order_by(
        "property__code"
    )]  # fmt: skip


def _shadow(access: Access, place: JourneyPlace) -> Shadow:
    mine = Message.objects.filter(
        property=place.property_id, is_shadow=True, step__startswith=f"{place.journey.key}:"
    )
    found = Shadow(place.property, place)
    found.count(mine.values_list("kind", "state", "reason").annotate(Count("pk")))
    left = mine.filter(reason=Reason.SHADOW).order_by("-settled_at", "-pk")
    found.newest = messages.lines_of(access, list(left[:NEWEST]))
    return found
