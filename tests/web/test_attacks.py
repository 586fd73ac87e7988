"""What belongs to another hotel does not exist, whichever way one asks (attacks 1, 2, 4 and 5)."""

from __future__ import annotations

import pytest
from django.test import Client

from staytrue.hotel import scope
from staytrue.inbox.models import ParkedPart
from staytrue.staff import audit
from staytrue.staff.access import house_access
from staytrue.staff.actions import RoleAt, set_roles
from staytrue.staff.models import AuditEntry, Grant, Member
from staytrue.staff.rights import ROLES
from tests import make
from tests.staff import people
from tests.web import house
from tests.web.house import House

# Whatever is Lyon's: its guest, his address, his booking, the hotel and its connection.
LYON = ("Adeyemi", "adeyemi.example", "77001", "Traboule", "lyo-files")


def denials() -> list[AuditEntry]:
    with scope.everything():
        return list(AuditEntry.objects.filter(action="denied").order_by("pk"))


def of_lyon(house: House) -> dict[str, str]:
    """Every address that names a thing of the other hotel."""
    return {
        "stay": f"/stays/{house.stay('77001')}/",
        "guest": f"/guests/{house.guest('L1')}/",
        "connection": "/connections/lyo-files/",
    }


@pytest.mark.parametrize("what", ["stay", "guest", "connection"])
@pytest.mark.parametrize("role", [role.key for role in ROLES])
def test_a_thing_of_another_hotel_is_not_there_and_the_try_is_noted(
    role: str, what: str, hotel_house: House
) -> None:
    client = hotel_house.client(role)
    answer = client.get(of_lyon(hotel_house)[what])
    assert answer.status_code in {403, 404}
    page = answer.content.decode().replace(of_lyon(hotel_house)[what], "")
    for word in LYON:
        assert word not in page
    assert [entry.facts["route"] for entry in denials()] == [what]


def test_the_day_of_another_hotel_is_not_there(hotel_house: House) -> None:
    assert hotel_house.client("front_desk").get("/today/LYO/").status_code == 404


LISTS = [
    "/today/",
    "/today/?list=in_house",
    "/today/?list=out_of_sight",
    "/stays/",
    "/stays/?hotel=LYO",
    "/stays/?status=confirmed&from=2020-01-01",
    "/guests/",
    "/guests/?name=adeyemi",
    "/search/?q=77001",
    "/search/?q=Adeyemi",
    "/search/?q=Ruth+Adeyemi",
    "/search/?q=ruth@adeyemi.example",
    "/search/?q=Adeyemy+Ruth",
    "/guests/flows/",
    "/guests/reachability/",
    "/guests/review/",
    "/guests/hubs/",
    "/guests/households/",
    "/connections/",
    "/audit/",
]


@pytest.mark.parametrize("address", LISTS)
def test_lists_and_searches_never_tell_of_another_hotel(address: str, hotel_house: House) -> None:
    page = hotel_house.client("general_manager").get(address).content.decode()
    # What one typed oneself comes back in the box; nothing else may.
    told = page.replace('value="', "").split("<main", 1)[1].split("</form>", 1)[-1]
    for word in LYON:
        assert f">{word}" not in told
        assert f"{word}<" not in told


def test_whoever_works_for_both_hotels_sees_both(hotel_house: House) -> None:
    member = people.member("front_desk", at=[hotel_house.sirga, hotel_house.other])
    page = house.signed_in(member).get("/today/").content.decode()
    assert "Nekane Olabarria" in page
    assert "Ruth Adeyemi" in page


def test_a_stay_never_shows_whom_only_another_hotel_knows(hotel_house: House) -> None:
    house.take(
        hotel_house.link,
        make.reservation(number="31000", guests=[house.guest(profile="L1")]),
        made_at=house.READ_AT,
    )
    address = f"/stays/{hotel_house.stay('31000')}/"
    page = hotel_house.client("general_manager").get(address).content.decode()
    assert "Adeyemi" not in page


def test_parked_parts_of_another_hotel_cannot_be_named_in_a_form(hotel_house: House) -> None:
    parcel = make.delivery(hotel_house.other_link, state="applied")
    with scope.everything():
        part = ParkedPart.objects.create(
            connection=hotel_house.other_link,
            property_id=hotel_house.other.pk,
            delivery=parcel,
            object="reservation",
            code="unknown_status",
            reason="?",
            raw="77002;TENT",
            raw_hash=1,
            parked_at=house.NOW,
            seen_at=house.NOW,
        )
    client = hotel_house.client("general_manager")
    answer = client.post("/connections/bio-files/parked/", {"act": "drop", "part": [part.pk]})
    assert answer.status_code == 404
    assert client.get(f"/parked/{part.pk}/").status_code in {403, 404}
    with scope.everything():
        part.refresh_from_db()
    assert part.state == "parked"


def test_a_held_delivery_of_another_hotel_cannot_be_released(hotel_house: House) -> None:
    parcel = make.delivery(hotel_house.other_link, state="held")
    client = hotel_house.client("general_manager")
    assert client.post(f"/deliveries/{parcel.pk}/release/").status_code == 404
    with scope.everything():
        parcel.refresh_from_db()
    assert parcel.state == "held"


def test_extra_fields_of_a_form_change_nothing(hotel_house: House) -> None:
    member = people.member("front_desk", at=hotel_house.sirga)
    client = house.signed_in(member)
    more = {"role": "administrator", "property_id": hotel_house.other.pk, "is_active": "0"}
    client.post("/language/", {"language": "fr", "next": "/me/"} | more)
    client.post("/me/keys/", {"single_keys": "on"} | more)
    member.refresh_from_db()
    assert (member.language, member.is_active) == ("fr", True)
    assert [grant.role_id for grant in Grant.objects.filter(member=member)] == ["front_desk"]


def test_whoever_is_moved_loses_the_old_hotel_at_the_next_click(hotel_house: House) -> None:
    people.member("administrator")
    member = people.member("front_desk", at=hotel_house.sirga)
    client = house.signed_in(member)
    stay = f"/stays/{hotel_house.stay('30117')}/"
    assert client.get(stay).status_code == 200
    _move(member, hotel_house)
    assert client.get(stay).status_code == 404
    assert client.get(of_lyon(hotel_house)["stay"]).status_code == 200


def _move(member: Member, hotel_house: House) -> None:
    with audit.acting("tests", house.NOW, "a test"):
        role = RoleAt("front_desk", hotel_house.other.pk)
        set_roles(house_access("tests"), member, [role])


@pytest.mark.parametrize("back", ["//evil.example/", "https://evil.example/", "/\\evil.example"])
def test_no_form_leads_to_a_foreign_place(back: str, hotel_house: House) -> None:
    answer = Client().post("/language/", {"language": "fr", "next": back})
    assert answer["Location"] == "/"


def test_a_form_without_its_token_is_refused_in_our_look(hotel_house: House) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(people.member("front_desk", at=hotel_house.sirga))
    answer = client.post("/me/keys/", {"single_keys": "on"})
    assert answer.status_code == 403
    assert "This form is too old" in answer.content.decode()
