"""Opening balances of many: the file's total is the ledger's, and one bad line refuses all of it."""

from __future__ import annotations

import pytest

from staytrue.guests.models import Account
from staytrue.hotel import scope
from staytrue.kit.errors import Forbidden, Refused
from staytrue.loyalty import openings
from staytrue.loyalty.models import PointsEntry
from staytrue.mirror.models import Profile
from tests.loyalty.scene import left, programme
from tests.make import NOON
from tests.staff import people

pytestmark = pytest.mark.django_db


@pytest.fixture
def members() -> dict[str, int]:
    """Three members: the source profile of each with his account."""
    left(programme(), "G1", "G2", "G3")
    with scope.everything():
        sources = dict(Profile.objects.values_list("pk", "source_id"))
        return {sources[each.profile_id]: each.pk for each in Account.objects.all()}


def test_a_file_is_taken_whole_and_adds_up_to_its_total(members: dict[str, int]) -> None:
    chief = people.access("administrator")
    text = f"\ufeffaccount,hotel,profile,points\n{members['G1']},,,1200\n,BIO,G2,300\n"
    sheet = openings.take(chief, text, 1500, "Card file of 2025", NOON)
    with scope.everything():
        entries = PointsEntry.objects.filter(kind="opening").order_by("id")
        told = [(each.points, each.actor, each.reason) for each in entries]
    assert told == [(n, chief.actor, "Card file of 2025") for n in (1200, 300)]
    assert sum(points for points, *_ in told) == sheet.points == sheet.total


def test_bad_lines_are_named_and_nothing_is_taken(members: dict[str, int]) -> None:
    chief = people.access("administrator")
    openings.take(chief, f"account,points\n{members['G3']},5\n", 5, "First", NOON)
    text = (
        f"account,points\n{members['G1']},100\n{members['G1']},100\n999,5\n"
        f"{members['G2']},-7\n{members['G3']},9\nten,1\n"
    )
    with pytest.raises(Refused) as refused:
        openings.take(chief, text, 222, "Second", NOON)
    assert [(each["number"], each["code"]) for each in refused.value.facts["lines"]] == [
        (3, "twice"), (4, "unknown_account"), (5, "points_wrong"), (6, "opened_already"),
        (7, "unknown_account"),
    ]  # fmt: skip
    assert "line 4: unknown account 999" in refused.value.sentence
    with scope.everything():
        assert PointsEntry.objects.filter(kind="opening").count() == 1


def test_a_total_that_differs_refuses_the_file(members: dict[str, int]) -> None:
    chief = people.access("administrator")
    with pytest.raises(Refused) as refused:
        openings.take(chief, f"account,points\n{members['G1']},100\n", 101, "Cards", NOON)
    assert "add up to 100, you counted 101" in refused.value.sentence
    with scope.everything():
        assert not PointsEntry.objects.filter(kind="opening").exists()
    with pytest.raises(Forbidden):
        openings.read(people.access("front_desk"), "account,points\n1,1\n", 1)
