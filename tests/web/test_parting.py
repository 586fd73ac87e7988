"""What follows from taking a decision back is read before, and looked at after."""

from __future__ import annotations

import pytest

from staytrue.guests import deciding
from staytrue.guests.models import Guest
from staytrue.hotel import scope
from staytrue.staff.access import house_access
from staytrue.staff.models import Ask, AuditEntry
from tests import make
from tests.guests.test_golden import guest_of
from tests.web import house
from tests.web.house import House


@pytest.fixture
def merged(hotel_house: House) -> tuple[Guest, int]:
    """Claire, wrongly joined with a namesake whose stay is to come; and the decision."""
    house.take(hotel_house.link, make.profile(source_id="G8"))
    taken = make.reservation(number="30190", guests=[house.guest(profile="G8")])
    house.take(hotel_house.link, taken)
    one, other = guest_of(hotel_house.guest("G1")), guest_of(hotel_house.guest("G8"))
    assert one.pk < other.pk
    with scope.everything():
        ana = house_access("member:0")
        profiles = hotel_house.guest("G1"), hotel_house.guest("G8")
        return one, deciding.merge(ana, *profiles, house.NOW)


def test_what_follows_is_listed_before_a_decision_is_taken_back(
    hotel_house: House, merged: tuple[Guest, int]
) -> None:
    guest, event = merged
    client = hotel_house.client("guest_relations")
    history = client.get(f"/guests/{guest.public_id}/history/").content.decode()
    assert f"/guests/{guest.public_id}/undo/{event}/" in history
    shown = client.get(f"/guests/{guest.public_id}/undo/{event}/").content.decode()
    assert "1 stay to come changes its guest" in shown
    assert "1 stay goes with its profile" in shown
    client.post(f"/guests/{guest.public_id}/undo/", {"event": event, "reason": "namesakes"})
    again = client.get(f"/guests/{guest.public_id}/undo/{event}/")
    assert again["Location"] == f"/guests/{guest.public_id}/history/"


def test_a_task_that_followed_ends_when_somebody_has_looked(
    hotel_house: House, merged: tuple[Guest, int]
) -> None:
    guest, event = merged
    client = hotel_house.client("guest_relations")
    client.post(f"/guests/{guest.public_id}/undo/", {"event": event, "reason": "namesakes"})
    today = client.get("/today/").content.decode()
    assert "Check a guest who was taken apart" in today
    with scope.everything():
        ask = Ask.objects.get(kind="parted_coming")
    assert hotel_house.client("marketing").post(f"/asks/{ask.pk}/looked/").status_code == 403
    client.post(f"/asks/{ask.pk}/looked/")
    assert "Check a guest who was taken apart" not in client.get("/today/").content.decode()
    with scope.everything():
        assert AuditEntry.objects.filter(action="looked", object=f"ask:{ask.pk}").exists()
    assert client.post(f"/asks/{ask.pk}/looked/").status_code == 404
