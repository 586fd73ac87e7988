"""Who is behind an address or a number: by its letters, by its use, and on a labelled world."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from staytrue.consent.facts import (
    DomainFacts,
    Facts,
    Stay,
    User,
    domain_facts,
    facts_of,
)
from staytrue.consent.points import domain_of
from staytrue.consent.roles import WHY, Verdict, role_of
from staytrue.consent.rules import Role
from staytrue.consent.signs import houses_of, stands_for_nothing
from staytrue.lab.addresses import HOTELS, Labelled, World

DAY = date(2026, 5, 21)
OURS = houses_of(["Hotel Sirga", "Les Tilleuls"])


def users(*names: str, home: str = "", hotel: int = 1) -> list[User]:
    split = [name.partition(" ")[::2] for name in names]
    return [
        User(place, hotel, "person", first, last, home)
        for place, (first, last) in enumerate(split, 1)
    ]


def stay(profile: int, on: int = 0, hotel: int = 1, **facts: str) -> Stay:
    arrival = DAY + timedelta(days=on)
    return Stay(profile * 100 + on, hotel, profile, arrival, arrival + timedelta(days=2),
                facts.get("channel", "website"), facts.get("segment", "leisure"),
                is_dropped=False)  # fmt: skip


def of(address: str, people: list[User], *stays: Stay) -> Verdict:
    kind = "email" if "@" in address else "phone"
    return role_of(facts_of(kind, address, people, stays), OURS)


@pytest.mark.parametrize(
    "address",
    ["noemail@hotelsirga.example", "a@a.com", "xxx@xxx.com", "sincorreo@correo.com", "000000",
     "600000000", "123456789", "n/a", "12", "noemail2@gmail.com", "guest@guest.com"],
)  # fmt: skip
def test_what_is_typed_for_nothing_is_a_placeholder(address: str) -> None:
    assert of(address, users("Ana Vidal")).role == Role.PLACEHOLDER


@pytest.mark.parametrize(
    "address", ["maria.no@mail.example", "mail@klaus-weber.example", "34600112233", "anon@x.com"]
)
def test_what_only_resembles_a_filler_is_not_one(address: str) -> None:
    assert not stands_for_nothing("email" if "@" in address else "phone", address)


def test_a_relay_is_known_by_its_host_and_an_unknown_one_by_its_ways() -> None:
    assert of("x.77@guest.booking.com", users("Ana Vidal")).role == Role.RELAY
    ways = DomainFacts(addresses=30, surnames=28, serial=0.9, ota=1.0)
    unknown = facts_of("email", "a91f00c2d7e@staynow.example", users("Ana Vidal"), [], ways)
    assert role_of(unknown).why == "relay_behaviour"


def test_our_own_desk_is_known_by_the_name_of_the_house() -> None:
    guests = users("Ana Vidal", "Jon Pérez", "Tim Shaw", "Léa Morel")
    assert of("reception@hotel-sirga.example", guests).role == Role.OWN
    assert of("lestilleuls@gmail.com", users("Ana Vidal")).role == Role.PRIVATE


def test_an_agencys_address_is_never_a_persons() -> None:
    guests = users("Ana Vidal", "Jon Cole", "Tim Weber", "Léa Morel", "Eva Lopez", "Ugo Rossi")
    stays = [stay(user.id, 9 * user.id, channel="tour_operator") for user in guests]
    assert of("carlos@norte.example", guests, *stays).role == Role.AGENCY
    assert of("norte@gmail.com", guests, *stays).why == "agency_channels"
    assert of("info@viajesnorte.example", guests[:1]).why == "sells_travel"


def test_who_only_ever_came_through_agencies_has_his_own_mailbox_or_theirs() -> None:
    through = stay(1, channel="tour_operator")
    assert of("norteluna@gmail.com", users("Ana Vidal"), through).role == Role.AGENCY
    assert of("ana.vidal@gmail.com", users("Ana Vidal"), through).role == Role.PRIVATE
    assert of("norteluna@gmail.com", users("Ana Vidal"), stay(1)).role == Role.PRIVATE
    assert of("34600112233", users("Ana Vidal"), through).role == Role.PRIVATE


def test_a_firms_address_is_known_by_why_its_people_travel() -> None:
    stays = [stay(1, 9 * trip, channel="corporate", segment="business") for trip in range(3)]
    assert of("ana.vidal@acero.example", users("Ana Vidal"), *stays).role == Role.COMPANY


def test_a_mail_provider_is_known_by_those_who_have_a_mailbox_there() -> None:
    numbered = DomainFacts(addresses=200, surnames=50, with_number=0.4, stays=90, business=0.4)
    at_leisure = DomainFacts(addresses=30, surnames=28, stays=50, business=0.1)
    firm = DomainFacts(addresses=300, surnames=55, stays=100, business=0.8)
    told = [
        role_of(facts_of("email", "ana@box.example", users("Ana Vidal"), [], domain)).role
        for domain in (numbered, at_leisure, firm)
    ]
    assert told == [Role.PRIVATE, Role.PRIVATE, Role.COMPANY]


def test_a_couple_in_one_mailbox_is_a_family() -> None:
    couple = users("Ana Vidal", "Jon Cole", home="12 rue des erables")
    assert of("ana.vidal@gmail.com", couple).why == "lives_together"


def test_one_person_written_in_several_ways_stays_one() -> None:
    ways = users("William Shaw", "Bill Shaw", "W. SHAW", "Shaw William", "William Shwa")
    assert of("billshaw@gmail.com", ways).why == "one_person"


def test_who_once_booked_for_friends_still_owns_his_address() -> None:
    party = users("Ana Vidal", "Jon Cole", "Léa Morel", "Tim Weber", "Eva Rossi")
    stays = [stay(user.id, user.id % 2) for user in party]
    assert of("ana.vidal@gmail.com", party, *stays).why == "booked_for_friends"


def test_a_tour_of_an_agency_is_no_party_of_friends() -> None:
    tour = users("Ana Vidal", "Jon Cole", "Léa Morel", "Tim Weber", "Eva Rossi")
    stays = [stay(user.id, channel="tour_operator") for user in tour]
    assert of("norte@gmail.com", tour, *stays).role == Role.AGENCY


def test_a_number_that_one_hotel_lends_to_many_is_its_own() -> None:
    names = "Vidal Cole Weber Morel Lopez Rossi Shaw Kraus Dupont Stone Girard Silva Novak Bauer"
    guests = users(*(f"Ana {name}" for name in names.split()))
    stays = [stay(user.id, 9 * user.id, channel="direct") for user in guests]
    assert of("34944112233", guests, *stays).role == Role.OWN


def test_an_address_that_bounces_and_that_several_gave_was_typed_to_fill_a_field() -> None:
    facts = facts_of("email", "ok@gmail.com", users("Ana Vidal", "Jon Cole"), [], bounces=2)
    assert role_of(facts).role == Role.PLACEHOLDER


def test_every_answer_has_a_reason_and_its_facts() -> None:
    verdict = of("ana.vidal@gmail.com", users("Ana Vidal"), stay(1))
    assert verdict.basis == {
        "why": "one_person", "profiles": 1, "people": 1, "surnames": 1, "hotels": 1, "named": True,
        "stays": 1, "at_once": 1, "trips": 1,
    }  # fmt: skip


def learned(world: list[Labelled]) -> Iterator[tuple[Labelled, Facts, Verdict]]:
    """Each labelled contact point with what the classifier says of it."""
    rows = [
        (
            point,
            [
                User(u.id, u.property_id, u.kind, u.first_name, u.last_name, u.home)
                for u in point.users
            ],
        )
        for point in world
    ]
    domains = defaultdict(list)
    for point, people in rows:
        domains[domain_of(point.kind, point.value)].append((point.value, people, point.stays))
    known = {name: domain_facts(len(each), each[:60]) for name, each in domains.items() if name}
    houses = houses_of(HOTELS)
    for point, people in rows:
        domain = known.get(domain_of(point.kind, point.value))
        facts = facts_of(point.kind, point.value, people, point.stays, domain)
        yield point, facts, role_of(facts, houses)


# Slow: twenty thousand contact points of a world that the rules were not made on.
@pytest.mark.parametrize("seed", [101, 202])
def test_roles_are_learned_right_on_a_labelled_world(seed: int) -> None:
    told: Counter[tuple[str, str]] = Counter()
    agencies: Counter[str] = Counter()
    for point, _, verdict in learned(World(seed).labelled(10_000)):
        told[point.role, verdict.role] += 1
        assert verdict.why in WHY
        if point.role == Role.AGENCY:
            agencies[verdict.role] += 1
    precision = {
        role: told[role, role] / max(1, sum(told[truth, role] for truth in Role)) for role in Role
    }
    assert sum(precision.values()) / len(Role) >= 0.97, precision
    as_private = sum(told[truth, Role.PRIVATE] for truth in Role)
    assert told[Role.AGENCY, Role.PRIVATE] / as_private < 0.002
    assert agencies[Role.PRIVATE] / agencies.total() < 0.002
