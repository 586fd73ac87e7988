"""A delivery through the whole line: files in, mirror and change log out."""

from __future__ import annotations

import itertools
import random
import zlib
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from staytrue.flow import reactions, release
from staytrue.hotel import scope
from staytrue.hotel.codes import Board, Channel, GuestRole, Payment, Segment, Status
from staytrue.hotel.records import Extra, GuestOnBooking
from staytrue.inbox.models import Connection, Delivery, ParkedPart
from staytrue.mirror.models import Freshness
from staytrue.mirror.models import Reservation as Row
from staytrue.staff.models import Ask
from tests import make
from tests.flow.days import DAY, MORNING, Feed, log_of, rows, state_hash, stay

pytestmark = pytest.mark.django_db


@pytest.fixture
def link() -> Connection:
    return make.link(make.hotel())


@pytest.fixture
def feed(link: Connection, tmp_path: Path) -> Feed:
    return Feed(link, tmp_path)


def test_a_created_reservation_is_in_the_mirror_once_after_three_replays(feed: Feed) -> None:
    for _ in range(4):
        feed.day(0, stay())
    assert list(rows()) == ["30001"]
    assert [entry.kinds for entry in log_of("30001")] == [["created"]]


CHANGES: list[tuple[str, dict[str, Any]]] = [
    ("status", {"status": Status.OPTION, "source_status": "Option"}),
    ("arrival_on", {"arrival_on": date(2026, 5, 24)}),
    ("departure_on", {"nights": 4}),
    ("adults", {"adults": 3}),
    ("children", {"children": 1}),
    ("room_number", {"room_number": "214"}),
    ("room_category", {"room_category": "SUP"}),
    ("rate_code", {"rate_code": "BAR"}),
    ("board", {"board": Board.HB, "source_board": "Half board"}),
    ("channel", {"channel": Channel.OTA, "source_channel": "OTA"}),
    ("source", {"source": "Partner"}),
    ("segment", {"segment": Segment.GROUP, "source_segment": "Group"}),
    ("amount", {"amount": Decimal("612.00")}),
    ("room_amount", {"room_amount": Decimal("500.10")}),
    ("payment_method", {"payment_method": Payment.CASH, "source_payment": "Cash"}),
    ("extras", {"extras": [Extra("PARK", "Parking", Decimal(1), Decimal("18.00"))]}),
    ("notes", {"notes": "Ground floor"}),
    ("group_number", {"group_number": "GR1"}),
    ("tax_included", {"tax_included": True}),
    ("cancelled_at", {"cancelled_at": MORNING}),
    ("checked_in_at", {"checked_in_at": MORNING}),
    ("guests", {"guests": [GuestOnBooking(GuestRole.PRIMARY, "G9")]}),
]


@pytest.mark.parametrize(("field", "change"), CHANGES)
def test_each_changed_field_gives_one_version_that_names_it(
    feed: Feed, field: str, change: dict[str, Any]
) -> None:
    feed.day(0, stay())
    said_at = MORNING + timedelta(hours=20)
    feed.day(1, stay(**change, modified_at=said_at))
    first, second = log_of("30001")
    assert (first.kinds, second.no) == (["created"], 2)
    assert field in second.diff
    assert second.source_at == said_at


def test_a_cancelled_booking_stays_with_its_instant_and_its_history(feed: Feed) -> None:
    feed.day(0, stay())
    cancelled = MORNING + timedelta(hours=12)
    feed.day(1, stay(status=Status.CANCELLED, source_status="Cancelled", cancelled_at=cancelled,
                     modified_at=cancelled))  # fmt: skip
    row = rows()["30001"]
    assert (row.status, row.cancelled_at, row.status_origin) == ("cancelled", cancelled, "pms")
    assert [entry.kinds for entry in log_of("30001")] == [["created"], ["modified", "cancelled"]]


def test_a_booking_that_disappears_is_missing_and_never_cancelled(feed: Feed) -> None:
    feed.day(0, stay(1), stay(2))
    outcome = feed.day(1, stay(1))
    row = rows()["30002"]
    assert outcome.out_of_sight == 1
    assert (row.status, row.out_of_sight_cause) == ("confirmed", "missing")
    assert row.out_of_sight_since == MORNING + DAY
    assert row.seen_on == date(2026, 5, 21)


def test_a_stay_out_of_sight_is_verified_and_comes_back_by_itself(feed: Feed) -> None:
    feed.day(0, stay(1), stay(2))
    feed.day(1, stay(1))
    reactions.settle(MORNING + DAY)
    with scope.everything():
        assert Ask.objects.get(closed_at=None).kind == "verify_stay"
    feed.day(2, stay(1, notes="late"), stay(2))
    reactions.settle(MORNING + 3 * DAY)
    with scope.everything():
        assert Ask.objects.get().closed_why == "seen"
    assert rows()["30002"].out_of_sight_since is None
    assert [entry.kinds for entry in log_of("30002")][1:] == [["out_of_sight"], ["seen_again"]]


WINDOWED = "staytrue_stays"


def test_a_stay_moved_beyond_the_window_is_out_of_window_until_it_reappears(
    feed: Feed, tmp_path: Path
) -> None:
    mapping = tmp_path / "window.toml"
    text = Path("staytrue/connectors/export_files/mappings/staytrue_stays.toml").read_text()
    text = text.replace('kind = "full"', 'kind = "window"\ndays_before = 3\ndays_after = 15')
    mapping.write_text(text)
    feed.day(0, stay(1), stay(2), mapping=str(mapping))
    feed.day(1, stay(1), mapping=str(mapping))
    assert rows()["30002"].out_of_sight_cause == "window"
    moved = stay(2, arrival_on=date(2026, 8, 23), modified_at=MORNING + timedelta(hours=9))
    feed.day(90, stay(1), moved, mapping=str(mapping))
    row = rows()["30002"]
    assert (row.out_of_sight_since, row.arrival_on) == (None, date(2026, 8, 23))


def test_a_file_missing_many_coming_stays_is_held_and_concludes_nothing(feed: Feed) -> None:
    feed.day(0, *(stay(n) for n in range(60)))
    outcome = feed.day(1, *(stay(n) for n in range(30)))
    assert (outcome.held, outcome.code) == (True, "shrunken")
    assert not [row for row in rows().values() if row.out_of_sight_since]
    with scope.everything():
        held = Delivery.objects.get(state="held")
        assert Ask.objects.get(closed_at=None).kind == "held_delivery"
    release.release_delivery(held, by="tests", now=MORNING + DAY)
    assert len([row for row in rows().values() if row.out_of_sight_since]) == 30


def test_mass_cancellation_is_held_whole(feed: Feed) -> None:
    feed.day(0, *(stay(n) for n in range(60)))
    gone = [stay(n, status=Status.CANCELLED, source_status="Cancelled",
                 modified_at=MORNING + timedelta(hours=1)) for n in range(60)]  # fmt: skip
    assert feed.day(1, *gone).code == "mass_cancellation"
    assert {row.status for row in rows().values()} == {"confirmed"}


def test_yesterdays_file_again_changes_nothing(feed: Feed) -> None:
    feed.day(0, stay(1), stay(2))
    feed.day(1, stay(1, room_number="9", modified_at=MORNING), stay(2), stay(3))
    before = state_hash()
    path = make.stays_file(feed.folder, MORNING, stay(1, notes="x"), stay(2))
    make.take(feed.link, path, MORNING + DAY + timedelta(hours=1))
    assert [row.out_of_sight_since for row in rows().values()] == [None] * 3
    with scope.everything():
        assert Freshness.objects.get().true_through == MORNING + DAY
    assert rows()["30001"].room_number == "9"
    assert state_hash() == before


def test_a_late_file_is_applied_by_its_own_date(feed: Feed) -> None:
    feed.day(2, stay(1, room_number="new", modified_at=None))
    late = [stay(1, room_number="old", modified_at=None), stay(5, modified_at=None)]
    path = make.stays_file(feed.folder, MORNING + DAY, *late)
    make.take(feed.link, path, MORNING + 3 * DAY)
    assert rows()["30001"].room_number == "new"
    assert "30005" in rows()


def test_seven_records_without_status_are_parked_and_the_rest_goes_on(feed: Feed) -> None:
    good = [stay(n) for n in range(93)]
    bad = [stay(n, source_status="") for n in range(93, 100)]
    outcome = feed.day(0, *good, *bad)
    assert (outcome.created, outcome.parked_count) == (93, 7)
    assert all(part["reason"] for part in outcome.parked)
    feed.day(1, *good, *(stay(n) for n in range(93, 100)))
    assert len(rows()) == 100
    with scope.everything():
        assert set(ParkedPart.objects.values_list("state", flat=True)) == {"solved"}


def test_an_unknown_status_word_is_parked_with_its_raw_record(feed: Feed) -> None:
    outcome = feed.day(0, stay(1), stay(2, source_status="TENT"))
    assert list(rows()) == ["30001"]
    [part] = outcome.parked
    assert "TENT" in part["reason"]
    with scope.everything():
        assert "TENT" in ParkedPart.objects.get().raw


PATH = [
    ("Confirmed", Status.CONFIRMED),
    ("Cancelled", Status.CANCELLED),
    ("Confirmed", Status.CONFIRMED),
    ("In house", Status.IN_HOUSE),
    ("Checked out", Status.CHECKED_OUT),
    ("In house", Status.IN_HOUSE),
]


def test_every_transition_is_kept_on_its_path(feed: Feed) -> None:
    for n, (word, status) in enumerate(PATH):
        feed.day(n, stay(status=status, source_status=word, modified_at=MORNING + n * DAY))
    assert rows()["30001"].status == "in_house"
    kinds = [entry.kinds[-1] for entry in log_of("30001")]
    assert kinds == [
        "created", "cancelled", "reinstated", "checked_in", "checked_out", "check_out_reversed",
    ]  # fmt: skip


def test_a_replaced_guest_moves_the_stay_to_the_other_one(feed: Feed) -> None:
    feed.day(0, stay())
    feed.day(1, stay(guests=[GuestOnBooking(GuestRole.PRIMARY, "G2")], modified_at=MORNING))
    assert rows()["30001"].primary_profile == "G2"
    assert "guest_replaced" in log_of("30001")[1].kinds


def test_two_hundred_events_in_any_order_with_repetition_end_in_the_same_state(
    link: Connection, tmp_path: Path
) -> None:
    chance = random.Random(7)
    events = []
    for n in range(40):
        for version in range(5):
            word, status = PATH[chance.randrange(len(PATH))]
            events.append(stay(n, status=status, source_status=word, notes=f"v{version}",
                               modified_at=MORNING + timedelta(minutes=10 * version + n)))  # fmt: skip
    hashes = set()
    for order in ("straight", "shuffled"):
        stream = events if order == "straight" else [*events, *chance.sample(events, 60)]
        if order == "shuffled":
            chance.shuffle(stream)
        with scope.everything():
            Row.objects.all().delete()
            Delivery.objects.all().delete()
            Freshness.objects.all().delete()
        for batch, chunk in (
            enumerate(itertools.batched(stream, 25))
            if hasattr(itertools, "batched")
            else enumerate(stream[i : i + 25] for i in range(0, len(stream), 25))
        ):
            path = make.stays_file(tmp_path, MORNING + batch * DAY, *chunk)
            make.take(link, path, MORNING + batch * DAY, history=True)
        hashes.add(state_hash())
    assert len(hashes) == 1


def test_history_is_marked_as_imported_and_meets_no_brake(feed: Feed) -> None:
    feed.day(0, *(stay(n) for n in range(60)), history=True)
    outcome = feed.day(1, *(stay(n, status=Status.CANCELLED, source_status="Cancelled",
                                 modified_at=MORNING) for n in range(60)), history=True)  # fmt: skip
    assert outcome.refused is None
    assert {row.imported for row in rows().values()} == {True}


def test_a_dry_run_tells_what_would_come_and_keeps_nothing(feed: Feed) -> None:
    outcome = feed.day(0, stay(1), stay(2, source_status="TENT"), dry_run=True)
    assert (outcome.read, outcome.created, outcome.parked_count) == (2, 1, 1)
    assert rows() == {}
    with scope.everything():
        assert not Delivery.objects.exists()


def test_a_truncated_file_is_refused_as_a_whole(feed: Feed) -> None:
    feed.day(0, stay(1))
    path = make.stays_file(feed.folder, MORNING + DAY, stay(1), stay(2))
    path.write_bytes(path.read_bytes()[:-9])
    outcome = make.take(feed.link, path, MORNING + DAY)
    assert outcome.refused
    assert list(rows()) == ["30001"]
    with scope.everything():
        assert Delivery.objects.filter(state="refused").count() == 1


def test_a_number_used_again_is_another_booking(feed: Feed) -> None:
    old = stay(status=Status.CHECKED_OUT, source_status="Checked out")
    feed.day(0, old)
    again = stay(
        arrival_on=date(2026, 9, 1),
        created_at=MORNING + 40 * DAY,
        modified_at=MORNING + 40 * DAY,
        guests=[GuestOnBooking(GuestRole.PRIMARY, "G5")],
    )
    feed.day(41, again)
    with scope.everything():
        kept = list(Row.objects.order_by("epoch").values_list("epoch", "status", "primary_profile"))
    assert kept == [(1, "checked_out", "G1"), (2, "confirmed", "G5")]


def test_a_delivery_remembers_the_ids_inside_it(feed: Feed) -> None:
    feed.day(0, stay(1), stay(2))
    outcome = feed.day(1, stay(1, notes="x"), stay(2))
    with scope.everything():
        kept = Delivery.objects.get(id=outcome.delivery).source_ids
    assert set(zlib.decompress(kept).decode().split()) == {"30001", "30002", "G1", "G2", "1"}


def test_a_known_stay_whose_new_word_is_unknown_is_parked_and_not_missing(feed: Feed) -> None:
    feed.day(0, stay(1), stay(2))
    outcome = feed.day(1, stay(1), stay(2, source_status="TENT"))
    assert (outcome.parked_count, outcome.out_of_sight) == (1, 0)
    assert rows()["30002"].out_of_sight_since is None
