"""Stays, guests and houses for the pure plan; only what matters is spelled out."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from staytrue.consent.rules import Role
from staytrue.hotel.codes import GuestRole, Status
from staytrue.journeys import rules
from staytrue.journeys.facts import Edit, House, Person, Point, Running, Stay
from staytrue.journeys.rules import Line
from staytrue.journeys.steps import STANDARD, Step

BOOKED = datetime(2026, 4, 2, 9, 0, tzinfo=UTC)
LIVE = datetime(2026, 1, 1, tzinfo=UTC)
HOUSE = House(1, "Europe/Madrid", "es")


def point(id_: int = 7, role: Role = Role.PRIVATE, kind: str = "email") -> Point:
    return Point(id_, kind, role, BOOKED)


def person(role: str = "primary", profile_id: int = 11, **facts: Any) -> Person:
    given: dict[str, Any] = {"name": "Claire Fontanel", "points": (point(),)} | facts
    return Person(GuestRole(role), profile_id, **given)


def stay(id_: int = 1, **facts: Any) -> Stay:
    """Claire's three nights from 23 May, booked on 2 April."""
    given: dict[str, Any] = {
        "property_id": 1,
        "status": Status.CONFIRMED,
        "arrival_on": date(2026, 5, 23),
        "departure_on": date(2026, 5, 26),
        "first_seen_at": BOOKED + timedelta(minutes=2),
        "known_at": BOOKED + timedelta(minutes=2),
        "created_at": BOOKED,
        "values": {"channel": "website"},
        "people": (person(),),
    } | facts
    return Stay(id_, **given)


def at(day: int, hour: int = 12, month: int = 5, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def running(steps: tuple[Step, ...] = STANDARD, **facts: Any) -> Running:
    given: dict[str, Any] = {"live_from": LIVE} | facts
    return Running("stay", 1, steps, **given)


def planned(
    of: Stay, house: House = HOUSE, now: datetime = BOOKED, **facts: Any
) -> dict[str, list[Line]]:
    """The plan by the key of its steps."""
    found: dict[str, list[Line]] = {}
    for line in rules.plan(of, house, [running(**facts)], now):
        found.setdefault(line.step.key, []).append(line)
    return found


def one(of: Stay, key: str, house: House = HOUSE, now: datetime = BOOKED, **facts: Any) -> Line:
    """The only line of a step."""
    (line,) = planned(of, house, now, **facts)[key]
    return line


def edit(minute: int, stay_id: int = 1, **diff: tuple[Any, Any]) -> Edit:
    return Edit(stay_id, at(6, 10, minute=minute), diff)
