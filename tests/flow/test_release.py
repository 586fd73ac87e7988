"""What a person does about a delivery: releases, takes back, reads again."""

from __future__ import annotations

from pathlib import Path

import pytest

from staytrue.flow import release
from staytrue.hotel import scope
from staytrue.hotel.codes import GuestRole
from staytrue.hotel.records import GuestOnBooking
from staytrue.inbox.models import Delivery, ParkedPart
from staytrue.kit.errors import Refused
from tests import make
from tests.flow.days import DAY, MORNING, Feed, rows, state_hash, stay

pytestmark = pytest.mark.django_db


@pytest.fixture
def feed(tmp_path: Path) -> Feed:
    return Feed(make.link(make.hotel()), tmp_path)


def test_a_parked_part_is_released_once_its_word_has_a_meaning(feed: Feed, tmp_path: Path) -> None:
    shipped = Path("staytrue/connectors/export_files/mappings/staytrue_stays.toml").read_text()
    mapping = tmp_path / "house.toml"
    mapping.write_text(shipped)
    feed.day(0, stay(1), stay(2, source_status="TENT"), mapping=str(mapping))
    with scope.everything():
        part = ParkedPart.objects.get()
    with pytest.raises(Refused):
        release.release_parts([part], by="tests", now=MORNING + DAY)
    mapping.write_text(shipped.replace("[values.status]", '[values.status]\n"TENT" = "option"'))
    release.release_parts([part], by="tests", now=MORNING + DAY)
    assert rows()["30002"].status == "option"


def test_taking_a_batch_back_restores_the_state_before_it(feed: Feed) -> None:
    feed.day(0, *(stay(n) for n in range(5)), history=True)
    before = state_hash()
    later = [stay(n, room_number="7", nights=5, modified_at=MORNING, guests=[
        GuestOnBooking(GuestRole.PRIMARY, "G77")]) for n in range(3)]  # fmt: skip
    outcome = feed.day(1, *later, stay(8), history=True)
    assert state_hash() != before
    with scope.everything():
        batch = Delivery.objects.get(id=outcome.delivery)
    release.roll_back(batch, by="tests", now=MORNING + 2 * DAY)
    assert state_hash() == before
    feed.day(1, *later, stay(8), history=True)
    assert len(rows()) == 6


def test_a_batch_whose_rows_changed_later_cannot_be_taken_back_first(feed: Feed) -> None:
    first = feed.day(0, stay())
    feed.day(1, stay(room_number="7", modified_at=MORNING))
    with scope.everything():
        batch = Delivery.objects.get(id=first.delivery)
    with pytest.raises(Refused) as refusal:
        release.roll_back(batch, by="tests", now=MORNING + 2 * DAY)
    assert refusal.value.code == "changed_later"


def test_a_kept_file_is_read_again_by_a_mended_mapping(feed: Feed, tmp_path: Path) -> None:
    shipped = Path("staytrue/connectors/export_files/mappings/staytrue_stays.toml").read_text()
    mapping = tmp_path / "house.toml"
    mapping.write_text(shipped.replace('rate_code = "rate"', 'rate_code = "category"'))
    first = feed.day(0, stay(1, rate_code="FLEX", room_category="STD"), mapping=str(mapping))
    feed.day(1, stay(1, rate_code="FLEX", room_category="STD"),
             stay(2, room_number="7", rate_code="BAR", modified_at=MORNING), mapping=str(mapping))  # fmt: skip
    assert rows()["30001"].rate_code == "STD"
    mapping.write_text(shipped)
    with scope.everything():
        kept = Delivery.objects.get(id=first.delivery)
    outcome = release.read_again(kept, by="tests", now=MORNING + 2 * DAY)
    assert (outcome.created, outcome.changed) == (0, 1)
    assert rows()["30001"].rate_code == "FLEX"
    assert rows()["30002"].room_number == "7"
