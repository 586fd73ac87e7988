"""Said at the desk, statements, and what a hotel asks: with rights, words and audit."""

from __future__ import annotations

from datetime import date

import pytest

from staytrue.consent import desk
from staytrue.consent.bases import Requirement
from staytrue.consent.models import BasisChoice, ConsentAct, CustomerStatement
from staytrue.consent.permissions import Asked, of
from staytrue.consent.purposes import Channel, Purpose, Within
from staytrue.hotel import scope
from staytrue.kit.errors import Forbidden, Refused
from staytrue.staff.models import AuditEntry
from tests.consent.scenes import kept, person, point, told, two_hotels
from tests.make import NOON
from tests.staff import people
from tests.web.house import House

pytestmark = pytest.mark.django_db
MAIL = [Channel.EMAIL]


def ana() -> tuple[House, int]:
    """Ana at Hotel Sirga."""
    at = two_hotels()
    ids = told(at, person("G1", "Ana Vidal", "ana@gmail.com"))
    kept(ids)
    return at, ids[0]


def reason(at: House, id_: int, *, there: bool = False) -> str:
    hotel = at.other if there else at.sirga
    asked = Asked(point("ana@gmail.com").pk, id_, hotel.pk, "marketing", "email")
    return of([asked], NOON)[0].reason


def test_the_desk_records_who_said_it_where_and_that_it_was_spoken() -> None:
    at, id_ = ana()
    member = people.access("front_desk", at=at.sirga)
    with scope.properties([at.sirga.pk]):
        desk.opted_out(member, [id_], at.sirga, MAIL, Within.GROUP, "", NOON)
    with scope.everything():
        act = ConsentAct.objects.get(purpose="marketing")
        told_ = (act.origin, act.words, act.actor, act.property_id, act.channel)
        assert told_ == ("desk", "verbal", member.actor, at.sirga.pk, "email")
        assert AuditEntry.objects.filter(action="consent_opt_out", actor=member.actor).exists()
    assert reason(at, id_) == reason(at, id_, there=True) == "opted_out"


def test_at_the_desk_he_may_leave_the_list_of_this_hotel_only() -> None:
    at, id_ = ana()
    member = people.access("front_desk", at=at.sirga)
    with scope.everything():
        desk.opted_out(member, [id_], at.sirga, MAIL, Within.PROPERTY, "", NOON)
    assert reason(at, id_) == "opted_out"
    assert reason(at, id_, there=True) == "no_basis"


def test_without_the_right_or_the_guest_nothing_is_recorded() -> None:
    at, id_ = ana()
    for role, hotel in (("auditor", at.sirga), ("front_desk", at.other)):
        with pytest.raises((Forbidden, Refused)), scope.everything():
            desk.opted_out(
                people.access(role, at=hotel), [id_], hotel, MAIL, Within.GROUP, "", NOON
            )
    with scope.everything():
        assert not ConsentAct.objects.exists()


def test_news_again_needs_his_words_and_counts_at_his_addresses() -> None:
    at, id_ = ana()
    member = people.access("front_desk", at=at.sirga)
    with scope.everything():
        desk.opted_out(member, [id_], at.sirga, MAIL, Within.GROUP, "", NOON)
        with pytest.raises(Refused, match="what the guest said"):
            desk.opted_in(member, [id_], at.sirga, MAIL, Within.PROPERTY, " ", NOON)
        desk.opted_in(member, [id_], at.sirga, MAIL, Within.PROPERTY, "Please write again.", NOON)
    assert reason(at, id_) == ""


def test_an_address_taken_off_the_base_gets_nothing_and_comes_back_by_his_words_only() -> None:
    at, id_ = ana()
    chief = people.access("general_manager", at=at.sirga)
    with scope.everything():
        desk.taken_off(chief, point("ana@gmail.com").pk, Channel.EMAIL, at.sirga, "", NOON)
        assert reason(at, id_) == "suppressed"
        act = ConsentAct.objects.get(act="suppress")
        with pytest.raises(Refused, match="the guest himself"):
            desk.put_back(chief, act.pk, "", NOON)
        with pytest.raises(Forbidden):
            desk.put_back(people.access("front_desk", at=at.sirga), act.pk, "Yes.", NOON)
        desk.put_back(chief, act.pk, "He asked for it at the desk.", NOON)
    assert reason(at, id_) == "no_basis"


def test_a_statement_is_signed_dated_and_about_the_past() -> None:
    at, _ = ana()
    chief = people.access("general_manager", at=at.sirga)
    with scope.everything():
        with pytest.raises(Refused, match="about the past"):
            desk.sign_statement(chief, at.sirga, "News of ours.", "en", date(2999, 1, 1), NOON)
        made = desk.sign_statement(chief, at.sirga, "News of ours.", "en", date(2025, 1, 1), NOON)
        assert (made.signed_by, made.signed_at, made.property_id) == (
            chief.actor,
            NOON,
            at.sirga.pk,
        )
        desk.end_statement(chief, made, NOON)
        assert CustomerStatement.objects.get().ended_by == chief.actor


def test_a_hotel_chooses_its_rule_with_a_reason_and_goes_back_to_the_table() -> None:
    at, _ = ana()
    chief = people.access("general_manager", at=at.sirga)
    what = ("*", Purpose.MARKETING, Channel.EMAIL)
    with scope.everything():
        with pytest.raises(Refused, match="Say why"):
            desk.choose_basis(chief, at.sirga, *what, Requirement.EXPLICIT, "", NOON)
        desk.choose_basis(chief, at.sirga, *what, Requirement.EXPLICIT, "Our counsel.", NOON)
        desk.choose_basis(chief, at.sirga, *what, None, "Back to the table.", NOON)
        kept_ = BasisChoice.objects.order_by("pk").values_list("requirement", flat=True)
        assert list(kept_) == ["explicit", ""]
