"""Runs by hand: a range of days, a preview that is what is done, a report that adds up."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from staytrue.guests.accounts import lists, runs
from staytrue.guests.accounts.runs import Days, Given
from staytrue.guests.models import Account, CheckOut, CheckOutRun
from staytrue.hotel import scope
from staytrue.kit.errors import Forbidden, Refused
from staytrue.staff.models import AuditEntry
from tests.consent.scenes import two_hotels
from tests.guests.accounts.test_considering import configured, left
from tests.make import NOON
from tests.staff import people
from tests.web.house import House

pytestmark = pytest.mark.django_db


@pytest.fixture
def at() -> House:
    """Eight guests left on eight days of May, imported with a history."""
    at = two_hotels()
    configured(at.sirga)
    for n in range(1, 9):
        left(at, f"G{n}", day=date(2026, 5, n), imported=True)
    return at


def days(at: House, first: int = 1, last: int = 7) -> Days:
    return Days(date(2026, 5, first), date(2026, 5, last), (at.sirga.pk,))


def run(at: House, now: datetime = NOON, **more: Any) -> CheckOutRun:
    return runs.carry_on(runs.ask(people.access("administrator"), days(at), now), now, **more)


def test_a_range_touches_its_days_alone_and_twice_adds_nothing(at: House) -> None:
    access = people.access("administrator")
    expected = runs.preview(access, days(at))
    made = run(at)
    assert expected == made.counts == {"added": 7}
    assert sum(made.counts.values()) == made.stays == 7
    with scope.everything():
        assert [line.left_on.day for line in lists.of_run(access, made)] == [*range(7, 0, -1)]
        assert lists.report(made).rows == (lists.Tally("added", "", "", 7),)
    again = run(at, NOON + timedelta(hours=1))
    assert again.counts == {"already": 7}
    with scope.everything():
        assert Account.objects.count() == CheckOut.objects.count() == 7


def test_a_preview_writes_nothing_and_knows_who_comes_twice(at: House) -> None:
    left(at, "G1", day=date(2026, 5, 9), imported=True)
    told = runs.preview(people.access("administrator"), days(at, last=9))
    assert told == {"added": 8, "member": 1}
    with scope.everything():
        assert not Account.objects.exists()


def test_each_piece_that_was_considered_is_handed_on(at: House) -> None:
    seen: list[int] = []
    run(at, then=lambda ids, _now: seen.extend(ids) or {})
    assert len(seen) == 7


def test_a_run_that_was_killed_goes_on_where_it_was_and_ends_the_same(
    at: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "_STEP", 2)
    made = runs.ask(people.access("administrator"), days(at), NOON, "Last May")
    assert (made.stays, made.done, made.ended_at) == (7, 0, None)
    pieces: list[int] = []

    def killed(ids: Collection[int], _now: datetime) -> dict[int, Given]:
        pieces.append(len(ids))
        if len(pieces) == 3:
            raise KeyboardInterrupt
        return {}

    with pytest.raises(KeyboardInterrupt):
        runs.carry_on(made, NOON, killed)
    (waits,) = runs.waiting()
    # What was done stays done; the piece in which it died was never begun.
    assert (waits.done, waits.counts) == (4, {"added": 4})
    ended = runs.carry_on(waits, NOON + timedelta(hours=1), killed)
    assert pieces == [2, 2, 2, 0, 0, 2, 1]
    assert (ended.stays, ended.done, ended.counts) == (7, 7, {"added": 7})
    assert ended.ended_at == NOON + timedelta(hours=1)
    assert runs.waiting() == []
    # Who comes too late, with the run as it was, adds nothing.
    assert runs.carry_on(made, NOON + timedelta(hours=2)).ended_at == ended.ended_at
    with scope.everything():
        assert lists.report(ended).rows == (lists.Tally("added", "", "", 7),)
        opened = AuditEntry.objects.filter(action="account_opened")
        assert set(opened.values_list("reason", flat=True)) == {"Last May"}
        assert Account.objects.count() == opened.count() == 7


def test_a_run_is_of_ones_own_hotels_and_of_days_in_order(at: House) -> None:
    with pytest.raises(Forbidden):
        runs.preview(people.access("general_manager", at=at.other), days(at))
    with pytest.raises(Refused):
        runs.preview(people.access("administrator"), days(at, first=8))
