"""What is masked is shown with a reason only, for a few minutes, and the audit keeps who looked."""

from __future__ import annotations

from datetime import timedelta

import pytest

from staytrue.hotel import scope
from staytrue.kit import clock
from staytrue.staff.models import AuditEntry
from tests import make
from tests.guests.test_golden import guest_of
from tests.web import house
from tests.web.house import House

BORN, TOKEN, PASSPORT = "12 Apr 1980", "tok_7731", "X4420917"
WHY = {"reason": "the police form of today"}


def looks() -> list[AuditEntry]:
    with scope.everything():
        return list(AuditEntry.objects.filter(action="revealed").order_by("pk"))


@pytest.fixture
def claire(hotel_house: House) -> str:
    """The page of a profile of which everything that is masked is known."""
    known = make.profile(birth_date="1980-04-12", card_token=TOKEN,
                         custom={"passport_no": PASSPORT, "pillow": "feather"})  # fmt: skip
    house.take(hotel_house.link, known, made_at=house.READ_AT + timedelta(minutes=1))
    return f"/profiles/{hotel_house.guest('G1')}/"


@pytest.fixture
def card(claire: str, hotel_house: House) -> str:
    """The guest's card."""
    found = guest_of(hotel_house.guest("G1"))
    return f"/guests/{found.public_id}/"


@pytest.mark.parametrize("role", ["administrator", "general_manager", "guest_relations"])
def test_nobody_sees_papers_by_the_way_whatever_his_role(
    role: str, claire: str, hotel_house: House
) -> None:
    page = hotel_house.client(role).get(claire).content.decode()
    assert "Masked: Born, Card token, passport_no." in page
    assert "feather" in page
    for word in (BORN, "1980", TOKEN, PASSPORT):
        assert word not in page


def test_a_birth_date_is_shown_with_a_reason_which_the_audit_keeps(
    claire: str, hotel_house: House
) -> None:
    client = hotel_house.client("general_manager")
    client.post(f"{claire}reveal/", {"reason": " "})
    assert BORN not in client.get(claire).content.decode()
    assert looks() == []
    page = client.post(f"{claire}reveal/", WHY, follow=True).content.decode()
    assert BORN in page
    assert PASSPORT in page
    (entry,) = looks()
    assert entry.reason == WHY["reason"]
    assert entry.object == f"profile:{hotel_house.guest('G1')}"
    assert entry.fields == ["birth_date", "card_token", "passport_no"]
    assert entry.property_id == hotel_house.sirga.pk
    assert BORN not in str((entry.before, entry.after, entry.facts))


def test_it_is_masked_again_after_five_minutes_and_for_everybody_else(
    claire: str, hotel_house: House
) -> None:
    client = hotel_house.client("general_manager")
    client.post(f"{claire}reveal/", WHY)
    assert BORN not in hotel_house.client("guest_relations").get(claire).content.decode()
    with clock.use(lambda: house.NOW + timedelta(minutes=5, seconds=1)):
        assert BORN not in client.get(claire).content.decode()


def test_whoever_may_not_read_it_cannot_have_it_shown(claire: str, hotel_house: House) -> None:
    client = hotel_house.client("front_desk")
    page = client.post(f"{claire}reveal/", WHY, follow=True).content.decode()
    assert BORN not in page
    assert all("birth_date" not in entry.fields for entry in looks())


def test_a_reason_for_one_guest_shows_no_other(claire: str, hotel_house: House) -> None:
    other = make.profile(source_id="G9", birth_date="1991-02-03")
    house.take(hotel_house.link, other, made_at=house.READ_AT + timedelta(minutes=2))
    client = hotel_house.client("general_manager")
    client.post(f"{claire}reveal/", WHY)
    page = client.get(f"/profiles/{hotel_house.guest('G9')}/").content.decode()
    assert "3 Feb 1991" not in page


def test_the_card_masks_what_his_profiles_say(card: str, hotel_house: House) -> None:
    client = hotel_house.client("general_manager")
    for tab in ("", "profiles/", "history/"):
        assert BORN not in client.get(card + tab).content.decode()
    page = client.post(f"{card}reveal/", WHY, follow=True).content.decode()
    assert BORN in page
    (entry,) = looks()
    assert (entry.object, entry.fields) == (f"guest:{card.split('/')[2]}", ["birth_date"])


def test_what_is_masked_may_be_put_right(card: str, hotel_house: House) -> None:
    client = hotel_house.client("general_manager")
    given = {"profile": hotel_house.guest("G1"), "field": "birth_date", "value": "1980-04-13",
             "act": "correct", "reason": "passport seen"}  # fmt: skip
    client.post(f"{card}word/", given)
    page = client.post(f"{card}reveal/", WHY, follow=True).content.decode()
    assert "13 Apr 1980" in page
