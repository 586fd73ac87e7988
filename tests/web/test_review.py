"""The review queue on its screen: one answer per pair, the next pair in the same answer."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.test import Client

from staytrue.guests import links, reviewing
from staytrue.guests.models import IdentityEvent, PairRule, Proposal, SafetyCheck
from staytrue.hotel import scope
from staytrue.hotel.records import Email
from staytrue.staff.models import Role
from tests.guests import twins
from tests.web.house import House

HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _everything() -> Iterator[None]:
    with scope.everything():
        yield


def answer(client: Client, page: str, said: str) -> str:
    """Say so of the pair on this page, as its form does."""
    given = dict(re.findall(r'type="hidden" name="(pair|profiles|lifting)" value="([^"]*)"', page))
    got = client.post("/guests/review/", given | {"said": said}, headers=HTMX)
    assert got.status_code == 200
    return got.content.decode()


def two(house: House, number: int = 1, **facts: object) -> Proposal:
    """Two profiles of one person, open to be decided."""
    one, other = twins.known(
        house,
        twins.person(f"R{number}", "María José", f"Etxeberria{number}", **facts),
        twins.person(f"S{number}", "Maria Jose", f"Etxeberria{number}", emails=[], **facts),
    )
    return twins.propose(one, other)


def test_a_pair_is_shown_with_values_weights_and_words(hotel_house: House) -> None:
    two(hotel_house)
    page = hotel_house.client("guest_relations").get("/guests/review/").content.decode()
    assert "Is this one person?" in page
    assert "María José" in page
    assert "same mobile" in page
    assert "same birth date" in page
    assert "etxeberria1@casa.example" in page


def test_same_person_joins_both_and_shows_the_next_pair(hotel_house: House) -> None:
    first, second = two(hotel_house, 1), two(hotel_house, 2)
    client = hotel_house.client("guest_relations")
    page = client.get("/guests/review/").content.decode()
    page = answer(client, page, "same")
    assert "Said: the same person." in page
    shown = {first.pk: "Etxeberria1", second.pk: "Etxeberria2"}
    first.refresh_from_db()
    second.refresh_from_db()
    decided = next(each for each in (first, second) if each.state == "merged")
    left = next(each for each in (first, second) if each.state == "open")
    assert shown[left.pk] in page
    assert shown[decided.pk] not in page
    at = links.guests_of([decided.one_profile, decided.other_profile])
    assert len(set(at.values())) == 1
    event = IdentityEvent.objects.get(kind="merged")
    assert event.actor.startswith("member:")
    assert event.evidence["levels"]


def test_the_queue_is_read_once_for_a_decision(
    hotel_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    two(hotel_house, 1)
    two(hotel_house, 2)
    client = hotel_house.client("guest_relations")
    page = client.get("/guests/review/").content.decode()
    read, queue = [], reviewing.queue
    monkeypatch.setattr(reviewing, "queue", lambda *given: read.append(given) or queue(*given))
    answer(client, page, "same")
    assert len(read) == 1


def test_not_the_same_keeps_them_apart_for_good(hotel_house: House) -> None:
    proposal = two(hotel_house)
    client = hotel_house.client("guest_relations")
    page = answer(client, client.get("/guests/review/").content.decode(), "different")
    assert "No pair waits for a decision." in page
    rule = PairRule.objects.get(kind="cannot_link")
    assert {rule.one, rule.other} == {proposal.one_profile, proposal.other_profile}


@pytest.mark.parametrize("said", ["same", "different", "later"])
def test_one_key_takes_the_last_answer_back(said: str, hotel_house: House) -> None:
    proposal = two(hotel_house)
    before = links.guests_of([proposal.one_profile, proposal.other_profile])
    client = hotel_house.client("guest_relations")
    answer(client, client.get("/guests/review/").content.decode(), said)
    page = client.post("/guests/review/undo/", headers=HTMX).content.decode()
    assert "Etxeberria1" in page
    proposal.refresh_from_db()
    assert (proposal.state, proposal.later_until) == ("open", None)
    assert links.guests_of([proposal.one_profile, proposal.other_profile]) == before
    assert not PairRule.objects.filter(lifted_at=None).exists()


def test_without_script_the_same_form_works(hotel_house: House) -> None:
    two(hotel_house)
    client = hotel_house.client("guest_relations")
    page = client.get("/guests/review/").content.decode()
    given = dict(re.findall(r'name="(pair|profiles|lifting)" value="([^"]*)"', page))
    answered = client.post("/guests/review/", given | {"said": "same"}, follow=True)
    assert "No pair waits for a decision." in answered.content.decode()
    again = client.post("/guests/review/undo/", follow=True).content.decode()
    assert "Etxeberria1" in again


def test_a_pair_that_somebody_else_decided_is_said_and_passed_over(hotel_house: House) -> None:
    two(hotel_house)
    ours, theirs = (hotel_house.client("guest_relations") for _ in range(2))
    page = ours.get("/guests/review/").content.decode()
    answer(theirs, page, "different")
    assert "This pair was decided meanwhile." in answer(ours, page, "same")
    assert IdentityEvent.objects.filter(kind="merged").count() == 0


def test_values_are_shown_only_to_who_may_read_them(hotel_house: House) -> None:
    two(hotel_house)
    role = Role.objects.get(pk="guest_relations")
    rights = [each for each in role.rights if each not in ("contact.read", "identity.read")]
    administrator = hotel_house.client("administrator", everywhere=True)
    administrator.post("/roles/guest_relations/", {"right": rights, "reason": "a test"})
    page = hotel_house.client("guest_relations").get("/guests/review/").content.decode()
    assert "same mobile" in page
    assert "hidden from your role" in page
    for value in ("612345678", "casa.example", "Calle Mayor", "1979"):
        assert value not in page


def test_who_may_read_no_profiles_is_told_no_names(hotel_house: House) -> None:
    two(hotel_house, 1)
    two(hotel_house, 2)
    role = Role.objects.get(pk="guest_relations")
    rights = [each for each in role.rights if each != "profiles.read"]
    administrator = hotel_house.client("administrator", everywhere=True)
    administrator.post("/roles/guest_relations/", {"right": rights, "reason": "a test"})
    page = hotel_house.client("guest_relations").get("/guests/review/").content.decode()
    assert "Is this one person?" in page
    assert "same mobile" in page
    assert "Etxeberria" not in page
    assert "R1 / S1" in page or "R2 / S2" in page


def test_a_decision_to_keep_apart_is_cited_and_lifted_only_in_so_many_words(
    hotel_house: House,
) -> None:
    proposal = two(hotel_house)
    client = hotel_house.client("guest_relations")
    answer(client, client.get("/guests/review/").content.decode(), "different")
    with scope.everything():
        Proposal.objects.update(state="open", why="cited")
    page = client.get("/guests/review/").content.decode()
    assert "Lea Morel decided on 21 May that they are two people." in page
    assert "“Same person” lifts that decision." in page
    client.post("/guests/review/", {"pair": twins.key(proposal), "said": "same"}, headers=HTMX)
    assert PairRule.objects.filter(kind="cannot_link", lifted_at=None).exists()
    answer(client, page, "same")
    assert not PairRule.objects.filter(kind="cannot_link", lifted_at=None).exists()


def test_a_check_looks_like_any_other_pair_and_its_answer_takes_them_apart(
    hotel_house: House,
) -> None:
    one, other = twins.known(
        hotel_house, twins.person("R1", "Jon", "Ibarra"), twins.person("S1", "Ana", "Ibarra")
    )
    check = twins.joined(one, other)
    client = hotel_house.client("guest_relations")
    page = client.get("/guests/review/").content.decode()
    assert "Jon Ibarra" in page
    assert "Ana Ibarra" in page
    assert "check" not in re.sub(r"#i-check|i-check", "", page).lower()
    answer(client, page, "different")
    check.refresh_from_db()
    assert check.answer == "different"
    assert len(set(links.guests_of([one, other]).values())) == 2
    client.post("/guests/review/undo/", headers=HTMX)
    assert SafetyCheck.objects.get().answer == ""
    assert len(set(links.guests_of([one, other]).values())) == 1


def test_a_pair_with_a_foreign_hotel_is_not_there(hotel_house: House) -> None:
    (one,) = twins.known(hotel_house, twins.person("R1", "Jon", "Ibarra"))
    (other,) = twins.known(
        hotel_house, twins.person("S1", "Jon", "Ibarra", emails=[Email("jon@lyon.example")]),
        other=True,
    )  # fmt: skip
    twins.propose(one, other)
    ours = hotel_house.client("guest_relations")
    assert "No pair waits" in ours.get("/guests/review/").content.decode()
    assert ours.get(f"/guests/review/?pair={one}-{other}").status_code == 404
    whole = hotel_house.client("guest_relations", everywhere=True)
    assert "jon@lyon.example" in whole.get("/guests/review/").content.decode()
