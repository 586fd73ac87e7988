"""The front desk of the rig: looks into the PMS where a message asks for it, and says what is so."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from staytrue.hotel import scope
from staytrue.lab.rigs.houses import Clock
from staytrue.lab.rigs.world import Truth
from staytrue.messages import answering
from staytrue.messages.looking import ASK
from staytrue.messages.models import Message
from staytrue.mirror.models import Reservation
from staytrue.staff import audit
from staytrue.staff.access import house_access
from staytrue.staff.models import Ask

TAKES, ABSENT = timedelta(minutes=10), 0.2


@dataclass
class FrontDesk:
    """People who answer asks; `confirmed` is when they said of a stay, by hotel and number, that it is
    so: the true instant, and what our clock said then.
    """

    truth: Truth
    seed: int
    confirmed: dict[tuple[str, str], list[tuple[datetime, datetime]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    dropped: int = 0
    _left: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.chance = Random(f"{self.seed} desk")

    def act(self, clock: Clock) -> None:
        """Answer what was asked a while ago, unless nobody is there."""
        now = clock()
        with scope.everything(), audit.acting("desk", now):
            asks = Ask.objects.filter(kind=ASK, closed_at=None, opened_at__lte=now - TAKES).exclude(
                pk__in=self._left
            )
            for ask in asks.order_by("pk"):
                if self.chance.random() < ABSENT:
                    self._left.add(ask.pk)
                else:
                    self._answer(UUID(ask.link.split("/")[2]), clock)

    def _answer(self, public_id: UUID, clock: Clock) -> None:
        access = house_access("desk")
        message = Message.objects.select_related("property").get(public_id=public_id)
        row = Reservation.objects.get(pk=message.reservation_id or 0)
        hotel = self.truth.by_code[message.property.code]
        so = hotel.shown(row.number, clock.true())
        is_so = so is not None and (so.status, so.arrival_on, so.departure_on) == (
            row.status, row.arrival_on, row.departure_on,
        )  # fmt: skip
        if is_so:
            answering.confirm(access, public_id, clock())
            self.confirmed[hotel.code, row.number].append((clock.true(), clock()))
        else:
            answering.drop(access, public_id, clock())
            self.dropped += 1
