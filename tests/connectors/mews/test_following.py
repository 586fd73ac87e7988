"""The mirror against the truth of a simulated Mews, over days of virtual time with its vices."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from staytrue.connectors.mews import api as calls
from staytrue.connectors.mews import connector, people, stays, words
from staytrue.connectors.mews.known import Known
from staytrue.lab.pms.mews import ALL, Quirk, script
from tests.connectors.mews.following import Follower

STEP = timedelta(minutes=10)
NO_PUSHES = 1.0
Follow = Callable[..., Follower]


def live(follower: Follower, days: float, *, pushes: bool = True) -> None:
    """First load, some days of polls and pushes, and a last poll when the hotel is asleep."""
    follower.until_quiet()
    end = follower.clock() + timedelta(days=days)
    while follower.clock() < end:
        follower.clock.instant += STEP
        if pushes:
            follower.pms.push(follower.receive)
        follower.poll()
    follower.pms.rest()
    for _ in range(2):
        follower.clock.instant += STEP
        follower.until_quiet()


def test_the_first_fetch_brings_the_past_and_what_is_to_come(follow: Follow) -> None:
    follower = follow(quirks=frozenset())
    follower.until_quiet()
    assert len(follower.reservations) == len(follower.pms.truth.reservations)
    assert follower.differences() == []


def test_after_thirty_days_with_every_vice_the_mirror_is_the_truth(follow: Follow) -> None:
    # Some seconds: a month of polls every ten minutes.
    follower = follow()
    live(follower, 30)
    assert follower.differences() == []
    assert follower.parked == []


@pytest.mark.parametrize("quirk", sorted(ALL))
def test_after_a_day_with_one_vice_the_mirror_is_the_truth(follow: Follow, quirk: Quirk) -> None:
    follower = follow(quirks=frozenset({quirk}))
    live(follower, 1)
    assert follower.differences() == []


def test_when_every_push_is_lost_the_next_poll_finds_all(follow: Follow) -> None:
    follower = follow(lost=NO_PUSHES)
    live(follower, 2)
    assert follower.differences() == []


# What each vice's handling is, and what stands in its place when it is taken away.
MODULE: Any = sys.modules[type(connector).__module__]
CONFIGURATION, EMAILS = calls.Api.configuration, people._emails


def _by_our_clock(self: calls.Api) -> Any:
    return self.now, CONFIGURATION(self)[1]


def _as_if_all_mail_were_private(text: Any, kind: Any, notes: Any, *, masked: bool = False) -> Any:
    del masked
    return EMAILS(text, kind, notes)


def _in_utc(self: Known, stay: Any) -> ZoneInfo:
    return ZoneInfo("UTC")


def _without(feed: str) -> tuple[Any, str, Any]:
    return MODULE, "POLLED", {name: one for name, one in MODULE.POLLED.items() if name != feed}


TAKEN_AWAY = {
    "overlap of windows": (Quirk.LATE_COMMITS, (MODULE, "OVERLAP", timedelta(0))),
    "the PMS's own clock": (Quirk.CLOCK_BEHIND, (calls.Api, "configuration", _by_our_clock)),
    "polling of order items": (Quirk.LATE_POSTINGS, _without("orderItems")),
    "polling of deleted guests": (Quirk.MERGES_UNTOLD, _without("deleted_customers")),
    "the PMS's mark of a relay": (Quirk.RELAYS, (people, "_emails", _as_if_all_mail_were_private)),
    "days of the hotel": (Quirk.MIDNIGHT_ARRIVALS, (Known, "zone_of", _in_utc)),
    "the owner apart from his companions": (
        Quirk.OWNER_AMONG_COMPANIONS, (stays, "CUSTOMER", "never"),
    ),
    "no-shows by their reason": (Quirk.CANCELLATION_STAYS, (words, "NO_SHOW", "never")),
    "items taken back": (Quirk.CORRECTIONS, (words, "CANCELED", "never")),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(TAKEN_AWAY))
def test_without_this_handling_the_mirror_is_wrong(
    follow: Follow, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    quirk, taken = TAKEN_AWAY[name]
    # Every stay and every guest meets the vice, so that few days are enough.
    for chance in ("LATE_COMMIT", "LATE_POSTING", "REBATE", "MERGED"):
        monkeypatch.setattr(script, chance, 1.0)
    monkeypatch.setattr(script, "COMMITS_WITHIN", STEP.seconds - 10)
    quirks = frozenset({quirk, Quirk.MERGES} if quirk is Quirk.MERGES_UNTOLD else {quirk})
    whole = follow(quirks=quirks, lost=NO_PUSHES)
    live(whole, 3, pushes=False)
    assert whole.differences() == []
    monkeypatch.setattr(*taken)
    lacking = follow(quirks=quirks, lost=NO_PUSHES)
    live(lacking, 3, pushes=False)
    assert lacking.differences()
