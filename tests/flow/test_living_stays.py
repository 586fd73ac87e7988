"""Created, changed, cancelled, shifted, handed over: a PMS that lives tells it once, as it was."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from staytrue.changes import past
from staytrue.changes.kinds import Kind
from staytrue.flow.closing import close_days
from staytrue.hotel import scope
from staytrue.hotel.codes import Board, Channel, GuestRole, Payment, Segment, Status
from staytrue.hotel.records import Extra, GuestOnBooking
from staytrue.inbox import pace
from staytrue.lab.rigs.houses import OperaHouse, SqlHouse
from staytrue.mirror import history, reading
from staytrue.mirror.models import Profile, Reservation, Roster
from staytrue.staff.access import house_access
from staytrue.staff.models import Ask
from tests.flow.living import (
    DIALECTS,
    HOURS,
    TODAY,
    Build,
    Scene,
    building,
    drawn,
    guest_ids,
    lived,
    plain,
    written,
)

pytestmark = pytest.mark.django_db(transaction=True)

NUMBER = "20001"
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def scene() -> Iterator[Build]:
    """A connected house of a dialect, gone after the test."""
    with building() as build:
        yield build


def known(house: Scene, number: str = NUMBER) -> Reservation:
    """A booking that the mirror has."""
    row = house.row(number)
    assert row is not None
    return row


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_new_booking_is_known_within_the_pace_of_its_feed_and_once_after_three_replays(
    scene: Build, dialect: str, tmp_path: Path
) -> None:
    made = HOURS[0] + 7 * MINUTE
    house = scene(dialect, written(lived(plain("20000")), lived(plain(NUMBER), made=made)))
    house.load()
    # Looks at its own pace for a while, so that the booking comes between two of them.
    house.group.clock.instant = made - 12 * MINUTE
    for _ in house.group.run(12 * MINUTE, step=MINUTE):
        pass
    while house.row(NUMBER) is None and house.group.clock() < made + timedelta(hours=1):
        for _ in house.group.run(MINUTE, step=MINUTE):
            pass
    row = known(house)
    assert row.first_seen_at - made <= timedelta(seconds=pace.SLOWEST[pace.CHANGES]) + MINUTE
    for times in (2, 3, 4):
        house.replay(tmp_path, times)
    (created,) = house.versions("reservation", object_id=row.pk)
    assert (created.kinds, created.source_at) == (["created"], made)


def fields() -> dict[str, dict[str, Any]]:
    """Each mirrored field that a PMS changes, and what else changes with it."""
    one, other_category = HOURS[0], list(drawn().house.rooms)[1]
    return {
        "status": {"status": Status.OPTION},
        "cancelled_at": {"status": Status.CANCELLED, "cancelled_at": one},
        "checked_in_at": {"status": Status.IN_HOUSE, "checked_in_at": one},
        "arrival_on": {"arrival_on": TODAY + DAY},
        "departure_on": {"departure_on": TODAY + 5 * DAY},
        "adults": {"adults": 3},
        "children": {"children": 2},
        "infants": {"infants": 1},
        "room_number": {"room_number": drawn().house.rooms[other_category][0]},
        "room_category": {"room_category": other_category},
        "rate_code": {"rate_code": "FLEX"},
        "board": {"board": Board.HB, "source_board": "Half board"},
        "channel": {"channel": Channel.WEBSITE, "source_channel": "Website"},
        "source": {"channel": Channel.CORPORATE, "source": "Astillero Ondarra"},
        "segment": {"segment": Segment.BUSINESS, "source_segment": "Business"},
        "amount": {"amount": Decimal("777.00")},
        "room_amount": {"room_amount": Decimal("700.00")},
        "payment_method": {"payment_method": Payment.CASH, "source_payment": "Cash"},
        "extras": {"extras": [Extra("PARK", "Parking", Decimal(1), Decimal("18.00"))]},
        "guests": {"guests": [GuestOnBooking(GuestRole.PRIMARY, guest_ids()[1])]},
        "notes": {"notes": "Ground floor"},
        "group_number": {"group_number": "GR1"},
    }


# What a PMS does not hold, or only from its first entry on.
UNTOLD = {
    "mews": {"infants", "board", "source"},
    "opera_cloud": {"infants", "checked_in_at"},
    "sql_views": {"extras"},
}
# What stands apart from the reservation and does not move its instant.
UNDATED = {
    "mews": {"amount", "room_amount", "extras", "notes"},
    "opera_cloud": set(),
    "sql_views": set(),
}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_each_changed_field_gives_one_version_that_names_it_and_its_instant(
    scene: Build, dialect: str
) -> None:
    one, wanted = HOURS[0], {k: v for k, v in fields().items() if k not in UNTOLD[dialect]}
    numbers = {field: str(20_001 + n) for n, field in enumerate(wanted)}
    lives = (lived(plain(numbers[field]), (one, facts)) for field, facts in wanted.items())
    house = scene(dialect, written(*lives))
    house.load()
    before = {field: record(house, number) for field, number in numbers.items()}
    loaded_at = house.group.clock()
    house.live(HOURS[:1])
    for field, number in numbers.items():
        _, *later = house.versions("reservation", object_id=known(house, number).pk)
        assert [field in (each.diff or {}) for each in later] == [True], field
        instant = None if field in UNDATED[dialect] else one
        assert later[0].source_at == instant, field
        assert record(house, number, loaded_at) == before[field]


def record(house: Scene, number: str, known_at: datetime | None = None) -> dict[str, Any]:
    """A booking's canonical record, as it is or as it was known then."""
    wanted = reading.Wanted("reservation", condition="t.number = %s", values=[number])
    with scope.everything():
        (found,) = reading.stream(wanted)
        whole = past.as_known(found, known_at) if known_at else found.record()
    return {name: value for name, value in whole.items() if name != "as_of"}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_cancelled_booking_stays_with_its_instant_and_origin_in_its_guests_history(
    scene: Build, dialect: str
) -> None:
    one = HOURS[0]
    gone = {"status": Status.CANCELLED, "cancelled_at": one}
    house = scene(dialect, written(lived(plain(NUMBER), (one, gone))))
    house.load()
    house.live(HOURS[:2])
    row = known(house)
    assert (row.status, row.status_origin, row.out_of_sight_since) == ("cancelled", "pms", None)
    # OPERA tells the day of a cancellation and no hour.
    said = record(house, NUMBER)["cancelled_at"]
    assert said == (str(TODAY) if dialect == "opera_cloud" else "2026-05-21T11:00:00+02:00")
    assert [(kind, at) for kind, at in house.told("reservation") if kind == Kind.CANCELLED] == [
        (Kind.CANCELLED, one)
    ]
    stays, _ = timelines(house, 0)
    assert stays == [(NUMBER, "cancelled")]


def timelines(house: Scene, place: int) -> tuple[list[tuple[str, str]], list[str | None]]:
    """A guest's stays with their states, and to whom he handed others over."""
    with scope.everything():
        row = known(house)
        guests = Roster.objects.filter(reservation=row).order_by("since_at", "profile")
        source_id = list(dict.fromkeys(guest.profile for guest in guests))[place]
        profile = Profile.objects.get(source_id=source_id)
        told = history.history_of(house_access("tests"), [profile.pk])
    return [(one.number, one.status) for one in told.stays], [one.handed_to for one in told.former]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_who_never_checked_in_is_a_no_show_by_inference_until_the_pms_says_another_word(
    scene: Build, dialect: str
) -> None:
    came = HOURS[0] + DAY
    checks_in = {"status": Status.IN_HOUSE, "checked_in_at": came}
    noted_at, noted = came - timedelta(hours=4), {"notes": "Asked at the station"}
    life = lived(plain(NUMBER), (noted_at, noted), (came, checks_in))
    house = scene(dialect, written(life))
    house.load()
    house.live(HOURS)
    # At 03:05 of the hotel's night the day of arrival is over, and the mirror newer than that.
    house.live([datetime.combine(TODAY + DAY, HOURS[0].timetz()).replace(hour=1, minute=5)])
    assert known(house).status == "confirmed"
    close_days(house.group.clock())
    assert (known(house).status, known(house).status_origin) == ("no_show", "inferred")
    # The PMS goes on calling it confirmed, at every look, also when somebody notes something.
    house.live([came - timedelta(hours=hours) for hours in (6, 4, 2)])
    close_days(house.group.clock())
    assert known(house).notes == noted["notes"]
    assert (known(house).status, known(house).status_origin) == ("no_show", "inferred")
    house.live([came])
    close_days(house.group.clock())
    assert (known(house).status, known(house).status_origin) == ("in_house", "pms")
    kinds = [each.kinds[1:3] for each in house.versions("reservation")[1:]]
    assert kinds == [[Kind.NO_SHOW], [], [Kind.NO_SHOW_REVERSED, Kind.CHECKED_IN]]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_stay_shifted_by_three_months_is_known_on_its_new_dates_though_nothing_told_of_it(
    scene: Build, dialect: str
) -> None:
    one, days = HOURS[0], timedelta(days=92)
    near = plain(NUMBER, arrival_on=TODAY + 5 * DAY, departure_on=TODAY + 8 * DAY)
    shifted = {"arrival_on": near.arrival_on + days, "departure_on": near.departure_on + days}
    house = scene(dialect, written(lived(near, (one, shifted))))
    deafen(house)
    house.load()
    house.live(HOURS[:3])
    row = known(house)
    assert (row.status, row.arrival_on, row.nights) == ("confirmed", shifted["arrival_on"], 3)
    assert row.out_of_sight_since is None
    assert [at for kind, at in house.told("reservation") if kind == Kind.DATES_MOVED] == [one]
    with scope.everything():
        assert not Ask.objects.exclude(closed_at=None)


def deafen(house: Scene) -> None:
    """Every call and every event of this PMS is lost from now on."""
    if isinstance(house.house, OperaHouse):
        told = house.house.pms.timeline
        told.events[:] = [one for one in told.events if one.at < house.group.clock()]
    house.member.pushes.post = lambda _body: 200


def test_a_stay_that_leaves_the_window_of_a_database_is_verified_until_it_reappears(
    scene: Build,
) -> None:
    near = plain(NUMBER, arrival_on=TODAY + 5 * DAY, departure_on=TODAY + 8 * DAY)
    # The other one was changed since, so that nobody asks for what was stamped before it.
    other = lived(plain("20002"), (HOURS[0] - 4 * 60 * MINUTE, {"notes": "Ground floor"}))
    house = scene("sql_views", written(lived(near), other))
    house.load()
    # The desk shifts the booking, and the row keeps its stamp.
    assert isinstance(house.house, SqlHouse)
    house.house.pms.tables.owner.execute(
        "UPDATE pms.booking SET arr = arr + 92, dep = dep + 92 WHERE booking_no = %s", [NUMBER]
    )
    house.live(HOURS[:1])
    row = known(house)
    assert (row.status, row.out_of_sight_cause) == ("confirmed", "window")
    with scope.everything():
        ask = Ask.objects.get(kind="verify_stay")
    assert (ask.role_id, ask.facts["number"], ask.closed_at) == ("front_desk", NUMBER, None)
    # The night's look at everything shows it again.
    house.live([HOURS[0] + DAY])
    row = known(house)
    assert (row.status, row.out_of_sight_since) == ("confirmed", None)
    assert row.arrival_on == near.arrival_on + 92 * DAY
    with scope.everything():
        assert [each.closed_why for each in Ask.objects.filter(kind="verify_stay")] == ["seen"]
