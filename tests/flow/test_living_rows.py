"""The rows of the stay's life on PMSs that live: what happens in the PMS arrives through the line as
what it is, dated by the PMS; what nobody understands waits; what is old changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from staytrue.changes.kinds import Kind
from staytrue.flow import release
from staytrue.hotel.codes import Status
from staytrue.hotel.records import Email
from staytrue.lab.bookings import World
from tests.flow.living import (
    DIALECTS,
    HOURS,
    TODAY,
    Build,
    building,
    guest_ids,
    lived,
    plain,
    written,
)

pytestmark = pytest.mark.django_db(transaction=True)

MOVED, UNDONE, ABSENT, HANDED_OVER, ODD = "20001", "20002", "20003", "20004", "20005"


def world() -> World:
    """Five bookings for today: moved, undone and done again, not used, handed over, left alone."""
    one, two, three, four, five = HOURS
    first, second, _ = guest_ids()
    later = {"arrival_on": TODAY + timedelta(days=90), "departure_on": TODAY + timedelta(days=93)}
    house = written(
        lived(plain(MOVED), (one, later)),
        lived(
            plain(UNDONE),
            (one, {"status": Status.CANCELLED, "cancelled_at": one}),
            (two, {"status": Status.CONFIRMED, "cancelled_at": None}),
            (three, {"status": Status.IN_HOUSE, "checked_in_at": three}),
            (four, {"status": Status.CHECKED_OUT, "checked_out_at": four}),
            (five, {"status": Status.IN_HOUSE, "checked_out_at": None}),
        ),
        lived(plain(ABSENT), (five, {"status": Status.NO_SHOW})),
        lived(
            plain(HANDED_OVER), (two, {"guests": [replace(plain("").guests[0], profile=second)]})
        ),
        lived(plain(ODD)),
    )
    mended = replace(
        house.profiles[first].last, last_name="Etxeberria",
        emails=[Email("ane@etxeberria.example")], modified_at=two,
    )  # fmt: skip
    house.profiles[first].then(two, "corrected", mended)
    return house


@pytest.fixture
def scene() -> Iterator[Build]:
    """A connected house of a dialect, gone after the test."""
    with building() as build:
        yield build


@pytest.mark.parametrize("dialect", DIALECTS)
def test_what_happens_to_a_stay_arrives_as_what_it_is_dated_by_the_pms(
    scene: Build, dialect: str
) -> None:
    house = scene(dialect, world())
    house.load()
    house.live()
    one, two, three, four, five = HOURS

    def kinds(number: str) -> dict[str, datetime | None]:
        row = house.row(number)
        assert row is not None
        return dict(house.told("reservation", object_id=row.pk))

    assert kinds(MOVED)[Kind.DATES_MOVED] == one
    undone = kinds(UNDONE)
    path = {
        Kind.CANCELLED: one, Kind.REINSTATED: two, Kind.CHECKED_IN: three, Kind.CHECKED_OUT: four,
        Kind.CHECK_OUT_REVERSED: five,
    }  # fmt: skip
    assert {kind: undone.get(kind) for kind in path} == path
    assert kinds(ABSENT)[Kind.NO_SHOW] == five
    assert kinds(HANDED_OVER)[Kind.GUEST_REPLACED] == two
    last = {number: getattr(house.row(number), "status", None) for number in (UNDONE, ABSENT)}
    assert last == {UNDONE: "in_house", ABSENT: "no_show"}
    guest = house.told("profile")
    assert {(Kind.PROFILE_CORRECTED, two), (Kind.CONTACT_CORRECTED, two)} <= set(guest)
    assert not kinds(ODD)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_an_older_version_that_comes_again_changes_nothing(
    scene: Build, dialect: str, tmp_path: Path
) -> None:
    house = scene(dialect, world())
    house.load()
    house.live()
    before = len(house.told("reservation")), len(house.told("profile"))
    house.replay(tmp_path)
    assert before == (len(house.told("reservation")), len(house.told("profile")))
    assert getattr(house.row(UNDONE), "status", None) == "in_house"


UNKNOWN = {
    "mews": {"State": "Tentative"},
    "opera_cloud": {"reservationStatus": "Tentative", "computedReservationStatus": "Tentative"},
    "sql_views": {"sts": "???"},
}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_an_unknown_status_word_waits_and_is_released_by_asking_again(
    scene: Build, dialect: str
) -> None:
    house = scene(dialect, world())
    house.speak(ODD, **UNKNOWN[dialect])
    house.load()
    (part,) = house.parked()
    assert part.code == "unknown_status"
    assert part.key
    assert part.raw
    assert house.row(ODD) is None
    assert house.row(MOVED) is not None
    house.speak(ODD)
    release.release_parts([part], by="tests", now=house.group.clock())
    house.group.turn()
    assert getattr(house.row(ODD), "status", None) == "confirmed"
    assert not house.parked()


FOREIGN = {
    "mews": ({"EnterpriseId": "another"}, "foreign_property"),
    "opera_cloud": ({"hotelId": "DON"}, "other_property"),
}


@pytest.mark.parametrize("dialect", sorted(FOREIGN))
def test_another_hotels_stay_is_parked_with_its_reason_and_never_mirrored(
    scene: Build, dialect: str
) -> None:
    words, code = FOREIGN[dialect]
    house = scene(dialect, world())
    house.speak(ODD, **words)
    house.load()
    house.live()
    assert {part.code for part in house.parked()} == {code}
    assert all(part.reason for part in house.parked())
    assert house.row(ODD) is None
    assert house.row(MOVED) is not None
