"""The review queue: the best first, bounded, only what one may decide, checks anywhere among them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from staytrue.guests import answering, deciding, links, reviewing, side_by_side
from staytrue.guests.answering import Said
from staytrue.guests.models import PairRule, Proposal
from staytrue.guests.reviewing import Item
from staytrue.hotel import scope
from staytrue.kit.errors import Forbidden, Refused
from staytrue.staff.access import Access, house_access
from tests import make
from tests.guests import twins, worlds
from tests.make import NOON
from tests.web import house
from tests.web.house import House

CHIEF = "member:7"


@pytest.fixture
def at(db: None) -> Iterator[House]:
    with scope.everything():
        yield house.build()


def chief() -> Access:
    return house_access(CHIEF)


def pair(at: House, number: int = 1, **facts: object) -> tuple[int, int]:
    """Two profiles of one person, open to be decided."""
    one, other = twins.known(
        at,
        twins.person(f"R{number}", "Jon", f"Ibarra{number}"),
        twins.person(f"S{number}", "Jon", f"Ibarra{number}"),
    )
    twins.propose(one, other, **facts)
    return one, other


def test_what_brings_most_together_comes_first(at: House) -> None:
    small, large = pair(at, 1, gain=0.6), pair(at, 2, gain=2.4)
    assert twins.ids(reviewing.queue(chief(), NOON)) == [large, small]


def test_the_list_is_no_longer_than_its_share_of_the_profiles(
    at: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        pair(at, number)
    monkeypatch.setattr(reviewing, "FEWEST", 0)
    # Twelve of a hundred: of ten profiles that is one pair.
    assert len(reviewing.queue(chief(), NOON)) == 1


def test_a_pair_below_the_end_of_the_list_is_his_to_decide_by_its_address(
    at: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    pairs = [pair(at, number) for number in range(5)]
    monkeypatch.setattr(reviewing, "FEWEST", 0)
    (listed,) = reviewing.queue(chief(), NOON)
    for one, other in pairs:
        found = reviewing.item(chief(), one, other, NOON)
        assert (found.one, found.other) == (one, other)
        assert (found == listed) == (found.key == listed.key)
        with pytest.raises(Forbidden):
            reviewing.item(chief(), other, one, NOON)


def test_what_was_put_off_comes_back_the_next_day(at: House) -> None:
    pair(at)
    (item,) = reviewing.queue(chief(), NOON)
    answering.answer(chief(), item, Said.LATER, (), (), NOON)
    assert reviewing.queue(chief(), NOON + timedelta(hours=1)) == []
    with pytest.raises(Forbidden):
        reviewing.item(chief(), item.one, item.other, NOON + timedelta(hours=1))
    assert len(reviewing.queue(chief(), NOON + timedelta(days=1, minutes=1))) == 1


def test_only_who_may_decide_at_all_hotels_involved_is_asked(at: House) -> None:
    (one,) = twins.known(at, twins.person("R1", "Jon", "Ibarra"))
    (other,) = twins.known(at, twins.person("S1", "Jon", "Ibarra"), other=True)
    twins.propose(one, other)
    assert reviewing.queue(worlds.member_at(at.sirga), NOON) == []
    assert len(reviewing.queue(worlds.member_at(at.sirga, at.other), NOON)) == 1
    (item,) = reviewing.queue(chief(), NOON)
    with pytest.raises(Forbidden):
        reviewing.item(worlds.member_at(at.sirga), item.one, item.other, NOON)


def test_a_third_profile_at_a_foreign_hotel_keeps_the_pair_from_the_list(at: House) -> None:
    one, other = pair(at)
    (far,) = twins.known(at, twins.person("T1", "Jon", "Ibarra"), other=True)
    deciding.merge(chief(), other, far, NOON)
    assert reviewing.queue(worlds.member_at(at.sirga), NOON) == []
    assert len(reviewing.queue(chief(), NOON)) == 1
    assert one


def test_checks_stand_anywhere_among_the_first(at: House) -> None:
    proposals = [Item(n, n + 100, 0.9, 0.9, (n,), proposal=n) for n in range(40)]
    checks = [Item(n, n + 100, 1.0, 1.0, (n,), check=n) for n in range(200, 208)]
    found = reviewing.mixed(proposals, checks)
    assert [each for each in found if each.check is None] == proposals
    places = [place for place, each in enumerate(found) if each.check is not None]
    assert len(places) == 8
    assert max(places) < 28
    assert places != list(range(8))


def test_the_sheet_adds_up_names_what_is_silent_and_cites_what_stands(at: House) -> None:
    one, other = pair(at)
    deciding.reject(chief(), one, other, NOON, "Father and son")
    Proposal.objects.update(state="open", why="cited")
    (item,) = reviewing.queue(chief(), NOON)
    found = side_by_side.sheet(chief(), item, side_by_side.sides_of(item))
    why = found.explanation
    assert why.before + sum(part.bits for part in why.parts) == why.bits
    assert [line.field for line in found.lines] == [
        "given", "surname", "born", "email", "phone", "place",
    ]  # fmt: skip
    assert found.silent == ("card", "loyalty", "document")
    assert [rule.reason for rule in found.cited] == ["Father and son"]
    assert found.is_mobile


def test_new_evidence_never_crosses_a_decision_silently(at: House) -> None:
    one, other = pair(at)
    deciding.reject(chief(), one, other, NOON, "Father and son")
    Proposal.objects.update(state="open", why="cited")
    (item,) = reviewing.queue(chief(), NOON)
    with pytest.raises(Refused):
        answering.answer(chief(), item, Said.SAME, (one, other), (), NOON)
    (rule,) = PairRule.objects.filter(kind="cannot_link", lifted_at=None)
    answering.answer(chief(), item, Said.SAME, (one, other), (rule.pk,), NOON)
    assert len(set(links.guests_of([one, other]).values())) == 1


def test_both_rooms_of_one_night_and_one_booking_are_told(at: House) -> None:
    one, other = pair(at)
    house.take(
        at.link,
        make.reservation(number="N1", guests=[house.guest(profile="R1"),
                                              house.guest("companion", "S1")]),
    )  # fmt: skip
    (item,) = reviewing.queue(chief(), NOON)
    (night,) = side_by_side.sheet(chief(), item, ([one], [other])).nights
    assert night.same_booking
    assert night.hotels == ("Hotel Sirga",)
