"""Consent on screen: every state opens its act, the desk opts out in two clicks, lists and grounds."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from staytrue.consent import acts, lists, proposals
from staytrue.consent.actions import keep_contacts, learn_roles
from staytrue.consent.acts import About, Spoken
from staytrue.consent.models import (
    BasisChoice,
    ConsentAct,
    ContactPoint,
    CustomerStatement,
    ProposedOptOut,
)
from staytrue.consent.proposals import Heard
from staytrue.consent.purposes import GROUP, ONE_CLICK, Channel, Origin
from staytrue.consent.ratchet import Cause
from staytrue.guests.models import Guest
from staytrue.hotel import scope
from staytrue.kit import clock
from staytrue.messages import silences
from staytrue.messages.silences import Quiet
from tests.guests.test_golden import guest_of
from tests.web.house import House

pytestmark = pytest.mark.django_db


def claire(house: House) -> tuple[Guest, int, int]:
    """Her card, profile and e-mail address."""
    profile = house.guest("G1")
    guest = guest_of(profile)
    with scope.everything():
        learn_roles(keep_contacts([profile], clock.now()), clock.now())
        point = ContactPoint.objects.get(value="claire@fontanel.example")
    return guest, profile, point.pk


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_each_state_opens_its_act_with_wording_version_channel_origin_and_actor(
    hotel_house: House,
) -> None:
    guest, profile, point = claire(hotel_house)
    spoken = Spoken(Origin.FORM, "website", hotel_house.sirga.pk, wording="Yes, send me your news.",
                    wording_version="7", language="en")  # fmt: skip
    made = acts.opt_in(
        [About(profile, point)], ONE_CLICK, [Channel.EMAIL], GROUP, spoken, clock.now()
    )
    shown = text(hotel_house.client("front_desk"), f"/guests/{guest.public_id}/consent/")
    assert f'href="#act-{made[0]}"' in shown
    opened = shown[: shown.index("</li>", shown.index(f'id="act-{made[0]}"'))].split("<li>")[-1]
    for told in ("Yes, send me your news.", "version 7", "English", "news and offers, e-mail",
                 "a form on the website", "website", "Hotel Sirga", "all hotels of the group"):  # fmt: skip
        assert told in opened, told


def test_the_desk_opts_a_guest_out_in_two_clicks_from_the_search(hotel_house: House) -> None:
    guest, profile, _ = claire(hotel_house)
    desk = hotel_house.client("front_desk")
    (first,) = set(
        re.findall(rf"/guests/{guest.public_id}/opt-out/", text(desk, "/search/?q=Fontanel"))
    )
    form = text(desk, first)
    assert "What his stay needs still reaches him" in form
    assert re.search(r'name="channel" value="email" checked', form)
    given = dict(re.findall(r'type="hidden" name="(hotel)" value="(\d+)"', form))
    given |= {"channel": "email", "within": "group", "words": "", "act": "out"}
    action = f"/guests/{guest.public_id}/consent/record/"
    assert f'action="{action}"' in form
    after = desk.post(action, given, follow=True)
    assert "He gets no more news from now on" in after.content.decode()
    with scope.everything():
        act = ConsentAct.objects.get(purpose="marketing", act="opt_out")
    assert (act.profile_id, act.words, act.property_id) == (profile, "verbal", hotel_house.sirga.pk)
    assert act.actor.startswith("member:")
    assert "no: opted out" in " ".join(after.content.decode().split())


def test_who_may_not_record_finds_no_form_and_cannot_post(hotel_house: House) -> None:
    guest, _, _ = claire(hotel_house)
    marketing = hotel_house.client("marketing")
    assert "opt-out/" not in text(marketing, "/search/?q=Fontanel")
    assert "Wants no more news" not in text(marketing, f"/guests/{guest.public_id}/consent/")
    given = {"hotel": hotel_house.sirga.pk, "channel": "email", "act": "out"}
    answer = marketing.post(f"/guests/{guest.public_id}/consent/record/", given)
    assert answer.status_code == 403
    with scope.everything():
        assert not ConsentAct.objects.filter(origin="desk").exists()


@pytest.mark.parametrize(
    "given",
    [
        {"channel": "fax"},
        {"within": "world"},
        {"hotel": "0"},
        {"act": "erase"},
        {"point": "1", "act": "off"},
    ],
)
def test_nonsense_is_not_found(hotel_house: House, given: dict[str, str]) -> None:
    guest, _, _ = claire(hotel_house)
    form = {
        "hotel": hotel_house.sirga.pk,
        "channel": "email",
        "within": "group",
        "act": "out",
    } | given
    answer = hotel_house.client("front_desk").post(
        f"/guests/{guest.public_id}/consent/record/", form
    )
    assert answer.status_code == 404


def test_news_again_and_off_the_base_say_what_follows_and_do_it(hotel_house: House) -> None:
    guest, _, point = claire(hotel_house)
    desk = hotel_house.client("front_desk")
    page, action = (
        f"/guests/{guest.public_id}/consent/",
        f"/guests/{guest.public_id}/consent/record/",
    )
    shown = text(desk, page)
    assert "Everything about him is removed, his stays included." in shown
    assert "not even a confirmation" in shown
    form = {"hotel": hotel_house.sirga.pk, "channel": "email", "within": "property"}
    refused = desk.post(action, form | {"act": "in", "words": ""}, follow=True).content.decode()
    assert "it is the proof" in refused
    desk.post(action, form | {"act": "in", "words": "Please write to me again."})
    assert "yes: agreed" in text(desk, page)
    desk.post(action, form | {"act": "off", "point": point})
    assert "no: address out of use" in text(desk, page)


def test_what_a_guest_says_is_shown_as_text(hotel_house: House) -> None:
    guest, profile, _ = claire(hotel_house)
    spoken = Spoken(Origin.MAIL_REPLY, "inbound", words="<script>alert(1)</script>")
    acts.opt_out([About(profile)], ONE_CLICK, [Channel.EMAIL], GROUP, spoken, clock.now())
    shown = text(hotel_house.client("front_desk"), f"/guests/{guest.public_id}/consent/")
    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert" in shown


def test_proposed_words_are_confirmed_or_dismissed_on_their_page(hotel_house: House) -> None:
    _, profile, point = claire(hotel_house)
    heard = Heard(Origin.MAIL_REPLY, Channel.EMAIL, "merci de me retirer de votre liste",
                  hotel_house.sirga.pk, "fr", profile, point)  # fmt: skip
    with scope.everything():
        id_ = proposals.propose(heard, "inbound", clock.now())
    desk = hotel_house.client("front_desk")
    assert "merci de me retirer de votre liste" in text(desk, "/guests/consent/")
    assert "Read a guest’s words" in text(desk, "/today/")
    desk.post(f"/guests/consent/{id_}/", {"act": "confirm"})
    with scope.everything():
        assert ProposedOptOut.objects.get().decision == "confirmed"
        assert ConsentAct.objects.filter(act="opt_out", profile_id=profile).exists()
    assert desk.post(f"/guests/consent/{id_}/", {"act": "confirm"}).status_code == 404


def test_the_suppression_list_tells_the_cause_and_takes_the_guests_word(hotel_house: House) -> None:
    _, _, point = claire(hotel_house)
    spoken = Spoken(Origin.CARRIER, "carrier")
    (id_,) = acts.suppress([About(None, point)], Channel.EMAIL, Cause.BOUNCE, spoken, clock.now())
    chief, desk = hotel_house.client("general_manager"), hotel_house.client("front_desk")
    shown = text(desk, "/guests/consent/")
    assert "claire@fontanel.example" in shown
    assert "nothing arrives there" in shown
    assert desk.post(f"/guests/consent/{id_}/back/", {"words": "x"}).status_code == 403
    chief.post(f"/guests/consent/{id_}/back/", {"words": "She says it works again."})
    assert "claire@fontanel.example" not in text(chief, "/guests/consent/")


def test_the_grounds_are_told_in_three_languages_with_their_version(hotel_house: House) -> None:
    client = hotel_house.client("front_desk")
    shown = text(client, "/guests/grounds/")
    assert "This is no legal advice." in shown
    assert "Version 2026-11" in shown
    assert "Spain (LSSI art. 21)" in shown
    for language, told in (("fr", "Espagne (LSSI"), ("es", "España (LSSI")):
        client.cookies["django_language"] = language
        client.post("/language/", {"language": language})
        assert told in text(client, "/guests/grounds/")


def test_a_statement_is_signed_and_ended_and_a_rule_chosen_by_who_may(hotel_house: House) -> None:
    desk, chief = hotel_house.client("front_desk"), hotel_house.client("general_manager")
    house = f"hotel:{hotel_house.sirga.pk}"
    signed = {"house": house, "since": "2025-01-01", "wording": "You may get news of ours."}
    assert desk.post("/guests/grounds/sign/", signed).status_code == 403
    chief.post("/guests/grounds/sign/", signed)
    chosen = {"hotel": hotel_house.sirga.pk, "country": "*", "purpose": "marketing",
              "channel": "email", "requirement": "double_opt_in", "reason": "Our counsel."}  # fmt: skip
    chief.post("/guests/grounds/choose/", chosen)
    shown = text(chief, "/guests/grounds/")
    assert "You may get news of ours." in shown
    with scope.everything():
        statement = CustomerStatement.objects.get()
        assert BasisChoice.objects.get().requirement == "double_opt_in"
    chief.post(f"/guests/grounds/{statement.pk}/end/")
    with scope.everything():
        assert CustomerStatement.objects.get().ended_at
    there = {**chosen, "hotel": hotel_house.other.pk}
    assert chief.post("/guests/grounds/choose/", there).status_code in (403, 404)


def test_an_address_of_a_list_that_no_guest_has_is_not_shown(hotel_house: House) -> None:
    data = b"email\nsomebody@else.example\n"
    spoken = Spoken(Origin.IMPORT, "command line")
    lines = lists.read(data, Channel.EMAIL)
    lists.take(lines, lists.ListKind.BOUNCE, Channel.EMAIL, GROUP, spoken, clock.now())
    shown = text(hotel_house.client("front_desk"), "/guests/consent/")
    assert "from a list, kept as a fingerprint" in shown
    assert "somebody@else.example" not in shown


def test_the_card_says_that_only_what_the_stay_needs_is_written(hotel_house: House) -> None:
    guest, profile, _ = claire(hotel_house)
    way = f"/guests/{guest.public_id}/"
    desk = hotel_house.client("front_desk")
    quiet = Quiet("survey:1", "low_score", profile, None, hotel_house.sirga.pk, "guest_relations")
    with scope.everything():
        silences.begin([quiet], clock.now())
    assert "He was not happy and said so in a survey" in text(desk, way)
    with scope.everything():
        silences.end(["survey:1"], clock.now())
    assert "He was not happy" not in text(desk, way)


def test_who_is_behind_an_address_is_said_on_the_card_and_taken_back(hotel_house: House) -> None:
    guest, _, point = claire(hotel_house)
    chief = hotel_house.client("administrator", everywhere=True)
    card = f"/guests/{guest.public_id}/consent/"
    assert f'<option value="{point}">' in text(chief, card).split('id="role-point"')[1]
    told = {
        "act": "role",
        "role": "company",
        "point": str(point),
        "hotel": str(hotel_house.sirga.pk),
    }
    chief.post(f"{card}record/", told | {"words": "It stands on his card."})
    with scope.everything():
        kept = ContactPoint.objects.get(pk=point)
    assert (kept.role, kept.ruled_because) == ("company", "It stands on his card.")
    assert "It stands on his card." in text(chief, card)
    chief.post(f"{card}record/", told | {"act": "unrole"})
    with scope.everything():
        kept = ContactPoint.objects.get(pk=point)
    assert (kept.ruled_by, kept.role) == ("", kept.basis["role"])
