"""Hotel Sirga with Claire Fontanel in room 214, another hotel, and the people who work there."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from staytrue.desk import keeping, opening
from staytrue.desk.models import Case, CaseEvent
from staytrue.desk.opening import NewCase
from staytrue.hotel import scope
from staytrue.hotel.codes import Status
from staytrue.mirror.models import Reservation
from staytrue.staff import audit
from staytrue.staff.access import Access
from staytrue.staff.models import Ask
from tests import make
from tests.consent.scenes import two_hotels
from tests.make import NOON
from tests.staff import people
from tests.web import house
from tests.web.house import House

NOTE = opening.Note("The fan ran all night", "Two nights with little sleep")


class Desk:
    """The house, and who works at Hotel Sirga."""

    def __init__(self, at: House) -> None:
        self.at = at
        self.hotel = at.sirga
        self.lea = people.access("guest_relations", at=at.sirga)
        self.iker = people.access("front_desk", at=at.sirga)
        self.hugo = people.access("general_manager", at=at.sirga)

    @property
    def stay(self) -> int:
        """The id of Claire's stay."""
        return self.at.stay("30117")

    def tells(self, now: datetime = NOON, **facts: Any) -> None:
        """The PMS tells of her stay anew."""
        given = {"status": Status.IN_HOUSE, "room_number": "214"}
        house.take(self.at.link, make.reservation(**given | facts), made_at=now)

    def opens(self, by: Access | None = None, now: datetime = NOON, **facts: Any) -> Case:
        """A recovery about her stay, or what is asked."""
        given: dict[str, Any] = {"property_id": self.hotel.pk, "kind": "recovery",
                                 "words": "Noise at night", "reservation_id": self.stay}  # fmt: skip
        who = by or self.lea
        with scope.everything(), audit.acting(who.actor, now):
            return opening.open_case(who, NewCase(**given | facts), now)

    def profile(self) -> int:
        """Her profile."""
        return self.at.guest("G1")


def build() -> Desk:
    """She is in house."""
    at = two_hotels()
    house.take(at.link, make.profile())
    desk = Desk(at)
    desk.tells()
    return desk


def fresh(case: Case) -> Case:
    """The case as the database has it; its history makes the same."""
    with scope.everything():
        found = Case.objects.get(pk=case.pk)
        assert keeping.rebuilt(found) == keeping.standing(found)
        return found


def events(case: Case) -> list[str]:
    """What happened to it, in order."""
    with scope.everything():
        lines = CaseEvent.objects.filter(case=case).order_by("no")
        return list(lines.values_list("kind", flat=True))


def asked(kind: str = "") -> set[tuple[str, str]]:
    """What is asked of whom about cases now."""
    with scope.everything():
        found = Ask.objects.filter(closed_at=None, key__startswith="case:")
        return {(each.kind, each.role_id) for each in found if kind in ("", each.kind)}


def after(minutes: float) -> datetime:
    """So many minutes after noon."""
    return NOON + timedelta(minutes=minutes)


def stay_of(desk: Desk) -> Reservation:
    """Her stay as the mirror has it."""
    with scope.everything():
        return Reservation.objects.get(pk=desk.stay)
