"""Business events of the book: one for each version, then what hotels and networks do to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from staytrue.hotel.codes import GuestRole, Status
from staytrue.hotel.records import Profile, Reservation
from staytrue.lab.pms.opera_cloud.bodies import DATABASE_STATUSES
from staytrue.lab.pms.opera_cloud.book import Book, Held
from staytrue.lab.pms.opera_cloud.quirks import Quirk
from staytrue.lab.streams import stream

LOST, DOUBLED, LATE, SHUFFLED = 0.05, 0.05, 0.05, 0.2
ACTIONS = {
    "created": "NEW RESERVATION", "checked in": "CHECK IN", "checked out": "CHECK OUT",
    "cancelled": "CANCEL", "reinstated": "ROLLBACK CANCEL", "no-show": "NO SHOW",
}  # fmt: skip
MODULE_NUMBERS = {"Profile": 14, "Reservation": 16}


@dataclass(frozen=True)
class Event:
    """One business event, and the instant at which it can be read."""

    at: datetime
    ready_at: datetime
    id: str
    module: str
    action: str
    key: str
    elements: tuple[tuple[str, str | None, str | None], ...]


@dataclass
class Timeline:
    """All events of a hotel by the instant they can be read, and those that never can."""

    events: list[Event]
    lost: list[Event]

    @classmethod
    def of(cls, book: Book) -> Timeline:
        """The events of a book with the vices that are on."""
        rng = stream(book.seed, "events")
        told, lost = [], []
        for event in _plain(book, rng):
            if Quirk.EVENTS_LOST in book.quirks and rng.random() < LOST:
                lost.append(event)
                continue
            told.append(_delayed(event, book.quirks, rng))
            if Quirk.EVENTS_DOUBLED in book.quirks and rng.random() < DOUBLED:
                told.append(_delayed(event, book.quirks, rng))
        return cls(sorted(told, key=lambda event: (event.ready_at, event.id)), lost)


def _plain(book: Book, rng: Random) -> list[Event]:
    """One event for each version, in order of time; some no-shows are never told."""
    changes: list[tuple[datetime, str, str, str, tuple[Any, ...]]] = []
    for number, life in book.stays.items():
        before: Held | None = None
        for at, what, held in life.versions:
            was = before.stay if before else None
            elements = _elements(was, held.stay, book.quirks)
            before, action = held, ACTIONS.get(what, "UPDATE RESERVATION")
            unsaid = Quirk.NO_SHOWS_UNSAID in book.quirks and rng.random() < 0.5
            if held.stay.status is Status.NO_SHOW and unsaid:
                continue
            as_update = Quirk.CHECK_IN_AS_UPDATE in book.quirks and rng.random() < 0.5
            if what == "checked in" and as_update:
                action = "UPDATE RESERVATION"
            if what == "charged":
                changes.append((at, "Cashiering", "POST CHARGE", f"{number}1",
                                (("RESV NAME ID", None, number),)))  # fmt: skip
            else:
                changes.append((at, "Reservation", action, number, elements))
    for source_id, profile_life in book.profiles.items():
        known: Profile | None = None
        for at, what, profile in profile_life.versions:
            action = "NEW PROFILE" if what == "created" else "UPDATE PROFILE"
            elements = _profile_elements(known, profile)
            changes.append((at, "Profile", action, source_id, elements))
            known = profile
    for victim, (survivor, at) in book.merged.items():
        changes.append((at, "Profile", "MERGE PROFILE", survivor,
                        (("MERGED PROFILE ID", None, victim),)))  # fmt: skip
    changes.sort(key=lambda change: (change[0], change[3], change[2]))
    return [
        Event(at, at, str(100_000 + place), module, action, key, elements)
        for place, (at, module, action, key, elements) in enumerate(changes)
    ]


def _delayed(event: Event, quirks: frozenset[Quirk], rng: Random) -> Event:
    wait = timedelta(seconds=rng.randrange(1, 5))
    if Quirk.EVENTS_OUT_OF_ORDER in quirks and rng.random() < SHUFFLED:
        wait += timedelta(seconds=rng.randrange(1, 180))
    if Quirk.EVENTS_LATE in quirks and rng.random() < LATE:
        wait += timedelta(minutes=rng.randrange(10, 12 * 60))
    return Event(
        event.at, event.at + wait, event.id, event.module, event.action, event.key, event.elements
    )


def _elements(
    before: Reservation | None, now: Reservation, quirks: frozenset[Quirk]
) -> tuple[tuple[str, str | None, str | None], ...]:
    """The configured elements, old and new; some hotels also send what did not change."""

    def said(stay: Reservation | None) -> dict[str, str | None]:
        if stay is None:
            return {}
        main = next((g.profile for g in stay.guests if g.role is GuestRole.PRIMARY), None)
        return {
            "CONFIRMATION NO": stay.group_number,
            "GUEST NAME ID": main,
            "RESERVATION STATUS": DATABASE_STATUSES[stay.source_status],
            "ARRIVAL DATE": stay.arrival_on.isoformat(),
            "DEPARTURE DATE": stay.departure_on.isoformat(),
            "ROOM TYPE": stay.room_category,
            "ROOM": stay.room_number,
            "NUMBER OF ROOMS": str(stay.custom.get("rooms", 1)),
        }

    old, new = said(before), said(now)
    return tuple(
        (name, old.get(name), value)
        for name, value in new.items()
        if Quirk.UNCHANGED_ELEMENTS in quirks or old.get(name) != value
    )


def _profile_elements(
    before: Profile | None, now: Profile
) -> tuple[tuple[str, str | None, str | None], ...]:
    def said(profile: Profile | None) -> dict[str, str | None]:
        if profile is None:
            return {}
        return {
            "FIRST NAME": profile.first_name,
            "NAME": profile.last_name,
            "EMAIL": profile.emails[0].address if profile.emails else None,
        }

    old, new = said(before), said(now)
    return tuple((name, old.get(name), value) for name, value in new.items())
