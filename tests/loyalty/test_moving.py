"""Points that people move: nobody spends what is not there, and nothing is edited."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.db import connection

from staytrue.guests import links
from staytrue.guests.accounts import queries as accounts
from staytrue.guests.models import Account
from staytrue.hotel import scope
from staytrue.kit.errors import Forbidden, Refused
from staytrue.loyalty import moving
from staytrue.loyalty.models import PointsEntry
from staytrue.mirror.models import Profile
from staytrue.staff.access import Access
from tests.loyalty.scene import entries, left, programme
from tests.make import NOON
from tests.staff import people

pytestmark = pytest.mark.django_db


def member() -> tuple[Access, int]:
    """A member with 75 points, and who may move them."""
    left(programme(), "G1")
    with scope.everything():
        return people.access("administrator"), Account.objects.get().pk


def balance(account: int) -> int:
    with scope.everything():
        return moving.balance_of(accounts.held(account))


def test_an_opening_balance_is_an_entry_of_its_own_and_given_once() -> None:
    access, account = member()
    moving.open_with(access, account, 1200, "From the card file", NOON)
    with scope.everything():
        entry = PointsEntry.objects.get(kind="opening")
    assert (entry.points, entry.actor, entry.reason) == (1200, access.actor, "From the card file")
    with pytest.raises(Refused) as refused:
        moving.open_with(access, account, 1200, "Again", NOON)
    assert refused.value.code == "opened_already"
    assert balance(account) == 1275


@pytest.mark.parametrize(("points", "reason", "code"), [(0, "x", "points_none"), (5, " ", "no_reason"),
                                                        (-76, "x", "points_missing")])  # fmt: skip
def test_an_adjustment_needs_a_reason_and_takes_no_more_than_there_is(
    points: int, reason: str, code: str
) -> None:
    access, account = member()
    with pytest.raises(Refused) as refused:
        moving.adjust(access, account, points, reason, NOON)
    assert refused.value.code == code
    assert balance(account) == 75


def test_held_points_are_gone_until_they_are_given_back() -> None:
    access, account = member()
    held = moving.hold(access, account, 50, "A bottle of wine", NOON)
    assert balance(account) == 25
    with pytest.raises(Refused):
        moving.hold(access, account, 26, "Another", NOON)
    moving.release(access, held, NOON)
    assert balance(account) == 75
    with pytest.raises(Refused) as refused:
        moving.use(access, held, NOON)
    assert refused.value.code == "redemption_settled"
    assert entries() == [("award", 75), ("hold", -50), ("release", 50)]


def test_old_points_end_once_and_the_newer_stay() -> None:
    access, account = member()
    moving.adjust(access, account, 40, "For the trouble", NOON)
    with scope.everything():
        guest = accounts.held(account).guest_id
        assert moving.end_old(guest, date(2026, 5, 1), NOON, "loyalty") == 75
        assert moving.end_old(guest, date(2026, 5, 1), NOON, "loyalty") == 0
    assert balance(account) == 40


def test_who_has_no_right_moves_nothing() -> None:
    _, account = member()
    with pytest.raises(Forbidden):
        moving.adjust(people.access("front_desk"), account, 5, "Please", NOON)


def test_two_that_became_one_spend_together_and_part_with_what_is_left_of_each() -> None:
    at = programme()
    left(at, "G1", "G2", day=date(2026, 5, 1))
    access = people.access("administrator")
    with scope.everything():
        one, other = (Profile.objects.get(source_id=id_).pk for id_ in ("G1", "G2"))
        mine, his = (links.guests_of([each])[each] for each in (one, other))
        links.move({other: mine}, links.note(links.Act(links.Kind.MERGED, "tests"), NOON), NOON)
        joined = accounts.of_guest(mine)
        assert joined
    moving.hold(access, joined.account.pk, 120, "A night", NOON)
    with scope.everything():
        links.move({other: his}, links.note(links.Act(links.Kind.SPLIT, "tests"), NOON), NOON)
        apart = [accounts.of_guest(guest) for guest in (mine, his)]
        assert [moving.balance_of(each) for each in apart if each] == [0, 30]


@pytest.mark.django_db(transaction=True)
def test_of_fifty_redemptions_at_once_exactly_one_has_the_points() -> None:
    """Attack 59."""
    access, account = member()

    def redeem(n: int) -> str:
        try:
            moving.hold(access, account, 75, f"Wine {n}", NOON)
        except Refused as refusal:
            return refusal.code
        finally:
            connection.close()
        return "held"

    with ThreadPoolExecutor(16) as pool:
        told = Counter(pool.map(redeem, range(50)))
    assert told == {"held": 1, "points_missing": 49}
    assert balance(account) == 0
