"""Profiles recognised as they come: the cascade as its rows say, scores, facts that come later."""

from __future__ import annotations

import pytest

from staytrue.guests.models import Edge, Guest, IdentityEvent, Link
from staytrue.hotel import scope
from tests.guests import crowds
from tests.guests.crowds import admit, mirrored, one_guest, why

pytestmark = pytest.mark.django_db

CLAIRE = {"first_name": "Claire", "last_name": "Fontanel"}
TOKEN = "tok_7fa1"
PHONE, OTHER_PHONE = "+34600111222", "+34600333444"
HOME = {"line1": "Calle Mayor 12", "postcode": "48001", "city": "Bilbao"}


def test_who_matches_nobody_opens_a_guest_and_who_matches_adds_one_link() -> None:
    link = crowds.hotel()
    first = mirrored(link, **CLAIRE, phone=PHONE)
    admit(first)
    second = mirrored(link, **CLAIRE, phone=PHONE)
    admit(second)
    with scope.everything():
        assert Guest.objects.count() == 1
        assert Link.objects.count() == 2
        kinds = list(IdentityEvent.objects.order_by("id").values_list("kind", "rule"))
    assert kinds == [("created", ""), ("attached", "phone")]


def test_recognising_twice_changes_nothing() -> None:
    link = crowds.hotel()
    ids = [mirrored(link, **CLAIRE, phone=PHONE), mirrored(link, **CLAIRE, phone=PHONE)]
    admit(*ids)
    with scope.everything():
        before = (IdentityEvent.objects.count(), Edge.objects.count())
    admit(*ids)
    crowds.settle()
    with scope.everything():
        assert (IdentityEvent.objects.count(), Edge.objects.count()) == before


def test_the_same_card_and_last_name_are_one_guest() -> None:
    link = crowds.hotel()
    ids = [mirrored(link, **CLAIRE, card_token=TOKEN) for _ in range(2)]
    admit(*ids)
    assert one_guest(*ids)


def test_the_same_card_with_other_given_names_is_for_a_person_to_decide_unless_exact() -> None:
    link = crowds.hotel()
    ids = [
        mirrored(link, first_name=name, last_name="Fontanel", card_token=TOKEN)
        for name in ("Claire", "Bernard")
    ]
    admit(*ids)
    assert not one_guest(*ids)
    assert why(*ids) == "given_names_differ"
    crowds.choose(cascade="exact")
    crowds.look_again(*ids)
    assert one_guest(*ids)
    assert why(*ids) is None


def test_of_one_home_with_two_mailboxes_only_what_a_person_has_alone_joins() -> None:
    crowds.choose(automatic=True)
    link = crowds.hotel()
    father = mirrored(link, **CLAIRE, **HOME, email="claire@fontanel.example")
    child = mirrored(link, **CLAIRE, **HOME, email="cf77@post.example")
    admit(father, child)
    assert why(father, child) == "mailboxes_differ"
    assert not one_guest(father, child)
    born = {"birth_date": "1980-05-17"}
    for id_ in (father, child):
        crowds.changed(id_, **born)
        admit(id_)
    assert one_guest(father, child)


def test_the_same_card_with_another_last_name_is_for_a_person_to_decide() -> None:
    link = crowds.hotel()
    ids = [
        mirrored(link, first_name="Claire", last_name=name, card_token=TOKEN)
        for name in ("Fontanel", "Okonkwo")
    ]
    for mode in ("guarded", "exact"):
        crowds.choose(cascade=mode)
        admit(*ids)
        assert not one_guest(*ids)
        assert why(*ids) == "surname_differs"


def test_cards_that_differ_end_the_cascade_whatever_the_phones_say() -> None:
    link = crowds.hotel()
    ids = [mirrored(link, **CLAIRE, phone=PHONE, card_token=each) for each in ("tok_1", "tok_2")]
    for mode in ("guarded", "exact"):
        crowds.choose(cascade=mode)
        admit(*ids)
        assert not one_guest(*ids)
        with scope.everything():
            assert Edge.objects.get().rule == ""
        assert why(*ids) == "score"


def test_the_phone_decides_where_no_card_is_known_on_one_side() -> None:
    link = crowds.hotel()
    ids = [
        mirrored(link, **CLAIRE, phone=PHONE, card_token=TOKEN),
        mirrored(link, **CLAIRE, phone=PHONE),
        mirrored(link, first_name="Claire", last_name="Okonkwo", phone=PHONE),
    ]
    admit(*ids)
    assert crowds.partition(ids) == {frozenset(ids[:2]), frozenset(ids[2:])}


def test_several_accounts_that_match_go_to_review_the_oldest_first() -> None:
    link = crowds.hotel()
    older, younger = (
        mirrored(link, **CLAIRE, phone=PHONE, card_token=each) for each in ("tok_1", "tok_2")
    )
    admit(older, younger)
    third = mirrored(link, **CLAIRE, phone=PHONE)
    admit(third)
    assert len(crowds.partition([older, younger, third])) == 3
    asked = [p for p in crowds.asked() if p.why == "several_accounts"]
    assert [{p.one_profile, p.other_profile} for p in asked] == [{older, third}, {younger, third}]
    assert asked[0].facts["accounts"] == crowds.guests_of(older, younger)


def test_father_and_son_at_one_address_go_to_review_unless_exact() -> None:
    link = crowds.hotel()
    ids = [
        mirrored(link, first_name=name, last_name="Fontanel", **HOME)
        for name in ("Claude", "Bastien")
    ]
    admit(*ids)
    assert not one_guest(*ids)
    assert why(*ids) == "given_names_differ"
    crowds.choose(cascade="exact")
    crowds.look_again(*ids)
    assert one_guest(*ids)


def test_line_two_stands_in_for_a_blank_line_one() -> None:
    link = crowds.hotel()
    blank = HOME | {"line1": "", "line2": HOME["line1"]}
    ids = [mirrored(link, **CLAIRE, **HOME), mirrored(link, **CLAIRE, **blank)]
    admit(*ids)
    assert one_guest(*ids)


def test_a_relay_address_is_no_evidence_and_phone_with_birth_date_is() -> None:
    crowds.choose(cascade="off")
    link = crowds.hotel()
    relay = "fontanel.482@guest.booking.com"
    born = {"birth_date": "1980-05-17"}
    booked = mirrored(link, **CLAIRE, **born, email=relay, phone=PHONE)
    direct = mirrored(link, **CLAIRE, **born, email="claire@fontanel.fr", phone=PHONE)
    others = [
        mirrored(link, first_name="Diego", last_name="Arana", email=relay),
        mirrored(link, last_name="Fontanel", email=relay),
    ]
    admit(booked, direct, *others)
    assert why(booked, direct) == "score"
    assert [why(booked, other) for other in others] == [None, None]


def test_a_new_fact_raises_a_pair_to_the_review_list() -> None:
    crowds.choose(cascade="off")
    link = crowds.hotel()
    one = mirrored(link, **CLAIRE, birth_date="1980-05-17", city="Bilbao", postcode="48001")
    other = mirrored(link, first_name="C.", last_name="Fontanel", email="claire@fontanel.fr")
    admit(one, other)
    assert why(one, other) is None
    crowds.changed(other, birth_date="1980-05-17")
    admit(other)
    assert why(one, other) == "score"


def test_the_same_number_in_two_programmes_brings_nobody_together() -> None:
    crowds.choose(cascade="off")
    link = crowds.hotel()

    def card(first_name: str, programme: str) -> int:
        loyalty = [{"programme": programme, "number": "990017"}]
        return mirrored(link, first_name=first_name, last_name="Fontanel", loyalty=loyalty)

    claire, other, same = card("Claire", "Stars"), card("C.", "Miles"), card("C.", "stars")
    admit(claire, other, same)
    assert why(claire, other) is None
    assert why(claire, same) == "score"


def test_scores_join_nobody_unless_they_are_allowed_to() -> None:
    crowds.choose(cascade="off")
    link = crowds.hotel()
    sure = CLAIRE | {"birth_date": "1980-05-17", "email": "claire@fontanel.fr", "phone": PHONE}
    ids = [mirrored(link, **sure) for _ in range(2)]
    admit(*ids)
    assert why(*ids) == "score"
    crowds.choose(automatic=True)
    third = mirrored(link, **sure)
    admit(third)
    assert one_guest(*ids, third)
    assert crowds.asked() == []
