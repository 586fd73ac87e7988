"""The matrix of fields and the fidelity of a connection on their pages, and what they never show."""

from __future__ import annotations

import csv
import json
from datetime import timedelta

import pytest

from staytrue.hotel import scope
from staytrue.mirror import audits, capability
from staytrue.mirror.capability import Day
from staytrue.mirror.models import FidelityDifference, FidelityRun
from staytrue.web.fields import spark
from tests.web import house
from tests.web.house import House

pytestmark = pytest.mark.django_db


@pytest.fixture
def measured(hotel_house: House) -> House:
    """Two days measured, and a field that changed silently."""
    link = hotel_house.link
    with scope.everything():
        for days in (2, 1):
            capability.measure(link, house.TODAY - timedelta(days=days))
        capability.measure(link, house.TODAY)
        capability.note_silent(link.pk, link.property_id, "profile", ["emails"], house.NOW)
    return hotel_house


@pytest.fixture
def audited(hotel_house: House) -> House:
    """An audit that found one e-mail and one room to differ, and a stay that the PMS lost."""
    link = hotel_house.link
    with scope.everything():
        run = FidelityRun.objects.create(
            connection=link, property_id=link.property_id, begun_at=house.NOW,
            ended_at=house.NOW, sample=50,
            tallies={"next_7": {"reservation": [40, 38, 800, 799], "profile": [10, 9, 100, 99]}},
        )  # fmt: skip
        known = {"run": run, "property_id": link.property_id, "ours_since": house.READ_AT}
        audits.save(run, [
            FidelityDifference(
                kind="differs", object="profile", key="G1", field="emails",
                object_id=hotel_house.guest("G1"), **known,
                ours=[{"address": "claire@fontanel.example", "type": None, "masked": False}],
                theirs=[{"address": "claire@new.example", "type": None, "masked": False}],
            ),
            FidelityDifference(
                kind="differs", object="reservation", key="BIO:30201:1", field="room_number",
                object_id=hotel_house.stay("30201"), ours="27", theirs="31", **known,
            ),
            FidelityDifference(
                kind="missing_at_pms", object="reservation", key="BIO:30202:1", **known
            ),
        ])  # fmt: skip
    return hotel_house


def page_of(of: House, what: str, role: str = "administrator", query: str = "") -> str:
    answer = of.client(role).get(f"/connections/bio-files/{what}/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_matrix_shows_what_is_filled_and_what_changes_silently(measured: House) -> None:
    page = page_of(measured, "fields")
    assert '<span class="lo mono">language</span>' in page
    assert "25%" in page
    assert "1 time" in page


def test_the_sheet_is_exported_as_csv_and_json_without_any_guest(measured: House) -> None:
    table = page_of(measured, "fields", query="?as=csv")
    rows = {(row["object"], row["field"]): row for row in csv.DictReader(table.splitlines())}
    assert rows["profile", "language"]["filled"] == "0.25"
    assert rows["profile", "emails"]["silent"] == "1"
    document = json.loads(page_of(measured, "fields", query="?as=json"))
    assert {each["field"] for each in document["fields"]} == {field for _, field in rows}
    assert "Fontanel" not in table


def test_the_depth_of_history_and_its_first_arrival_are_told(hotel_house: House) -> None:
    assert "1 Aug 2025" in page_of(hotel_house, "fields")


def test_each_difference_shows_both_values_and_its_age(audited: House) -> None:
    page = page_of(audited, "fidelity")
    for told in ("claire@fontanel.example", "claire@new.example", "27", "31", "14 h 50 min old"):
        assert told in page
    assert "94%" in page
    assert "not in the PMS" in page


def test_a_value_is_hidden_from_whoever_may_not_read_its_field(audited: House) -> None:
    page = page_of(audited, "fidelity", "auditor")
    for secret in ("claire@", "BIO:30201", "G1<"):
        assert secret not in page
    assert "hidden from your role" in page


def test_a_member_without_the_right_sees_neither_page(audited: House) -> None:
    client = audited.client("department")
    for what in ("fields", "fidelity"):
        assert client.get(f"/connections/bio-files/{what}/").status_code in (403, 404)


def test_another_hotels_connection_is_not_there(hotel_house: House) -> None:
    client = hotel_house.client("front_desk")
    for what in ("fields", "fidelity"):
        assert client.get(f"/connections/lyo-files/{what}/").status_code == 404


def test_a_connection_by_files_says_that_nothing_can_be_compared(hotel_house: House) -> None:
    assert "nothing can be asked of its PMS" in page_of(hotel_house, "fidelity")


def test_a_trend_is_as_high_as_its_share() -> None:
    days = [Day(house.TODAY + timedelta(days=n), 10, filled) for n, filled in enumerate((10, 0))]
    assert spark(days) == "M0.0 1.0 L96.0 19.0"
    assert spark(days[:1]) == ""
