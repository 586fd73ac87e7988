"""Permissions over the real database: acts of every origin, at every scope, for people in sets."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from staytrue.consent.models import BasisChoice, ConsentAct, CustomerStatement
from staytrue.consent.permissions import Asked, Permission, of
from staytrue.consent.recorded import address_hash
from staytrue.hotel import scope
from staytrue.hotel.models import Property
from staytrue.staff import audit
from tests.consent.scenes import kept, person, point, stays, told, two_hotels
from tests.make import NOON
from tests.web.house import House

pytestmark = pytest.mark.django_db
AFTER_STAYS = datetime(2026, 9, 1, tzinfo=UTC)


def act(what: str, **facts: Any) -> ConsentAct:
    """A recorded act, an hour after noon."""
    known = {"purpose": "marketing", "channel": "email", "within": "group", "origin": "desk"}
    moment = {"at": NOON + timedelta(hours=1), "said_at": NOON + timedelta(hours=1)}
    with scope.everything():
        return ConsentAct.objects.create(act=what, actor="tests", **(known | moment | facts))


def ask(address: str, profile: int, at: Property, **facts: str) -> Permission:
    """May marketing e-mail be sent there."""
    purpose, channel = facts.get("purpose", "marketing"), facts.get("channel", "email")
    asked = Asked(point(address).pk, profile, at.pk, purpose, channel)
    return of([asked], AFTER_STAYS)[0]


def signed(at: House, **facts: Any) -> CustomerStatement:
    """The house's word that its customers were told."""
    words = {"wording": "News of our hotel; say no at any time.", "language": "en"}
    since = {"since_on": date(2026, 1, 1), "signed_by": "ana", "signed_at": NOON}
    with scope.everything(), audit.acting("tests", NOON):
        return CustomerStatement.objects.create(property_id=at.sirga.pk, **words, **since, **facts)


def chosen(hotel: Property, requirement: str) -> BasisChoice:
    """The hotel asks this of every country."""
    with scope.everything(), audit.acting("tests", NOON):
        return BasisChoice.objects.create(
            property_id=hotel.pk, country="*", purpose="marketing", channel="email",
            requirement=requirement, reason="tests", chosen_by="tests", chosen_at=NOON,
        )  # fmt: skip


def ana(*emails: str, marketing: str = "", country: str = "ES") -> tuple[House, int]:
    """Hotel Sirga with one guest profile."""
    at = two_hotels()
    guest = person(
        "G1", "Ana Vidal", *(emails or ("ana@gmail.com",)), marketing=marketing, country=country
    )
    ids = told(at, guest)
    kept(ids)
    return at, ids[0]


def test_without_a_word_and_without_a_ground_there_is_no_permission() -> None:
    at, id_ = ana()
    answer = ask("ana@gmail.com", id_, at.sirga)
    assert (answer.allowed, answer.reason, answer.act_id) == (False, "no_basis", None)
    assert ask("ana@gmail.com", id_, at.sirga, purpose="stay").basis == "contract"


def test_an_opt_in_is_a_ground_and_names_its_act() -> None:
    at, id_ = ana()
    said = act("opt_in", profile_id=id_, contact_point_id=point("ana@gmail.com").pk)
    answer = ask("ana@gmail.com", id_, at.sirga)
    assert (answer.allowed, answer.basis, answer.act_id) == (True, "explicit", said.pk)
    assert answer.version == said.pk


def test_the_same_guest_under_two_rules_is_reached_by_the_one_and_not_by_the_other() -> None:
    at, id_ = ana()
    stays(at, "G1", status="checked_out")
    signed(at)
    answer = ask("ana@gmail.com", id_, at.sirga)
    assert (answer.allowed, answer.basis, answer.rule_version) == (
        True, "existing_customer", "2026-11",
    )  # fmt: skip
    rule = chosen(at.sirga, "double_opt_in")
    answer = ask("ana@gmail.com", id_, at.sirga)
    assert (answer.allowed, answer.rule_version) == (False, f"2026-11+{rule.pk}")
    act("confirm", profile_id=id_, contact_point_id=point("ana@gmail.com").pk, origin="guest_page")
    assert ask("ana@gmail.com", id_, at.sirga).basis == "double_opt_in"
    # Of a country that asks more, the guest's own counts.
    assert ask("ana@gmail.com", id_, at.other).allowed


def test_leaving_the_list_of_one_hotel_keeps_the_others() -> None:
    at, id_ = ana()
    act("opt_in", profile_id=id_)
    act("opt_out", profile_id=id_, within="property", scope_id=at.sirga.pk, origin="one_click",
        said_at=NOON + timedelta(hours=2))  # fmt: skip
    assert ask("ana@gmail.com", id_, at.sirga).reason == "opted_out"
    assert ask("ana@gmail.com", id_, at.other).allowed
    act("opt_out", profile_id=id_, origin="one_click", said_at=NOON + timedelta(hours=3))
    assert not ask("ana@gmail.com", id_, at.other).allowed


def test_what_was_said_of_an_address_is_found_again_once_its_contact_point_was_forgotten() -> None:
    at, id_ = ana()
    act("opt_in", profile_id=id_)
    assert ask("ana@gmail.com", id_, at.sirga).allowed
    act("suppress", purpose="", cause="erased", address_hash=address_hash("email", "ana@gmail.com"),
        origin="import")  # fmt: skip
    assert ask("ana@gmail.com", id_, at.sirga).reason == "suppressed"


def test_a_refusal_in_the_pms_counts_before_an_act_says_it() -> None:
    at, id_ = ana(marketing="out")
    with scope.everything():
        assert not ConsentAct.objects.filter(origin="pms", act="opt_in").exists()
    act("opt_in", profile_id=id_, said_at=NOON - timedelta(days=2))
    assert ask("ana@gmail.com", id_, at.sirga).reason == "opted_out"


def test_a_complaint_stops_the_newsletter_and_never_what_the_stay_needs() -> None:
    at, id_ = ana()
    act("suppress", purpose="", cause="complaint", contact_point_id=point("ana@gmail.com").pk)
    assert ask("ana@gmail.com", id_, at.sirga, purpose="service").reason == "suppressed"
    assert ask("ana@gmail.com", id_, at.sirga, purpose="stay").allowed
    act("suppress", purpose="", cause="bounce", contact_point_id=point("ana@gmail.com").pk)
    assert not ask("ana@gmail.com", id_, at.sirga, purpose="stay").allowed


def test_marketing_takes_the_allowed_address_that_is_no_relay() -> None:
    at, id_ = ana("x.1@guest.booking.com", "ana@firm.example", "ana@gmail.com")
    act("opt_in", profile_id=id_)
    act("opt_out", contact_point_id=point("ana@firm.example").pk, said_at=NOON + timedelta(hours=3))
    assert ask("x.1@guest.booking.com", id_, at.sirga).reason == "relay_address"
    assert ask("ana@firm.example", id_, at.sirga).reason == "opted_out"
    assert ask("ana@gmail.com", id_, at.sirga).allowed
