"""People are invented, reachable in form only, and share what households share."""

from __future__ import annotations

from datetime import date
from itertools import chain

import phonenumbers
import pytest

from staytrue.lab.figures import COUNTRIES
from staytrue.lab.names import Culture
from staytrue.lab.people import Crowd, Person, plain, relay_address
from staytrue.lab.streams import stream

TODAY = date(2026, 5, 21)


@pytest.fixture(scope="module")
def households() -> list[list[Person]]:
    crowd = Crowd(3, TODAY)
    return [crowd.household(2) for _ in range(1500)]


@pytest.fixture(scope="module")
def people(households: list[list[Person]]) -> list[Person]:
    return list(chain.from_iterable(households))


def test_the_same_seed_makes_the_same_people() -> None:
    assert Crowd(3, TODAY).household(3) == Crowd(3, TODAY).household(3)
    assert Crowd(3, TODAY).household(3) != Crowd(4, TODAY).household(3)


def test_every_address_of_a_person_is_reserved_for_examples(people: list[Person]) -> None:
    assert {p.email.rpartition(".")[2] for p in people if p.email} == {"example"}


def test_addresses_are_plain_ascii(people: list[Person]) -> None:
    assert all(p.email.isascii() and " " not in p.email for p in people if p.email)


def test_about_one_in_seven_cannot_be_reached(people: list[Person]) -> None:
    silent = sum(not p.email and not p.mobile and not p.landline for p in people) / len(people)
    assert 0.05 < silent < 0.16


def test_households_share_a_home_and_some_a_mailbox(households: list[list[Person]]) -> None:
    assert all(len({(p.line1, p.city, p.landline) for p in pair}) == 1 for pair in households)
    shared = sum(a.email == b.email for a, b in households if a.email and b.email)
    assert 0.2 < shared / len(households) < 0.45


def test_strangers_share_neither_mailbox_nor_mobile(households: list[list[Person]]) -> None:
    mailboxes = [{p.email for p in pair if p.email} for pair in households]
    mobiles = [{p.mobile for p in pair if p.mobile} for pair in households]
    for owned in (mailboxes, mobiles):
        assert len(set().union(*owned)) == sum(map(len, owned))


def test_most_spaniards_have_two_surnames(people: list[Person]) -> None:
    spaniards = [p for p in people if p.language == "es"]
    assert sum(p.second_last_name is not None for p in spaniards) / len(spaniards) > 0.75
    assert not any(p.second_last_name for p in people if p.language != "es")


def test_everybody_is_grown_up(people: list[Person]) -> None:
    assert max(p.born_on for p in people) <= date(2006, 5, 21)


@pytest.mark.parametrize("culture", [c for c, _ in COUNTRIES], ids=lambda c: c.country)
def test_numbers_are_valid_in_form(culture: Culture) -> None:
    crowd = Crowd(5, TODAY)
    people = [crowd.household(1, culture)[0] for _ in range(60)]
    numbers = {number for p in people for number in (p.mobile, p.landline) if number}
    invalid = [n for n in numbers if not phonenumbers.is_valid_number(phonenumbers.parse(n))]
    assert invalid == []


def test_relays_never_carry_a_name_under_a_real_domain(people: list[Person]) -> None:
    rng = stream(1, "relays")
    relays = [relay_address(rng, person) for person in people[:200]]
    assert {r.rpartition("@")[2] for r in relays} == {"guest.booking.com", "guest.ota.example"}
    assert all(r.startswith("not-a-person.") for r in relays if r.endswith(".com"))


def test_names_fold_to_letters() -> None:
    assert plain("Łukasz Groß-O'Neill Ñuñez") == "lukaszgrossoneillnunez"
