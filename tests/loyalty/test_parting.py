"""Two that were one guest for a while: who earned points has them, and who spent them owes them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from staytrue.flow import checking_out
from staytrue.guests import consequences, deciding, links, undoing
from staytrue.guests.accounts import queries as accounts
from staytrue.guests.consequences import Kind
from staytrue.hotel import scope
from staytrue.loyalty import moving, parting
from staytrue.loyalty.models import Redemption, TermsVersion
from staytrue.mirror.models import Profile
from staytrue.staff import audit
from staytrue.staff.access import house_access
from staytrue.staff.models import Ask
from tests.loyalty.scene import left, programme
from tests.make import NOON
from tests.staff import people

pytestmark = pytest.mark.django_db

SILVER = {"tiers": [{"key": "silver", "name": "Silver", "any_of": [
    [{"measure": "points", "at_least": 150}]]}]}  # fmt: skip


def joined() -> tuple[list[int], int]:
    """Two members with 75 points each are taken for one, who spends 120 on a night."""
    left(programme(), "G1", "G2")
    with scope.everything(), audit.acting("tests", NOON):
        TermsVersion.objects.update(ladder=SILVER)
        one, other = (Profile.objects.get(source_id=id_).pk for id_ in ("G1", "G2"))
        event = deciding.merge(house_access("ana"), one, other, NOON)
        both = accounts.of_guest(links.guests_of([one])[one])
    assert both
    moving.hold(people.access("administrator"), both.account.pk, 120, "A night", NOON)
    return [one, other], event


def balances(profiles: list[int]) -> list[int]:
    with scope.everything():
        held = [accounts.of_guest(links.guests_of([each])[each]) for each in profiles]
        return [moving.balance_of(each) for each in held if each]


def test_what_follows_for_points_and_tier_is_listed_before_and_asked_after() -> None:
    (spender, earner), event = joined()
    with scope.everything():
        found = [(each.kind, each.profile, dict(each.facts))
                 for each in undoing.preview(house_access("ben"), event, NOON)
                 if each.kind in (Kind.POINTS, Kind.TIER)]  # fmt: skip
        assert found == [
            (Kind.POINTS, spender, {"count": 45}),
            (Kind.TIER, spender, {"before": "Silver", "after": ""}),
            (Kind.TIER, earner, {"before": "Silver", "after": ""}),
        ]
        undoing.undo(house_access("ben"), event, NOON + timedelta(hours=1))
        asked = Ask.objects.filter(closed_at=None, kind__startswith=consequences.PARTED)
        assert sorted(asked.values_list("kind", flat=True)) == [
            "parted_points", "parted_tier", "parted_tier",
        ]  # fmt: skip


def test_who_earned_points_has_them_back_and_who_spent_them_owes_them() -> None:
    profiles, event = joined()
    with scope.everything():
        undoing.undo(house_access("ben"), event, NOON)
        checking_out.settle_parted(profiles, NOON)
    assert balances(profiles) == [-45, 75]
    with scope.everything():
        assert parting.settle(profiles, NOON) == 0


def test_a_redemption_that_comes_to_nothing_gives_each_his_own_once() -> None:
    profiles, event = joined()
    with scope.everything():
        undoing.undo(house_access("ben"), event, NOON)
        checking_out.settle_parted(profiles, NOON)
        made = Redemption.objects.get()
    moving.release(people.access("administrator"), made.public_id, NOON)
    assert balances(profiles) == [75, 75]
