"""Connections: how true a feed is, what waits for a person, and what one may do about it."""

from __future__ import annotations

import csv
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client

from staytrue.flow import intake
from staytrue.hotel import scope
from staytrue.inbox import actions as inbox
from staytrue.inbox.models import Connection, Delivery, ParkedPart
from staytrue.kit import clock
from staytrue.lab.files import STAY_COLUMNS
from staytrue.staff import audit
from staytrue.staff.models import AuditEntry
from tests import make
from tests.web import house
from tests.web.house import House


def line(number: str, status: str, arrival: str, departure: str) -> dict[str, str]:
    """One booking of Claire's as the hotel's export writes it."""
    return {
        "number": number,
        "leg": "1",
        "status": status,
        "arrival": arrival,
        "departure": departure,
        "guest_id": "G1",
    }


def stays_file(folder: Path, hour: str, *lines: dict[str, str]) -> Path:
    """The export of this hour."""
    path = folder / f"stays_BIO_20260521-{hour}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, STAY_COLUMNS, delimiter=";", lineterminator="\n")
        writer.writeheader()
        writer.writerows(lines)
    return path


def import_(link: Connection, path: Path) -> None:
    intake.import_file(link, path, mapping="staytrue_stays", now=house.NOW)


def page_of(client: Client) -> str:
    answer = client.get("/connections/bio-files/")
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


@pytest.fixture
def parked(hotel_house: House, tmp_path: Path) -> House:
    """A file of which one line says a word nobody knows."""
    good = line("30400", "Confirmed", "2026-06-01", "2026-06-03")
    strange = line("30401", "TENT", "2026-06-02", "2026-06-04")
    import_(hotel_house.link, stays_file(tmp_path, "0910", good, strange))
    return hotel_house


def test_a_feed_shows_age_promise_and_what_it_may_not_carry(hotel_house: House) -> None:
    page = page_of(hotel_house.client("front_desk"))
    assert "as of 03:10" in page
    assert "every 24 h" in page
    assert "Not allowed: the feed is 24 h old at worst; the limit is 15 min." in page


def test_the_tile_turns_stale_one_cadence_and_a_minute_after_the_last_reading(
    hotel_house: House,
) -> None:
    client = hotel_house.client("front_desk")
    due = house.READ_AT + timedelta(days=1, seconds=60)
    with clock.use(lambda: due):
        assert 'data-late="2026-05-22T01:11:00+00:00" hidden>stale' in page_of(client)
    with clock.use(lambda: due + timedelta(seconds=1)):
        assert 'data-late="2026-05-22T01:11:00+00:00">stale' in page_of(client)


def test_parked_parts_stand_by_reason_and_only_some_roles_may_act(parked: House) -> None:
    page = page_of(parked.client("general_manager"))
    assert "The file says “TENT”." in page
    assert "Read again" in page
    assert "Read again" not in page_of(parked.client("front_desk"))


def test_the_raw_record_is_for_those_who_may_and_leaves_a_trace(parked: House) -> None:
    with scope.everything():
        part = ParkedPart.objects.get()
    assert parked.client("general_manager").get(f"/parked/{part.pk}/").status_code == 403
    answer = parked.client("administrator").get(f"/parked/{part.pk}/")
    assert "30401;1;;TENT" in answer.content.decode()
    with scope.everything():
        assert AuditEntry.objects.filter(action="raw_read").count() == 1


def test_dropping_a_part_is_done_once_and_noted(parked: House) -> None:
    with scope.everything():
        part = ParkedPart.objects.get()
    client = parked.client("guest_relations")
    answer = client.post(
        "/connections/bio-files/parked/", {"act": "drop", "part": part.pk}, follow=True
    )
    assert "1 part was dropped." in answer.content.decode()
    with scope.everything():
        part.refresh_from_db()
        assert part.state == "dropped"
        assert AuditEntry.objects.filter(action="parts_dropped").count() == 1


def test_a_part_that_still_cannot_be_read_stays_parked_and_says_why(parked: House) -> None:
    with scope.everything():
        part = ParkedPart.objects.get()
    client = parked.client("general_manager")
    answer = client.post(
        "/connections/bio-files/parked/", {"act": "release", "part": part.pk}, follow=True
    )
    assert "still cannot be read" in answer.content.decode()
    with scope.everything():
        part.refresh_from_db()
    assert part.state == "parked"


def test_a_refused_file_says_why_in_plain_words(hotel_house: House, tmp_path: Path) -> None:
    path = stays_file(tmp_path, "0910", line("30400", "Confirmed", "2026-06-01", "2026-06-03"))
    path.write_bytes(path.read_bytes()[:-9])
    import_(hotel_house.link, path)
    assert "it was cut" in page_of(hotel_house.client("front_desk"))


@pytest.fixture
def held(hotel_house: House, tmp_path: Path) -> House:
    """A whole file that lost too many of the coming stays."""
    rows = [
        line(str(n), "Confirmed", f"2026-06-{n % 27 + 1:02}", f"2026-06-{n % 27 + 2:02}")
        for n in range(50_000, 50_060)
    ]
    import_(hotel_house.link, stays_file(tmp_path, "0910", *rows))
    import_(hotel_house.link, stays_file(tmp_path, "0920", rows[0]))
    return hotel_house


def test_a_held_file_waits_with_its_sentence_for_who_may_release(held: House) -> None:
    page = page_of(held.client("general_manager"))
    assert "coming stays are missing from this file" in page
    assert "It is right, release it" in page
    assert "It is right, release it" not in page_of(held.client("front_desk"))


def test_whoever_may_not_release_is_refused_and_nothing_moves(held: House) -> None:
    with scope.everything():
        parcel = Delivery.objects.get(state="held")
    assert held.client("front_desk").post(f"/deliveries/{parcel.pk}/release/").status_code == 403
    with scope.everything():
        parcel.refresh_from_db()
    assert parcel.state == "held"


def test_a_released_file_is_in_use_and_the_audit_knows_who(held: House) -> None:
    with scope.everything():
        parcel = Delivery.objects.get(state="held")
    client = held.client("general_manager")
    answer = client.post(f"/deliveries/{parcel.pk}/release/", follow=True)
    assert "Released:" in answer.content.decode()
    with scope.everything():
        parcel.refresh_from_db()
        entry = AuditEntry.objects.get(action="delivery_released")
    assert parcel.state == "applied"
    assert entry.actor.startswith("member:")


def test_releasing_asks_for_a_post(held: House) -> None:
    with scope.everything():
        parcel = Delivery.objects.get(state="held")
    assert (
        held.client("general_manager").get(f"/deliveries/{parcel.pk}/release/").status_code == 405
    )


def test_a_stopped_connection_says_why_and_is_resumed_on_its_page(hotel_house: House) -> None:
    link = hotel_house.link
    with scope.everything(), audit.acting("tests", house.NOW):
        inbox.stop(link, "login_refused", {"reason": "The server refused the password."}, house.NOW)
    client = hotel_house.client("administrator")
    assert "The server refused the password." in page_of(client)
    answer = client.post("/connections/bio-files/resume/", follow=True)
    assert "Deliveries are taken again." in answer.content.decode()
    with scope.everything():
        link.refresh_from_db()
    assert link.stopped_at is None


def test_the_meaning_of_each_word_can_be_looked_up(parked: House) -> None:
    page = page_of(parked.client("front_desk"))
    assert "<dt><bdi>checked out</bdi></dt><dd>Checked out</dd>" in page


def test_unknown_words_are_listed_with_bookings_and_revenue(hotel_house: House) -> None:
    record = make.reservation(number="30500", source_channel="TRAVELX", amount=None)
    house.take(hotel_house.link, record)
    assert "TRAVELX" in page_of(hotel_house.client("front_desk"))
