"""Who is on a stay, the path of its states and the order of its versions, as living PMSs tell them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from random import Random

import pytest
from msgspec.structs import replace

from staytrue.changes.kinds import Kind
from staytrue.connectors.base import Hint
from staytrue.connectors.envelope import Part
from staytrue.flow import parcels
from staytrue.hotel import scope
from staytrue.hotel.codes import GuestRole, Status
from staytrue.hotel.records import GuestOnBooking
from staytrue.inbox.models import Delivery
from staytrue.mirror import hashing, history
from staytrue.mirror.models import Freshness, Profile, Reservation, Roster
from staytrue.staff.access import house_access
from tests.flow.living import (
    DIALECTS,
    HOURS,
    Build,
    Scene,
    building,
    guest_ids,
    lived,
    plain,
    written,
)

pytestmark = pytest.mark.django_db(transaction=True)

NUMBER = "20001"
BOOKER, PRIMARY, COMPANION = GuestRole.BOOKER, GuestRole.PRIMARY, GuestRole.COMPANION


@pytest.fixture
def scene() -> Iterator[Build]:
    """A connected house of a dialect, gone after the test."""
    with building() as build:
        yield build


def roster(**roles: str) -> list[GuestOnBooking]:
    """These people on a booking, by their roles."""
    return [GuestOnBooking(GuestRole(role), profile) for role, profile in roles.items()]


def parts_played(house: Scene) -> dict[str, list[tuple[str, bool]]]:
    """Role → who had it, first to last, and whether he still has."""
    with scope.everything():
        names = dict(Profile.objects.values_list("source_id", "first_name"))
        found: dict[str, list[tuple[str, bool]]] = {}
        for one in Roster.objects.order_by("since_at", "pk"):
            said = (str(names[one.profile]), one.until_at is None)
            found.setdefault(one.role, []).append(said)
    return found


def timeline(name: str) -> tuple[list[str], list[str]]:
    """A guest's stays, and the names he handed others over to."""
    with scope.everything():
        profile = Profile.objects.get(first_name=name)
        told = history.history_of(house_access("tests"), [profile.pk])
    return [one.number for one in told.stays], [one.handed_to_name for one in told.former]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_new_roster_is_the_truth_and_the_handover_stands_on_both_timelines(
    scene: Build, dialect: str
) -> None:
    ids = guest_ids()
    first, second, third = ids
    before = roster(primary=first, companion=third, booker=third)
    after = roster(primary=second, booker=third)
    world = written(lived(plain(NUMBER, guests=before), (HOURS[0], {"guests": after})))
    for id_, name in zip(ids, ("Ane", "Beñat", "Carme"), strict=True):
        at, what, profile = world.profiles[id_].versions[0]
        named = replace(profile, first_name=name, last_name="Ibar", second_last_name=None)
        world.profiles[id_].versions[0] = (at, what, named)
    house = scene(dialect, world)
    house.load()
    house.live(HOURS[:2])
    assert parts_played(house) == {
        "booker": [("Carme", True)],
        "primary": [("Ane", False), ("Beñat", True)],
        "companion": [("Carme", False)],
    }
    assert timeline("Ane") == ([], ["Beñat Ibar"])
    assert timeline("Beñat") == ([NUMBER], [])
    (change,) = house.versions("reservation")[1:]
    assert change.source_at == HOURS[0]
    assert {Kind.ROSTER_CHANGED, Kind.GUEST_REPLACED} <= set(change.kinds)


PATH = [Status.CANCELLED, Status.CONFIRMED, Status.IN_HOUSE, Status.CHECKED_OUT, Status.IN_HOUSE]
KINDS = [
    Kind.CANCELLED,
    Kind.REINSTATED,
    Kind.CHECKED_IN,
    Kind.CHECKED_OUT,
    Kind.CHECK_OUT_REVERSED,
]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_path_of_five_states_is_five_versions_and_the_last_one_is_live(
    scene: Build, dialect: str
) -> None:
    steps = [(hour, {"status": status}) for hour, status in zip(HOURS, PATH, strict=True)]
    house = scene(dialect, written(lived(plain(NUMBER), *steps)))
    house.load()
    house.live()
    told = house.versions("reservation")[1:]
    assert [each.kinds[1] for each in told] == KINDS
    assert [each.source_at for each in told] == HOURS
    row = house.row(NUMBER)
    assert row is not None
    assert (row.status, row.status_origin, row.versions) == ("in_house", "pms", 6)


def events(house: Scene, numbers: Sequence[str]) -> list[Part]:
    """Every booking read by its number after each hour: as many events as hours and bookings."""
    clock, found = house.group.clock, []
    for hour in HOURS:
        clock.instant = hour + timedelta(minutes=1)
        house.house.push(house.member.pushes)
        talk = parcels.talk(house.member.link, clock, house.member.network)
        for number in numbers:
            read = talk.connector.read(
                Hint("reservation", number), talk.http, talk.settings(clock())
            )
            assert read is not None
            found.append(Part.of(read))
    return found


def mirrored(house: Scene, stream: Sequence[Part]) -> str:
    """The state of an empty mirror that took these events, a few at a time."""
    with scope.everything():
        for model in (Roster, Reservation, Profile, Delivery, Freshness):
            model.objects.all().delete()
    for first in range(0, len(stream), 20):
        house.group.clock.instant += timedelta(minutes=1)
        house.take(stream[first : first + 20], house.group.clock())
    with scope.everything():
        assert Reservation.objects.count() == 40
        return hashing.state_hash().hash


@pytest.mark.parametrize("dialect", DIALECTS)
def test_two_hundred_events_in_any_order_with_repetition_end_in_the_same_mirror(
    scene: Build, dialect: str
) -> None:
    chance, numbers = Random(7), [str(20_001 + n) for n in range(40)]
    lives = (
        lived(plain(number), *((hour, {"status": chance.choice(PATH), "adults": n + 1})
                               for n, hour in enumerate(HOURS)))
        for number in numbers
    )  # fmt: skip
    house = scene(dialect, written(*lives))
    stream = events(house, numbers)
    assert len(stream) == 200
    shuffled = [*stream, *chance.sample(stream, 60)]
    chance.shuffle(shuffled)
    assert mirrored(house, stream) == mirrored(house, shuffled)
