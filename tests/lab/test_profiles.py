"""Profiles are how a PMS writes people down; who is behind them is kept apart."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

from staytrue.lab.bookings import World
from staytrue.lab.names import SPANISH
from staytrue.lab.people import Crowd
from staytrue.lab.profiles import Register

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_every_profile_has_one_true_person(world: World) -> None:
    assert set(world.person_of) == set(world.profiles)
    assert set(world.person_of.values()) == set(world.people)


def test_some_people_have_several_profiles(world: World) -> None:
    per_person = Counter(world.person_of.values())
    several = sum(count > 1 for count in per_person.values())
    assert 0.05 < several / len(per_person) < 0.4


def test_an_ota_booking_makes_a_profile_with_a_masked_address_only() -> None:
    register = Register(1, "ES")
    crowd = Crowd(1, AT.date())
    reachable = (crowd.household(1, SPANISH)[0] for _ in range(50))
    person = next(p for p in reachable if p.email)
    first = register.profile_for(person, AT, by_ota=True)
    second = register.profile_for(person, AT, by_ota=True)
    emails = [register.lives[source_id].last.emails for source_id in (first, second)]
    assert all(email.masked for held in emails for email in held)
    assert emails[0] != emails[1]
    assert register.person_of[first] == register.person_of[second] == person.id


def test_papers_at_check_in_fill_the_gaps() -> None:
    register = Register(1, "ES")
    person = Crowd(2, AT.date()).household(1)[0]
    source_id = register.profile_for(person, AT, by_ota=True)
    register.completed(source_id, AT + timedelta(days=3))
    now = register.lives[source_id].last
    assert now.birth_date == person.born_on.isoformat()
    assert now.modified_at == AT + timedelta(days=3)
    assert register.lives[source_id].state_at(AT + timedelta(days=1)) != now


def test_second_profiles_are_often_mistyped(world: World) -> None:
    by_person: dict[str, set[tuple[str | None, str | None]]] = {}
    for source_id, person_id in world.person_of.items():
        profile = world.profiles[source_id].versions[0][2]
        by_person.setdefault(person_id, set()).add((profile.first_name, profile.last_name))
    assert sum(len(names) > 1 for names in by_person.values()) > 30
