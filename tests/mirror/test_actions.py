"""The merge into the mirror: newest wins, equal stays, rosters follow."""

from __future__ import annotations

import itertools
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from staytrue.hotel import scope
from staytrue.hotel.codes import GuestRole, Status
from staytrue.hotel.records import GuestOnBooking, Profile, Reservation
from staytrue.inbox.models import Connection
from staytrue.kit import merge
from staytrue.kit.merge import Merged
from staytrue.mirror import actions
from staytrue.mirror.models import Reservation as Row
from staytrue.mirror.models import Roster
from staytrue.mirror.rows import Encoder
from tests import make

pytestmark = pytest.mark.django_db


def take(
    link: Connection,
    *records: Reservation | Profile,
    made_at: datetime = make.NOON,
    raw_hash: int = 0,
    fresh: bool = False,
) -> Merged:
    """Merge records as one delivery."""
    parcel = make.delivery(link, made_at)
    object = "reservation" if isinstance(records[0], Reservation) else "profile"
    encoder = Encoder(parcel.id, link.property_id, "Europe/Madrid", made_at)
    encode: Any = getattr(encoder, object)
    lines = [encode(seq, seq, raw_hash, record) for seq, record in enumerate(records, 1)]
    target = actions.TARGETS[object]
    with scope.everything():
        merge.stage(target, [("\n".join(lines) + "\n").encode()])
        merged = actions.merge_staged(
            object,
            parcel.id,
            0,
            len(lines) + 1,
            {
                "connection_id": link.id,
                "read_at": made_at,
                "delivery_id": parcel.id,
                "imported": False,
                "first_seen_at": made_at,
            },
            fresh=fresh,
        )
        merge.clear(target, parcel.id)
    return merged


@pytest.fixture
def link() -> Connection:
    return make.link(make.hotel())


def stays() -> list[Row]:
    with scope.everything():
        return list(Row.objects.order_by("number", "epoch"))


def test_a_booking_is_created_once(link: Connection) -> None:
    first = take(link, make.reservation())
    again = take(link, make.reservation(), made_at=make.NOON + timedelta(hours=1))
    assert len(first.inserted) == 1
    assert (again.inserted, again.updated) == ([], [])
    assert len(stays()) == 1


def test_a_booking_known_after_all_is_changed_although_none_was_expected(link: Connection) -> None:
    first = take(link, make.reservation(room_number="12"), fresh=True)
    moved = [make.reservation(room_number="11"), make.reservation(number="30002", room_number="7")]
    later = take(link, *moved, made_at=make.NOON + timedelta(hours=1), fresh=True)
    assert (len(first.inserted), len(later.inserted), len(later.updated)) == (1, 1, 1)
    assert sorted(stay.room_number or "" for stay in stays()) == ["11", "7"]


def test_a_later_read_wins_over_an_earlier_one(link: Connection) -> None:
    take(link, make.reservation(room_number="12"), made_at=make.NOON)
    take(link, make.reservation(room_number="11"), made_at=make.NOON - timedelta(days=1))
    assert stays()[0].room_number == "12"


def test_the_sources_own_version_outranks_the_time_of_reading(link: Connection) -> None:
    newer = make.reservation(status=Status.CANCELLED, modified_at=make.NOON)
    older = make.reservation(modified_at=make.NOON - timedelta(hours=2))
    take(link, newer, made_at=make.NOON)
    take(link, older, made_at=make.NOON + timedelta(days=1))
    assert stays()[0].status == "cancelled"


def test_an_equal_version_with_other_content_is_taken_when_read_later(link: Connection) -> None:
    take(link, make.reservation(modified_at=make.NOON, room_number="1"))
    changed = make.reservation(modified_at=make.NOON, room_number="2")
    merged = take(link, changed, made_at=make.NOON + timedelta(hours=1))
    assert len(merged.updated) == 1
    assert stays()[0].room_number == "2"


def test_one_change_returns_the_row_before_and_after(link: Connection) -> None:
    take(link, make.reservation())
    merged = take(link, make.reservation(room_number="7"), made_at=make.NOON + timedelta(hours=1))
    [(was, now)] = merged.updated
    assert (was["room_number"], now["room_number"]) == (None, "7")
    assert now["versions"] == 2


def test_an_inferred_no_show_stands_until_the_pms_says_another_word(link: Connection) -> None:
    take(link, make.reservation())
    row = stays()[0]
    with scope.everything():
        actions.amend("reservation", [row.id], "status = 'no_show', status_origin = 'inferred'", {})
    take(link, make.reservation(notes="late"), made_at=make.NOON + timedelta(hours=1))
    assert (stays()[0].status, stays()[0].notes) == ("no_show", "late")
    arrived = make.reservation(status=Status.IN_HOUSE, source_status="In house")
    take(link, arrived, made_at=make.NOON + timedelta(hours=2))
    assert (stays()[0].status, stays()[0].status_origin) == ("in_house", "pms")


def test_a_replaced_guest_leaves_the_roster_with_a_date(link: Connection) -> None:
    take(link, make.reservation())
    other = make.reservation(guests=[GuestOnBooking(GuestRole.PRIMARY, "G2")])
    take(link, other, made_at=make.NOON + timedelta(hours=1))
    with scope.everything():
        lines = {line.profile: line.until_at for line in Roster.objects.all()}
    assert lines == {"G1": make.NOON + timedelta(hours=1), "G2": None}


def test_the_arrival_date_never_shifts_by_zone(link: Connection) -> None:
    house = make.hotel("AKL", timezone="Pacific/Auckland", country="NZ")
    far = make.link(house, "akl")
    take(far, make.reservation(arrival_on=date(2026, 6, 1), property="AKL"))
    assert stays()[0].arrival_on == date(2026, 6, 1)


VERSIONS = [
    make.reservation(room_number=str(n), modified_at=make.NOON + timedelta(minutes=n))
    for n in range(5)
]


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(order=st.lists(st.sampled_from(range(5)), min_size=5, max_size=12))
def test_any_order_with_repetition_ends_the_same(link: Connection, order: list[int]) -> None:
    with scope.everything():
        Roster.objects.all().delete()
        Row.objects.all().delete()
    for step, index in enumerate([*order, 4]):
        take(link, VERSIONS[index], made_at=make.NOON + timedelta(hours=step))
    assert stays()[0].room_number == "4"


def test_every_order_of_three_versions_ends_the_same(link: Connection) -> None:
    ends = set()
    for order in itertools.permutations(range(3)):
        with scope.everything():
            Roster.objects.all().delete()
            Row.objects.all().delete()
        for step, index in enumerate(order):
            take(link, VERSIONS[index], made_at=make.NOON + timedelta(hours=step))
        ends.add((stays()[0].room_number, stays()[0].content_hash))
    assert len(ends) == 1
