"""What staff do on a guest card: correct, hold, settle, choose, take back; and who may not."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client

from staytrue.guests import links
from staytrue.guests.models import Guest, PersonaChoice
from staytrue.hotel import scope
from staytrue.hotel.codes import Status
from staytrue.hotel.records import Email
from staytrue.inbox.models import Connection
from tests import make
from tests.guests.test_golden import guest_of
from tests.web import house
from tests.web.house import House
from tests.web.test_guest_card import MAIL, everyone, lodged, opened, page, three_sources


def test_the_trust_in_a_source_is_set_by_who_manages_matching(hotel_house: House) -> None:
    guest = three_sources(hotel_house)
    admin = hotel_house.client("administrator", everywhere=True)
    listed = admin.get("/guests/sources/").content.decode()
    assert "spa-file" in listed
    with scope.everything():
        ids = dict(Connection.objects.values_list("name", "pk"))
    form = {f"kind-{id_}": "pms" for id_ in ids.values()}
    form |= {f"trust-{id_}": "50" for id_ in ids.values()} | {f"trust-{ids['bio-files']}": "90"}
    admin.post("/guests/sources/", form)
    with scope.everything():
        guest.refresh_from_db()
    assert guest.golden["language"] == "fr"
    assert hotel_house.client("front_desk").get("/guests/sources/").status_code == 403
    wrong = form | {f"trust-{ids['bio-files']}": "many"}
    assert (
        "trusted from 0 to 100"
        in admin.post("/guests/sources/", wrong, follow=True).content.decode()
    )


def word(client: Client, guest: Guest, **given: object) -> str:
    answer = client.post(f"/guests/{guest.public_id}/word/", given, follow=True)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_a_value_is_corrected_held_and_taken_back_on_the_card(hotel_house: House) -> None:
    profile = hotel_house.guest("G1")
    guest, desk = guest_of(profile), hotel_house.client("front_desk")
    given = {"profile": profile, "field": "emails", "reason": "she spelled it"}
    shown = word(desk, guest, act="correct", value="claire@right.example", **given)
    own = opened(shown, "emails")
    assert "claire@right.example" in own.split("</summary>")[0]
    assert "she spelled it" in own
    assert "<del><bdi>claire@fontanel.example</bdi></del>" in own
    assert "Corrected by a person" in own
    assert "This is not one e-mail address." in word(
        desk, guest, act="correct", value="claire at home", **given
    )
    word(desk, guest, act="lift", **given)
    word(desk, guest, act="pin", **given)
    own = opened(page(desk, guest, "profiles/"), "emails")
    assert "Held by a person" in own
    assert "claire@right.example" not in own


def test_a_conflict_stands_on_the_card_until_somebody_decides(hotel_house: House) -> None:
    profile = hotel_house.guest("G1")
    guest, desk = guest_of(profile), hotel_house.client("front_desk")
    given = {"profile": profile, "field": "emails"}
    word(desk, guest, act="correct", value="claire@right.example", reason="spelled", **given)
    house.take(
        hotel_house.link,
        make.profile(emails=[Email("claire@third.example")], language="fr"),
        made_at=house.READ_AT + timedelta(hours=1),
    )
    shown = page(desk, guest)
    assert "bio-files now says “claire@third.example”" in shown
    assert "now says" not in word(desk, guest, act="keep", **given)
    assert "claire@right.example" in page(desk, guest)


def test_only_who_may_correct_finds_a_form(hotel_house: House) -> None:
    guest = guest_of(hotel_house.guest("G1"))
    marketing = hotel_house.client("marketing")
    assert "guest_word" not in page(marketing, guest, "profiles/")
    assert (
        "<form"
        not in page(marketing, guest, "profiles/").split('class="tabs"')[1].split("<dialog")[0]
    )
    assert marketing.post(f"/guests/{guest.public_id}/word/", {"act": "keep"}).status_code == 403


def test_a_persona_opens_its_rule_and_stays_and_a_persons_word_stands(hotel_house: House) -> None:
    family = [
        make.reservation(
            number=f"5{n}", status=Status.CHECKED_OUT, source_status="Checked out", adults=2,
            children=1, arrival_on=date(2026, 1, 5 + n), guests=[house.guest(profile="G3")],
        )
        for n in range(3)
    ]  # fmt: skip
    house.take(hotel_house.link, *family)
    profile = hotel_house.guest("G3")
    guest, desk = guest_of(profile), hotel_house.client("front_desk")
    kind = page(desk, guest).split("What kind of guest</h2>")[1]
    own = kind.split("<b>Family with children</b>")[1].split("</details>")[0]
    assert "A stay with children." in own
    assert own.count("/stays/") == 3
    assert "At least 3 stays within 24 months." in kind
    given = {"profile": profile, "persona": "family", "act": "not", "reason": "school class"}
    desk.post(f"/guests/{guest.public_id}/persona/", given)
    house.take(hotel_house.link, *(lodged("G3", f"6{n}", 9000 + n, children=2) for n in range(3)))
    denied = page(desk, guest)
    assert "<del>Family with children</del>" in denied
    assert "school class" in denied
    with scope.everything():
        assert PersonaChoice.objects.count() == 1
    desk.post(f"/guests/{guest.public_id}/persona/", given | {"act": "back"})
    assert "<b>Family with children</b>" in page(desk, guest)


def test_decisions_are_told_and_taken_back_on_the_card(hotel_house: House) -> None:
    house.take(hotel_house.other_link, make.profile(source_id="L7", emails=MAIL))
    one, other = guest_of(hotel_house.guest("G1")), guest_of(hotel_house.guest("L7"))
    with scope.everything():
        act = links.Act(links.Kind.MERGED, "member:0", "score", hotel_house.guest("G1"),
                        hotel_house.guest("L7"))  # fmt: skip
        event = links.note(act, house.NOW)
        links.move({hotel_house.guest("L7"): one.pk}, event, house.NOW)
    client = everyone(hotel_house)
    assert client.get(f"/guests/{other.public_id}/")["Location"] == f"/guests/{one.public_id}/"
    assert "Two guests became one: the score of all evidence" in page(client, one, "history/")
    given = {"event": event, "reason": "two sisters"}
    client.post(f"/guests/{one.public_id}/undo/", given)
    assert "two sisters" in page(client, one, "history/")
    assert "L7" in page(client, other, "profiles/")


def test_one_of_several_profiles_is_taken_apart(hotel_house: House) -> None:
    house.take(hotel_house.other_link, make.profile(source_id="L7", emails=MAIL))
    guest = guest_of(hotel_house.guest("G1"), hotel_house.guest("L7"))
    client = everyone(hotel_house)
    given = {"profile": hotel_house.guest("L7"), "reason": "her sister"}
    client.post(f"/guests/{guest.public_id}/apart/", given)
    shown = page(client, guest, "profiles/")
    assert "1 profile<" in shown
    assert "L7" not in shown


@pytest.mark.parametrize("act", ["word", "persona", "undo", "apart"])
def test_nonsense_is_not_found(hotel_house: House, act: str) -> None:
    guest = guest_of(hotel_house.guest("G1"))
    answer = everyone(hotel_house).post(f"/guests/{guest.public_id}/{act}/", {"act": "no"})
    assert answer.status_code == 404
