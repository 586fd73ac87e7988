"""The settings of recognition on their screen: figures beside switches, nothing by accident."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client

from staytrue.guests import deciding, safety_reviews, settings
from staytrue.guests.models import IdentityRun, RuleState
from staytrue.hotel import scope
from staytrue.staff.access import house_access
from staytrue.staff.models import Member
from tests.guests import twins
from tests.make import NOON
from tests.web.house import House


@pytest.fixture
def client(hotel_house: House) -> Iterator[Client]:
    """An administrator, with two profiles of one person in the house."""
    with scope.everything():
        twins.known(
            hotel_house, twins.person("R1", "Jon", "Ibarra"), twins.person("S1", "Jon", "Ibarra")
        )
        yield hotel_house.client("administrator", everywhere=True)


def test_automatic_joins_wait_for_a_measure_and_the_page_says_which(client: Client) -> None:
    page = client.get("/guests/recognition/").content.decode()
    assert "people must have decided 100 such pairs" in page
    assert 'name="automatic"' not in page
    page = client.post("/guests/recognition/", {"automatic": "1"}, follow=True).content.decode()
    assert "Nobody knows yet how often the score is right." in page
    assert not settings.current().automatic


def test_the_exact_cascade_asks_for_a_confirmation_that_says_what_it_does(client: Client) -> None:
    given = {"mode": "exact", "step": ["card", "phone"]}
    page = client.post("/guests/recognition/", given, follow=True).content.decode()
    assert "35 of 100 couples share a card" in page
    assert settings.current().cascade == "guarded"
    client.post("/guests/recognition/", given | {"confirmed": "1"})
    assert settings.current().cascade == "exact"
    assert settings.current().steps == ["card", "phone"]


def test_each_rule_is_counted_without_doing_anything(client: Client) -> None:
    page = client.post("/guests/recognition/count/", follow=True).content.decode()
    assert "same last name and same phone" in page
    assert "Last name and value agree, and nothing speaks against it." in page


def test_a_count_of_the_worker_shows_how_far_it_is(client: Client) -> None:
    IdentityRun.objects.create(
        actor="member:1", begun_at=NOON, step="dry_run", done=20_000, total=90_000
    )
    page = client.get("/guests/recognition/").content.decode()
    assert "20,000 of 90,000 profiles counted" in page


def test_a_rule_that_only_suggests_is_named_and_may_join_again(
    client: Client, hotel_house: House
) -> None:
    closed = RuleState.objects.create(
        rule="card", property_id=hotel_house.sirga.pk, closed_at=NOON,
        facts={"checked": 40, "wrong": 3},
    )  # fmt: skip
    page = client.get("/guests/recognition/").content.decode()
    assert "3 of 40 joins were wrong." in page
    client.post("/guests/recognition/", {"reopen": closed.pk})
    closed.refresh_from_db()
    assert closed.reopened_at is not None
    assert closed.reopened_by.startswith("member:")


def test_it_is_for_who_may_set_it_at_all_hotels(hotel_house: House) -> None:
    assert hotel_house.client("guest_relations").get("/guests/recognition/").status_code == 403
    assert hotel_house.client("administrator").get("/guests/recognition/").status_code == 403


def test_the_page_says_where_each_rule_stands_and_who_may_answer(
    client: Client, hotel_house: House
) -> None:
    checks = []
    for number in (2, 3):
        one, other = twins.known(
            hotel_house,
            twins.person(f"R{number}", "Jon", f"Otxoa{number}"),
            twins.person(f"S{number}", "Jon", f"Otxoa{number}"),
        )
        checks.append(twins.propose(one, other, why="rule_trial", rule="card"))
    client.post("/guests/recognition/", {"proving": "1", "prove": ["score", "card"]})
    assert settings.current().prove_first == ["score", "card"]
    safety_reviews.keep_watch(NOON)
    deciding.merge(house_access("member:7"), checks[0].one_profile, checks[0].other_profile, NOON)
    page = client.get("/guests/recognition/").content.decode()
    assert "on trial" in page
    assert "only suggests" in page
    assert "1, 0 of them wrong" in page
    assert "664 right answers, by" in page
    with scope.everything():
        assert Member.objects.earliest("pk").name in page
    refused = client.post("/guests/recognition/", {"proving": "1", "prove": ["shoe"]}, follow=True)
    assert "What proves itself is the score or a step of the cascade." in refused.content.decode()
