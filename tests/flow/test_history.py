"""Bringing the past in: profiles and stays in bulk, in batches that resume: FEATURES E24, H01 to H05."""

from __future__ import annotations

import csv
import gzip
import io
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from staytrue.changes.models import Unsettled
from staytrue.flow import reactions, release
from staytrue.hotel import scope
from staytrue.hotel.codes import Board, GuestRole, Status
from staytrue.hotel.records import Email, GuestOnBooking
from staytrue.inbox.models import Connection, Delivery
from staytrue.lab import bulk
from staytrue.messages.models import Message
from staytrue.mirror import hashing, rules
from staytrue.mirror.history import history_of
from staytrue.mirror.models import Profile, Reservation
from staytrue.mirror.totals import totals
from staytrue.staff.access import house_access
from tests import make
from tests.flow.feeds import DAY, MORNING, StayFeed, rows, stay

pytestmark = pytest.mark.django_db

PUBLISHED = Path(__file__).parents[2] / "../shared/data/hotel_bookings_resort.csv.gz"


@pytest.fixture
def link() -> Connection:
    return make.link(make.hotel())


def profiles() -> int:
    with scope.everything():
        return Profile.objects.count()


def state_hash() -> str:
    with scope.everything():
        return hashing.state_hash().hash


# H01 past guests


def kardex(folder: Path, count: int = 400) -> Path:
    """Profiles of which some come twice, some without an id, some under two ids."""
    people = [
        make.profile(source_id=f"G{n}", last_name=f"Voss{n}", emails=[Email(f"v{n}@example.org")])
        for n in range(count)
    ]
    again = [make.profile(source_id=f"G{n}", last_name=f"Voss{n}") for n in range(7)]
    twins = [
        make.profile(source_id=f"T{n}", last_name=f"VOSS{n}", emails=[Email(f"V{n}@example.org")])
        for n in range(20, 25)
    ]
    nobody = [make.profile(source_id="", last_name=f"Lost{n}") for n in range(3)]
    return make.guests_file(folder, MORNING, *people, *again, *twins, *nobody)


def test_a_rehearsal_of_past_guests_tells_what_would_come_and_keeps_nothing(
    link: Connection, tmp_path: Path
) -> None:
    path = kardex(tmp_path)
    told = make.take(link, path, MORNING, "staytrue_guests", history=True, dry_run=True)
    assert (told.read, told.created, told.changed, told.unchanged) == (415, 405, 0, 0)
    assert told.parked_count == 3
    assert told.rehearsal == {"repeated": 7, "same_person": 10}
    assert profiles() == 0
    with scope.everything():
        assert not Delivery.objects.exists()


def test_past_guests_read_are_mirrored_parked_or_named_twice(
    link: Connection, tmp_path: Path
) -> None:
    path = kardex(tmp_path)
    told = make.take(link, path, MORNING, "staytrue_guests", history=True, dry_run=True)
    outcome = make.take(link, path, MORNING, "staytrue_guests", history=True)
    repeated = (told.rehearsal or {})["repeated"]
    assert outcome.read == profiles() + outcome.parked_count + repeated
    assert (outcome.created, outcome.parked_count) == (told.created, told.parked_count)


def test_a_rehearsal_of_a_known_file_finds_only_what_changed(
    link: Connection, tmp_path: Path
) -> None:
    before = [make.profile(source_id=f"G{n}", notes="") for n in range(9)]
    make.take(link, make.guests_file(tmp_path, MORNING, *before), MORNING, "staytrue_guests")
    after = [make.profile(source_id=f"G{n}", notes="x" if n < 2 else "") for n in range(10)]
    path = make.guests_file(tmp_path, MORNING + DAY, *after)
    told = make.take(link, path, MORNING + DAY, "staytrue_guests", dry_run=True)
    assert (told.created, told.changed, told.unchanged) == (1, 2, 7)


def test_a_rehearsal_names_the_brake_the_file_would_meet(link: Connection, tmp_path: Path) -> None:
    feed = StayFeed(link, tmp_path)
    feed.take(*(stay(n) for n in range(60)))
    told = feed.take(*(stay(n) for n in range(30)), dry_run=True)
    assert (told.code, told.held, told.unchanged) == ("shrunken", True, 30)
    with scope.everything():
        assert not Delivery.objects.filter(state="held").exists()


def test_a_hundred_thousand_past_guests_are_all_accounted_for(
    link: Connection, tmp_path: Path
) -> None:
    """Slow: what a large hotel brings with it is rehearsed and imported whole."""
    count = 100_000
    path = bulk.write_bulk(tmp_path, reservations=10, profiles=count).guests
    told = make.take(link, path, MORNING, "staytrue_guests", history=True, dry_run=True)
    outcome = make.take(link, path, MORNING, "staytrue_guests", history=True)
    repeated = (told.rehearsal or {})["repeated"]
    assert outcome.read == count == profiles() + outcome.parked_count + repeated


# H02 past stays


@pytest.fixture
def past(tmp_path: Path) -> bulk.BulkFiles:
    return bulk.write_bulk(tmp_path, reservations=3_000, profiles=1_800)


def test_nights_and_revenue_of_past_stays_equal_the_sources_report(
    link: Connection, past: bulk.BulkFiles
) -> None:
    make.take(link, past.stays, MORNING, history=True)
    report: Counter[str] = Counter()
    with past.stays.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter=";"):
            year = row["arrival"][:4]
            stayed = date.fromisoformat(row["departure"]) - date.fromisoformat(row["arrival"])
            report[f"{year} bookings"] += 1
            report[f"{year} nights"] += stayed.days
            report[f"{year} cents"] += int(Decimal(row["amount"] or 0) * 100)
    with scope.everything():
        found = totals(by="year")
        by_status = {one.period: one.bookings for one in totals(by="status")}
        assert set(Reservation.objects.values_list("imported", flat=True)) == {True}
    assert {f"{one.period} bookings": one.bookings for one in found} | {
        f"{one.period} nights": one.nights for one in found
    } | {f"{one.period} cents": int(one.amount * 100) for one in found} == report
    expected = past.counts()["by_status"]
    assert by_status == {status: n for status, n in expected.items() if n}


def published() -> Iterator[dict[str, str]]:
    if not PUBLISHED.exists():
        pytest.skip("the published bookings are not beside this checkout: ../shared/data")
    with gzip.open(PUBLISHED, "rb") as packed:
        yield from csv.DictReader(io.StringIO(packed.read().decode()))


def test_the_totals_of_a_real_hotel_equal_its_own_file_year_by_year(link: Connection) -> None:
    """Slow: ten thousand real bookings are imported."""
    report: dict[str, tuple[int, Decimal]] = {}
    for row in published():
        if row["reservation_status"] == "Check-Out":
            nights = int(row["stays_in_weekend_nights"]) + int(row["stays_in_week_nights"])
            known = report.get(row["arrival_date_year"], (0, Decimal(0)))
            report[row["arrival_date_year"]] = (
                known[0] + nights, known[1] + Decimal(row["adr"]) * nights,
            )  # fmt: skip
    make.take(link, PUBLISHED, MORNING, "hotel_bookings", history=True)
    with scope.everything():
        found = totals(by="year", status="checked_out")
    assert {one.period: (one.nights, one.room_amount) for one in found} == report
    assert sum(one.nights for one in found) == 17_440
    assert sum(one.room_amount for one in found) == Decimal("1534684.09")


# H03 batches


def test_taking_back_one_batch_of_profiles_restores_the_state_before_it(
    link: Connection, tmp_path: Path
) -> None:
    first = [make.profile(source_id=f"G{n}", notes="a") for n in range(20)]
    make.take(link, make.guests_file(tmp_path, MORNING, *first), MORNING, "staytrue_guests")
    before = state_hash()
    later = [
        make.profile(source_id=f"G{n}", notes="b", first_name="Élise", language="fr",
                     birth_date="2019-02-03" if n == 12 else "1980-02-03",
                     emails=[Email("e@example.org")])
        for n in range(10, 30)
    ]  # fmt: skip
    path = make.guests_file(tmp_path, MORNING + DAY, *later)
    outcome = make.take(link, path, MORNING + DAY, "staytrue_guests", history=True)
    assert (outcome.created, outcome.changed) == (10, 10)
    with scope.everything():
        batch = Delivery.objects.get(id=outcome.delivery)
    release.roll_back(batch, by="tests", now=MORNING + 2 * DAY)
    assert (state_hash(), profiles()) == (before, 20)


def test_a_batch_taken_back_keeps_the_guess_of_its_stays_too(
    link: Connection, tmp_path: Path
) -> None:
    feed = StayFeed(link, tmp_path)
    monday = {"arrival_on": date(2026, 6, 1), "nights": 2}
    feed.take(stay(1, adults=1, **monday), history=True)
    before = state_hash()
    outcome = feed.take(stay(1, adults=2, **monday), history=True)
    assert [row.derived_segment for row in rows()] == ["leisure"]
    with scope.everything():
        batch = Delivery.objects.get(id=outcome.delivery)
    release.roll_back(batch, by="tests", now=MORNING + 2 * DAY)
    assert [row.derived_segment for row in rows()] == ["business"]
    assert state_hash() == before


# H05 silence


def test_a_stay_that_departed_yesterday_sends_no_thank_you_when_imported_as_history(
    link: Connection, tmp_path: Path
) -> None:
    gone: dict[str, Any] = {
        "status": Status.CHECKED_OUT, "source_status": "Checked out",
        "arrival_on": MORNING.date() - timedelta(days=3), "nights": 2,
    }  # fmt: skip
    StayFeed(link, tmp_path).take(stay(**gone), history=True)
    [row] = rows()
    verdict = rules.verdict(
        "thank_you",
        status=row.status,
        out_of_sight=False,
        imported=row.imported,
        newest_parked=False,
        true_through=MORNING,
        now=MORNING,
    )
    assert (verdict.answer, verdict.code) == ("closed", "history_import")
    reactions.settle(MORNING)
    with scope.everything():
        assert not Unsettled.objects.exists()
        assert not Message.objects.exists()


# E24 history of a person


def test_forty_stays_in_three_hotels_are_forty_rows_whose_totals_are_the_sum(
    tmp_path: Path,
) -> None:
    codes = ("BIO", "LEK", "GET")
    for place, code in enumerate(codes):
        feed = StayFeed(make.link(make.hotel(code), f"{code}-files"), tmp_path / code)
        feed.folder.mkdir()
        guest = [GuestOnBooking(GuestRole.PRIMARY, f"C{code}")]
        stays = [
            stay(n, nights=1 + n % 3, arrival_on=date(2024, 1, 1) + n * DAY * 9, board=Board.HB,
                 source_board="Half board", status=Status.CHECKED_OUT, rate_code="BAR",
                 source_status="Checked out", guests=guest, room_amount=Decimal(n) + Decimal("80.10"),
                 amount=Decimal(n) + Decimal("100.35"))
            for n in range(40) if n % 3 == place
        ]  # fmt: skip
        feed.take(*stays, history=True)
        guests = make.guests_file(tmp_path, MORNING + place * DAY,
                                  make.profile(source_id=f"C{code}"))  # fmt: skip
        make.take(feed.link, guests, MORNING, "staytrue_guests", history=True)
    with scope.everything():
        ids = list(Profile.objects.values_list("id", flat=True))
        history = history_of(house_access("tests"), ids)
    assert Counter(line.hotel for line in history.stays).total() == 40
    assert {line.property_id for line in history.stays} == {row.property_id for row in rows()}
    assert {line.board for line in history.stays} == {"HB"}
    [total] = history.totals
    assert total.amount == sum((row.amount or Decimal(0)) for row in rows())
    assert total.room == sum((row.room_amount or Decimal(0)) for row in rows())
    assert history.nights == sum(row.nights for row in rows())


def test_a_late_posting_moves_the_lifetime_spend_of_the_guest(
    link: Connection, tmp_path: Path
) -> None:
    out = {"status": Status.CHECKED_OUT, "source_status": "Checked out",
           "guests": [GuestOnBooking(GuestRole.PRIMARY, "G1")]}  # fmt: skip
    make.take(link, make.guests_file(tmp_path, MORNING, make.profile()), MORNING, "staytrue_guests")
    feed = StayFeed(link, tmp_path)
    feed.take(stay(1, amount=Decimal("300.10"), **out), stay(2, amount=Decimal("99.90"), **out))
    feed.take(stay(1, amount=Decimal("307.60"), **out), stay(2, amount=Decimal("99.90"), **out))
    with scope.everything():
        spent = history_of(house_access("tests"), [Profile.objects.get().pk]).totals
    assert [total.amount for total in spent] == [Decimal("407.50")]
