"""Members and roles on their screens."""

from __future__ import annotations

from staytrue.staff.models import Grant, Member, Role
from tests.staff import people
from tests.web import house
from tests.web.house import House

WHY = {"reason": "agreed with the manager"}


def test_a_new_member_comes_with_an_invitation_that_sets_his_password(hotel_house: House) -> None:
    client = hotel_house.client("administrator", everywhere=True)
    given = {"name": "Iker Zabala", "email": "iker@tresrios.example", "role": "front_desk",
             "hotel": hotel_house.sirga.pk}  # fmt: skip
    page = client.post("/members/", given, follow=True).content.decode()
    member = Member.objects.get(email="iker@tresrios.example")
    assert Grant.objects.get(member=member).property == hotel_house.sirga
    link = page.split("first password: ")[1].split("<")[0].strip()
    assert "/accounts/password/reset/key/" in link


def test_what_is_ticked_counts_at_the_next_click(hotel_house: House) -> None:
    member = people.member("front_desk", at=hotel_house.sirga)
    theirs = house.signed_in(member)
    assert theirs.get("/guests/").status_code == 200
    ours = hotel_house.client("administrator", everywhere=True)
    ours.post(f"/members/{member.pk}/", {"at": [f"department@{hotel_house.sirga.pk}"], **WHY})
    assert theirs.get("/guests/").status_code == 403
    assert theirs.get("/stays/").status_code == 200


def test_the_last_administrator_cannot_be_taken_away(hotel_house: House) -> None:
    client = hotel_house.client("administrator", everywhere=True)
    member = Member.objects.get()
    page = client.post(f"/members/{member.pk}/", {"at": [], **WHY}, follow=True).content.decode()
    assert "Nobody could manage staff any more." in page
    assert Grant.objects.filter(member=member).exists()


def test_a_right_taken_from_a_role_closes_its_screens(hotel_house: House) -> None:
    client = hotel_house.client("administrator", everywhere=True)
    theirs = hotel_house.client("front_desk")
    role = Role.objects.get(pk="front_desk")
    rights = [right for right in role.rights if right != "connections.read"]
    client.post("/roles/front_desk/", {"right": rights, "hidden": ["notes"], **WHY})
    assert theirs.get("/connections/").status_code == 403
    assert "Ground floor" not in theirs.get("/today/").content.decode()


def test_who_left_is_out_at_once(hotel_house: House) -> None:
    member = people.member("front_desk", at=hotel_house.sirga)
    theirs = house.signed_in(member)
    hotel_house.client("administrator", everywhere=True).post(f"/members/{member.pk}/end/", WHY)
    assert theirs.get("/today/").status_code == 302
