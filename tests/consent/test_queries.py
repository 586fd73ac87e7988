"""A person's addresses over time, who had one, whom marketing reaches; as the reader may see it."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest
from django.db import connection

from staytrue.consent import queries
from staytrue.consent.models import ContactPoint, ContactUse
from staytrue.consent.rules import Address, Reach, Role, best_address
from staytrue.hotel import scope
from staytrue.staff.access import house_access
from tests.consent.scenes import kept, person, stays, told, two_hotels
from tests.make import NOON
from tests.staff import people

pytestmark = pytest.mark.django_db
NAMES = (
    "Vidal", "Cole", "Weber", "Morel", "Rossi", "Shaw", "Kraus", "Dupont", "Stone", "Girard",
    "Silva", "Novak", "Bauer", "Lopez", "Hart", "Blum", "Ferri", "Quint",
)  # fmt: skip


def test_the_history_of_a_person_tells_each_address_with_its_time_and_role() -> None:
    at = two_hotels()
    told(at, person("G1", "Ana Vidal", "ana@2015.example", phones=["+34600112233"]))
    ids = told(at, person("G1", "Ana Vidal", "ana@gmail.com"), day=3)
    kept(ids)
    with scope.everything():
        found = queries.contacts_of(house_access("tests"), ids)
    assert [(each.value, each.role, each.is_current) for each in found] == [
        ("ana@gmail.com", Role.PRIVATE, True),
        ("ana@2015.example", Role.COMPANY, False),
        ("34600112233", Role.PRIVATE, False),
    ]
    assert found[0].why == "one_person"
    assert found[0].hotel == "Hotel Sirga"


def test_whoever_may_not_read_contacts_sees_none_and_elsewhere_nothing_is_shown() -> None:
    at = two_hotels()
    ids = told(at, person("G1", "Ana Vidal", "ana@gmail.com"))
    ids += told(at, person("L1", "Ana Vidal", "ana@gmail.com"), there=True)
    kept(ids)
    desk = people.access("front_desk", at=at.sirga)
    with scope.properties([at.sirga.pk]):
        assert queries.contacts_of(people.access("department", at=at.sirga), ids) == []
        found = queries.contacts_of(desk, ids)
        assert [each.property_id for each in found] == [at.sirga.pk]
        # The figures are those of all hotels.
        assert found[0].basis == {"role": "private", "why": "one_person"}
        assert ContactUse.objects.count() == 1
    with scope.properties([]):
        assert ContactPoint.objects.count() == 0


def test_an_address_of_2015_still_finds_who_had_it() -> None:
    at = two_hotels()
    told(at, person("G1", "Ana Vidal", "ana@2015.example", phones=["+34 600 11 22 33"]))
    ids = told(at, person("G1", "Ana Vidal", "ana@gmail.com"), day=3)
    ids += told(at, person("G2", "Jon Cole", "ana@2015.example"), day=4)
    kept(ids)
    desk = people.access("front_desk", at=at.sirga)
    with scope.properties([at.sirga.pk]):
        found = queries.profiles_by_contact(desk, ["ana@2015.example"])
        assert [each.profile_id for each in found] == [ids[1], ids[0]]
        assert queries.profiles_by_contact(desk, ["34600112233"])[0].profile_id == ids[0]
        assert queries.profiles_by_contact(people.access("department", at=at.sirga),
                                           ["ana@2015.example"]) == []  # fmt: skip
    with scope.properties([at.other.pk]):
        assert queries.profiles_by_contact(desk, ["ana@2015.example"]) == []


def test_marketing_takes_the_current_address_of_a_guests_own() -> None:
    at = two_hotels()
    told(at, person("G1", "Ana Vidal", "ana@2015.example"))
    ids = told(at, person("G1", "Ana Vidal", "x.1@guest.booking.com", "Ana@Gmail.com"), day=3)
    kept(ids)
    with scope.everything():
        reach, best = queries.marketing_address(ids)
    assert reach == Reach.REACHABLE
    assert best
    assert best.value == "Ana@Gmail.com"


def test_who_refuses_in_one_profile_is_reached_in_none() -> None:
    at = two_hotels()
    ids = told(at, person("G1", "Ana Vidal", "ana@gmail.com"))
    ids += told(at, person("L1", "Ana Vidal", marketing="out"), there=True)
    kept(ids)
    with scope.everything():
        assert queries.marketing_address(ids[:1])[0] == Reach.REACHABLE
        assert queries.marketing_address(ids) == (Reach.OPTED_OUT, None)


def test_the_view_says_what_the_rule_says() -> None:
    at = two_hotels()
    random = Random(5)
    ids = told(at, *(person(f"G{n}", "Ana Vidal", f"a{n}@x.example", f"b{n}@x.example")
                     for n in range(60)))  # fmt: skip
    kept(ids)
    with scope.everything():
        for use in ContactUse.objects.select_related("contact_point"):
            use.marketing = random.choice(["", "in", "out"])
            use.until_at = random.choice([None, None, NOON])
            use.seen_at = NOON + timedelta(days=random.randrange(2))
            use.save()
            use.contact_point.role = random.choice(list(Role))
            use.contact_point.refused = random.random() < 0.3
            use.contact_point.save()
        with connection.cursor() as cursor:
            cursor.execute("SELECT profile_id, state FROM profile_reach")
            seen = dict(cursor.fetchall())
        said = {}
        for id_ in ids:
            mine = ContactUse.objects.filter(profile_id=id_).select_related("contact_point")
            said[id_] = best_address(
                Address(use.contact_point.value, Role(use.contact_point.role),
                        use.contact_point.refused, use.marketing, use.since_at, use.seen_at,
                        use.until_at)
                for use in mine
            )[0].value  # fmt: skip
    assert seen == said
    assert len(set(said.values())) == len(Reach)


def test_an_agencys_address_on_three_hundred_bookings_is_listed_with_its_counts() -> None:
    at = two_hotels()
    guests = [
        person(f"G{n}", f"Ana {NAMES[n % 17]}{NAMES[n % 18]}", "norte@gmail.com", f"a{n}@gmail.com")
        for n in range(300)
    ]
    ids = told(at, *guests)
    stays(at, *(guest.source_id for guest in guests), channel="tour_operator")
    kept(ids)
    with scope.properties([at.sirga.pk]):
        (found,) = queries.shared_points(people.access("front_desk", at=at.sirga))
        assert queries.shared_points(people.access("department", at=at.sirga)) == []
        assert queries.shared_points(people.access("front_desk", at=at.sirga), [Role.OWN]) == []
    assert (found.value, found.role, found.why) == (
        "norte@gmail.com", Role.AGENCY, "agency_channels",
    )  # fmt: skip
    assert (found.profiles, found.surnames, found.stays) == (300, 300, 300)
