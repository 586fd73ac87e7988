"""What should have left: told from the truth alone, so that nobody is safe by being silent.

Only what is surely due is counted: a stay that stood still around the moment, whose guest has an
address of his own and said nothing against it. All else is judged by the safety rules alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from staytrue.lab.rigs.knowledge import GONE, HandOver
from staytrue.lab.rigs.oracle import APPLY, Oracle, stands
from staytrue.lab.rigs.world import Hotel

UTC = ZoneInfo("UTC")
SOON = timedelta(minutes=5)
STILL = timedelta(hours=1)
QUIET_FROM, QUIET_UNTIL = time(21), time(9)
COLLECTED = timedelta(minutes=10)
BEFORE = {"pre_stay", "pre_checkin"}
CRITICAL = {"confirmation", "change", "cancellation"}
NEEDS_PERSON = {"confirmation", "change", "cancellation", "pre_checkin"}
"""Kinds that a daily file never lets leave by itself: somebody looks into the PMS first."""


class Lateness(StrEnum):
    """How a message that was due left."""

    ON_TIME = "on time"
    LATE = "late"
    MISSED = "missed"
    UNKNOWN = "unknown"
    FOR_A_PERSON = "waits for a person"


@dataclass(frozen=True)
class Expected:
    """A message that is surely due: from when, and until when it makes sense."""

    hotel: str
    booking: str
    kind: str
    at: datetime
    until: datetime


def judged(
    oracle: Oracle, sent: Sequence[HandOver], unknown: Collection[tuple[str, str, str]]
) -> Iterator[tuple[Expected, Lateness]]:
    """Every message that was surely due, and how it left; of some nobody knows, and it is shown."""
    left: dict[tuple[str, str, str], list[HandOver]] = defaultdict(list)
    for each in sent:
        left[each.hotel, each.booking, each.kind].append(each)
    for due in expected(oracle):
        handed = [each.at for each in left.get((due.hotel, due.booking, due.kind), ())]
        if due.kind == "change":
            handed = [at for at in handed if at > due.at - COLLECTED - SOON]
        hotel = oracle.truth.by_code[due.hotel]
        # A person is asked: how soon he looks is no figure of ours.
        if not hotel.is_living and due.kind in NEEDS_PERSON:
            yield due, Lateness.FOR_A_PERSON
        elif not handed:
            is_shown = (due.hotel, due.booking, due.kind) in unknown
            yield due, Lateness.UNKNOWN if is_shown else Lateness.MISSED
        else:
            yield due, Lateness.ON_TIME if min(handed) <= due.at + SOON else Lateness.LATE


def expected(oracle: Oracle) -> Iterator[Expected]:
    """What is surely due in this world."""
    plain = _plain_guests(oracle)
    for hotel, number, life in oracle.truth.lives():
        first = life.versions[0][2]
        if number in hotel.gone or first.group_number:
            continue
        # Of the same guest one address everywhere, which nobody shares and nothing was said about.
        if all((hotel.code, each.profile) in plain for each in first.guests):
            yield from _of_stay(oracle, hotel, number)


def _plain_guests(oracle: Oracle) -> set[tuple[str, str]]:
    """Profiles with one mailbox that is theirs alone, and of which nobody said anything."""
    users: dict[str, set[str]] = defaultdict(set)
    for hotel in oracle.truth.hotels:
        for source, life in hotel.world.profiles.items():
            for _, _, profile in life.versions:
                for email in profile.emails:
                    users[email.address].add(hotel.world.person_of[source])
    spoken = {act.address for act in oracle.truth.acts} | set(oracle.knowledge.heard)
    found = set()
    for hotel in oracle.truth.hotels:
        for source, life in hotel.world.profiles.items():
            boxes = {
                tuple(email.address for email in each.emails if not email.masked)
                for _, _, each in life.versions
            }
            box = next(iter(boxes))
            is_his = len(boxes) == len(box) == 1 and len(users[box[0]]) == 1
            if is_his and box[0] not in spoken:
                found.add((hotel.code, source))
    return found


def _of_stay(oracle: Oracle, hotel: Hotel, number: str) -> Iterator[Expected]:
    """The messages of one stay, each checked against all that became of it."""
    for kind, moment, until in _moments(oracle, hotel, number):
        found = _ready(oracle, hotel, number, kind, moment)
        if found is None:
            continue
        ready, version = found
        life = hotel.world.bookings[number]
        record = life.versions[version][2]
        if kind in BEFORE and record.arrival_on != life.last.arrival_on:
            continue  # It moves on: what is due for these dates is replaced.
        is_over = ready + STILL > min(until, oracle.truth.ends_at)
        is_new = ready < oracle.truth.live_from + STILL
        if not is_over and not is_new and stands(kind, record) and _is_still(hotel, number, ready):
            yield Expected(hotel.code, number, kind, ready, until)


def _ready(
    oracle: Oracle, hotel: Hotel, number: str, kind: str, moment: datetime
) -> tuple[datetime, int] | None:
    """From when we could send it, and the version that is so then: not before we know of that."""
    at = moment
    for _ in range(4):
        version = _version(hotel, number, at)
        since = _learned(oracle, hotel, number, version)
        if since is None:
            return None
        ready = max(at, since + APPLY + (COLLECTED if kind == "change" else timedelta()))
        if kind not in CRITICAL:
            ready = _after_quiet(ready, hotel)
        if ready == at:
            return at, version
        at = ready
    return None


def _version(hotel: Hotel, number: str, at: datetime) -> int:
    versions = hotel.world.bookings[number].versions
    return max((place for place, (when, _, _) in enumerate(versions) if when <= at), default=0)


def _learned(oracle: Oracle, hotel: Hotel, number: str, version: int) -> datetime | None:
    told = oracle.knowledge.learned.get((hotel.code, number), ())
    if any(each == GONE for _, each in told):
        return None
    return next((at for at, each in told if each == version), None)


def _moments(oracle: Oracle, hotel: Hotel, number: str) -> Iterator[tuple[str, datetime, datetime]]:
    versions = hotel.world.bookings[number].versions
    created, _, first = versions[0]
    last = versions[-1][2]
    day = timedelta(days=1)
    if (
        first.status == "confirmed" and created >= oracle.truth.live_from
        and first.channel != "ota"
    ):  # fmt: skip
        yield "confirmation", created, created + day
    if last.status == "cancelled" and versions[-2][2].status == "confirmed":
        yield "cancellation", versions[-1][0], versions[-1][0] + day
    for (before, *_), (at, what, _), *after in _triples(versions):
        is_alone = before < at - STILL and not (after and after[0][0] < at + STILL)
        if what == "moved" and is_alone and at > oracle.truth.live_from + day:
            yield "change", at, at + day
    stays = last if last.status not in ("cancelled", "no_show") else None
    # What is to come, by the dates that stood at the end.
    arrival = last.arrival_on
    yield "pre_stay", _local(hotel, arrival, -3, time(10)), _local(hotel, arrival, 0, time(12))
    yield "pre_checkin", _local(hotel, arrival, -2, time(15)), _local(hotel, arrival, 0, time(14))
    if stays is None:
        return
    came = next((at for at, what, _ in versions if what == "checked in"), None)
    left = next((at for at, what, _ in versions if what == "checked out"), None)
    if came is None or left is None:
        return
    nine = _local(hotel, stays.departure_on, 0, time(9))
    yield "welcome", came, min(came + timedelta(hours=12), nine)
    if (stays.departure_on - arrival).days >= 2:
        at = _local(hotel, _business_day(hotel, came), 1, time(17))
        yield (
            "mid_stay",
            at,
            min(at + timedelta(hours=5), _local(hotel, stays.departure_on, -1, time(22))),
        )
    yield "thank_you", left + timedelta(hours=2), left + timedelta(hours=26)
    if not _is_german(hotel, number):
        at = _local(hotel, _business_day(hotel, left), 1, time(10))
        yield "survey", at, at + timedelta(days=3)


def _triples(versions: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Each version behind the first with the one before it, and the one after if there is one."""
    return (versions[place - 1 : place + 2] for place in range(1, len(versions)))


def _is_german(hotel: Hotel, number: str) -> bool:
    """Whether the law of his country asks for an explicit yes before a survey."""
    names = [guest.profile for guest in hotel.world.bookings[number].last.guests]
    return any(
        profile.country in ("DE", "AT") for name in names
        for _, _, profile in hotel.world.profiles[name].versions
    )  # fmt: skip


def _is_still(hotel: Hotel, number: str, at: datetime) -> bool:
    """Whether nothing happens to the stay around this moment."""
    changes = [when for when, _, _ in hotel.world.bookings[number].versions]
    return not any(at - SOON < when <= at + STILL for when in changes[1:])


def _local(hotel: Hotel, day: date, days: int, clock: time) -> datetime:
    zone = ZoneInfo(hotel.house.zone.key)
    return datetime.combine(day + timedelta(days=days), clock, zone).astimezone(UTC)


def _business_day(hotel: Hotel, at: datetime) -> date:
    local = at.astimezone(ZoneInfo(hotel.house.zone.key))
    return local.date() - timedelta(days=local.hour < 3)


def _after_quiet(at: datetime, hotel: Hotel) -> datetime:
    local = at.astimezone(ZoneInfo(hotel.house.zone.key))
    clock = local.time().replace(tzinfo=None)
    if QUIET_UNTIL <= clock < QUIET_FROM:
        return at
    return _local(hotel, local.date(), int(clock >= QUIET_FROM), QUIET_UNTIL)
