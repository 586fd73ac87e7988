"""Random lives of the programme: every balance is the sum of its entries, and the script says the same.

A hundred thousand by the rules alone, some hundreds on the database; a few of each every time.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest

from staytrue.guests import links
from staytrue.guests.accounts import queries as accounts
from staytrue.guests.models import Account
from staytrue.hotel import scope
from staytrue.hotel.codes import FolioKind
from staytrue.hotel.records import FolioLine
from staytrue.kit.errors import Refused
from staytrue.loyalty import checks, exporting, moving, recompute
from staytrue.mirror.models import Profile, Reservation
from tests.loyalty.scene import bill, left, programme, settle
from tests.make import NOON
from tests.proofs import points
from tests.staff import people

REPLAYS, STEPS = 5, 12
GUESTS = ("G1", "G2", "G3")


@pytest.mark.parametrize("histories", [300, pytest.param(100_000, marks=pytest.mark.proof)])
def test_by_the_rules_every_balance_is_the_sum_and_the_scripts(
    histories: int, tmp_path: Path
) -> None:
    told = points.prove(7, histories, tmp_path)
    assert (told["histories"], told["differences"]) == (histories, 0)
    assert len(told["steps"]) == 12


class Hotel:
    """The same on the database, by the product's own actions."""

    def __init__(self, seed: int) -> None:
        self.rng = Random(seed)
        terms = {"rules": [{"key": "spent", "per": "unit", "points": 1, "of": ["room", "extra"]}]}
        self.at, self.chief = programme(terms), people.access("administrator")
        self.stays: dict[int, tuple[str, date]] = {}
        self.held: list[Any] = []

    def live(self) -> None:
        acts = [self.check_out, self.check_out, self.reverse, self.correct, self.join_or_part,
                self.redeem, self.settle_redemption, self.expire, self.move]  # fmt: skip
        self.check_out()
        for _ in range(STEPS):
            self.rng.choice(acts)()

    def check_out(self) -> None:
        guest = self.rng.choice(GUESTS)
        day = date(2026, 1, 1) + timedelta(days=len(self.stays) * 7)
        for id_ in left(self.at, guest, day=day, folio=bill(self.rng.randint(0, 500), 50)):
            self.stays[id_] = guest, day

    def reverse(self) -> None:
        id_ = self.rng.choice(list(self.stays))
        with scope.everything():
            row = Reservation.objects.get(pk=id_)
            status = "in_house" if row.status == "checked_out" else "checked_out"
            Reservation.objects.filter(pk=id_).update(status=status)
        settle([id_])

    def correct(self) -> None:
        guest, day = self.stays[self.rng.choice(list(self.stays))]
        less = Decimal(-self.rng.randint(1, 300))
        line = FolioLine("9", FolioKind.CORRECTION, amount=less, corrects="1", currency="EUR")
        left(self.at, guest, day=day, folio=bill(300, 50, line))

    def join_or_part(self) -> None:
        with scope.everything():
            profiles = list(Profile.objects.values_list("pk", flat=True))
            of = links.guests_of(profiles)
            one, other = self.rng.choice(profiles), self.rng.choice(profiles)
            if of[one] != of[other]:
                moves = {each: of[one] for each in profiles if of[each] == of[other]}
                kind = links.Kind.MERGED
            else:
                moves, kind = {other: links.open_guests(1, NOON)[0]}, links.Kind.SPLIT
            links.move(moves, links.note(links.Act(kind, "tests"), NOON), NOON)

    def redeem(self) -> None:
        self.try_to(moving.hold, self.rng.randint(1, 300), "Wine")

    def settle_redemption(self) -> None:
        if self.held:
            act = self.rng.choice([moving.use, moving.release])
            act(self.chief, self.held.pop(), NOON)

    def expire(self) -> None:
        account = self.account()
        until = date(2026, 1, 1) + timedelta(days=self.rng.randint(0, 60))
        with scope.everything():
            moving.end_old(accounts.held(account).guest_id, until, NOON, "tests")

    def move(self) -> None:
        act = self.rng.choice([moving.open_with, moving.adjust])
        self.try_to(act, self.rng.choice([-40, 30, 1200]), "Because")

    def try_to(self, act: Any, count: int, words: str) -> None:
        try:
            made = act(self.chief, self.account(), count, words, NOON)
        except Refused:
            return  # not so many points, or opened before: that is the rule
        if act is moving.hold:
            self.held.append(made)

    def account(self) -> int:
        with scope.everything():
            return self.rng.choice(
                list(Account.objects.order_by("pk").values_list("pk", flat=True))
            )

    def prove(self) -> None:
        """Replayed five times nothing changes; the database, the sums and the script agree."""
        with scope.everything():
            before = list(exporting.entries())
        for _ in range(REPLAYS):
            assert settle(list(self.stays)) == 0
        with scope.everything():
            after = list(exporting.entries())
            told, found = exporting.balances(), checks.violations()
            assert (after, found) == (before, [])
            sums, wrong = recompute.recomputed(after)
            assert (sums, wrong) == (told, [])
            for account, has in told.items():
                assert moving.balance_of(accounts.held(int(account))) == has


@pytest.mark.django_db
@pytest.mark.parametrize("seed", [1, 2])
def test_on_the_database_it_is_the_same(seed: int) -> None:
    hotel = Hotel(seed)
    hotel.live()
    hotel.prove()


@pytest.mark.proof
@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(100, 400))
def test_on_the_database_it_is_the_same_for_hundreds(seed: int) -> None:
    hotel = Hotel(seed)
    hotel.live()
    hotel.prove()
