"""A hotel with a programme, guests who leave, and what their bills say."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from staytrue.guests import links
from staytrue.guests.accounts import configuring, considering
from staytrue.hotel import scope
from staytrue.hotel.codes import FolioKind, Status
from staytrue.hotel.records import FolioLine
from staytrue.loyalty import modules, settling
from staytrue.loyalty.models import PointsEntry, TermsVersion
from staytrue.loyalty.terms import DEFAULT, checked, stored
from staytrue.mirror.models import Profile, Reservation
from staytrue.staff import audit
from tests import make
from tests.consent.scenes import person, two_hotels
from tests.make import NOON
from tests.staff import people
from tests.web import house
from tests.web.house import House

MAY_1 = date(2026, 5, 1)


def programme(terms: dict[str, Any] | None = None, **values: Any) -> House:
    """Two hotels, the first configured, with these terms live since ever."""
    at = two_hotels()
    chief = people.access("administrator")
    with scope.everything():
        configuring.set_for(chief, at.sirga, {}, NOON)
        modules.turn(chief, None, NOON, on=True)
    live(terms, **values)
    return at


def live(terms: dict[str, Any] | None = None, **values: Any) -> TermsVersion:
    """Further terms, live from a day on."""
    kept = stored(checked(terms) if terms else DEFAULT)
    given = {"from_on": date(2000, 1, 1), **values}
    with scope.everything(), audit.acting("tests", NOON):
        return TermsVersion.objects.create(
            number=TermsVersion.objects.count() + 1, state="live", terms=kept, written_by="tests",
            written_at=NOON, live_by="tests", live_at=NOON, **given,
        )  # fmt: skip


def bill(room: int = 300, extra: int = 0, *more: FolioLine) -> list[FolioLine]:
    """A folio with these charges."""
    lines = [("1", FolioKind.ROOM, room), ("2", FolioKind.EXTRA, extra)]
    made = [
        FolioLine(id_, kind, amount=Decimal(amount), currency="EUR") for id_, kind, amount in lines
    ]
    return [*made, *more]


def left(at: House, *guests: str, day: date = MAY_1, nights: int = 3, **facts: Any) -> list[int]:
    """These guests check out, and are considered and settled; the ids of their stays."""
    known(at, guests)
    numbers = [f"{guest}-{day}" for guest in guests]
    stays = [
        make.reservation(
            **{"number": number, "status": Status.CHECKED_OUT, "nights": nights,
               "arrival_on": day - timedelta(days=nights), "guests": [house.guest(profile=guest)],
               "checked_out_at": datetime(day.year, day.month, day.day, 9, tzinfo=UTC), **facts}
        )
        for guest, number in zip(guests, numbers, strict=True)
    ]  # fmt: skip
    house.take(at.link, *stays)
    with scope.everything():
        ids = Reservation.objects.filter(number__in=[stay.number for stay in stays])
        found = sorted(ids.values_list("pk", flat=True))
    settle(found)
    return found


def known(at: House, guests: Sequence[str]) -> None:
    """Each of them a profile, and a guest of his own."""
    with scope.everything():
        there = set(Profile.objects.values_list("source_id", flat=True))
    new = [guest for guest in guests if guest not in there]
    if not new:
        return
    house.take(at.link, *(person(guest, f"Ana {guest}") for guest in new))
    with scope.everything():
        ids = list(Profile.objects.filter(source_id__in=new).values_list("pk", flat=True))
        made = links.note(links.Act(links.Kind.CREATED, "tests"), NOON)
        links.move(dict(zip(ids, links.open_guests(len(ids), NOON), strict=True)), made, NOON)


def settle(ids: Sequence[int], now: datetime = NOON) -> int:
    """Consider these check-outs and bring the ledger to what they earn."""
    with scope.everything():
        considering.consider(ids, now)
        return sum(each.entries for each in settling.settle(ids, now))


def entries(guest: str = "") -> list[tuple[str, int]]:
    """Kind and points, in the order in which they were written."""
    with scope.everything():
        rows = PointsEntry.objects.order_by("id")
        if guest:
            rows = rows.filter(profile_id=Profile.objects.get(source_id=guest).pk)
        return list(rows.values_list("kind", "points"))
