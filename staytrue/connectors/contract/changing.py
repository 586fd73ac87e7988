"""Checks of what becomes different while a connector looks: each on a house of its own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from staytrue.connectors.base import Sweeps
from staytrue.connectors.contract.following import Follower
from staytrue.connectors.contract.results import Lacking
from staytrue.connectors.contract.trial import GUEST, STAY, Trial, agree, living, met
from staytrue.connectors.contract.vocabulary import Situation

NEXT_LOOK = timedelta(minutes=20)
HOUR = timedelta(hours=1)
SWEPT_DAYS = 2


def delta(trial: Trial) -> None:
    """At each look everything is known that stood in the PMS at the look before."""
    follower = trial.follow()
    follower.first_look()
    first = before = living(follower.house.truth())
    changed: set[str] = set()
    for _ in range(30):
        follower.house.wait(NEXT_LOOK)
        follower.look()
        now = living(follower.house.truth())
        settled = {number: stay for number, stay in now.items()
                   if before.get(number) == stay and first.get(number) != stay}  # fmt: skip
        agree(follower.mirror.reservations, settled, STAY, "A change was not found in time")
        changed |= settled.keys()
        before = now
    if not changed:
        raise Lacking("Nothing ever changed in the simulated PMS.")


def overlap(trial: Trial) -> None:
    """What shows minutes after its own instant is found nevertheless."""
    follower = trial.follow(Situation.LATE_COMMITS)
    _look_on(follower, NEXT_LOOK / 2, 40)
    late = met(follower.house, Situation.LATE_COMMITS)
    _look_on(follower, NEXT_LOOK, 3, is_first=False)
    stays, guests = follower.house.truth()
    what = "It became visible late and was not found"
    agree(follower.mirror.reservations, _of(stays, late), STAY, what)
    agree(follower.mirror.profiles, _of(guests, late), GUEST, what)


def repair(trial: Trial) -> None:
    """Not one notification arrives, and yet everything is known some hours later."""
    follower = trial.follow(Situation.LOST)
    follower.first_look()
    first = living(follower.house.truth())
    _look_on(follower, NEXT_LOOK, 24, is_first=False)
    before = living(follower.house.truth())
    _look_on(follower, NEXT_LOOK, 9, is_first=False)
    now = living(follower.house.truth())
    changed = {number: stay for number, stay in now.items()
               if before.get(number) == stay and first.get(number) != stay}  # fmt: skip
    if not changed:
        raise Lacking("Nothing ever changed in the simulated PMS.")
    agree(follower.mirror.reservations, changed, STAY, "What no notification told was not found")


def sweep(trial: Trial) -> None:
    """A day is missed; then one look at the near stays."""
    follower = trial.follow()
    follower.first_look()
    first = living(follower.house.truth())
    follower.house.wait(24 * HOUR)
    if not isinstance(trial.live, Sweeps):
        raise Lacking("It has no sweep(first, last, http, settings, now).")
    today = follower.house.now.date()
    start, end = today - timedelta(days=SWEPT_DAYS), today + timedelta(days=SWEPT_DAYS)
    near = {number: stay for number, stay in living(follower.house.truth()).items()
            if stay.arrival_on <= end and stay.departure_on >= start}  # fmt: skip
    if all(first.get(number) == stay for number, stay in near.items()):
        raise Lacking("No near stay changed in the simulated PMS.")
    settings, now = follower.settings(), follower.house.now
    for parcel in trial.live.sweep(start, end, follower.http, settings, now):
        follower.take(parcel)
    follower.settle()
    agree(follower.mirror.reservations, near, STAY, "A near stay was not swept")


def push(trial: Trial) -> None:
    """Nothing is fetched: pushes alone, each twice and the newest first, lead to the truth."""
    follower = trial.follow(Situation.UNTIDY)
    follower.first_look()
    first = before = living(follower.house.truth())
    pushed = 0
    follower.house.pushes()
    for turn in range(48):
        follower.house.wait(NEXT_LOOK / 2)
        sent = follower.house.pushes()
        pushed += len(sent)
        for body, headers in [*reversed(sent), *sent]:
            follower.hear(trial.live.hints(body, headers))
        follower.settle()
        # Pushes come minutes late: what changed in the last hour may still be under way.
        before = living(follower.house.truth()) if turn == 41 else before
    now = living(follower.house.truth())
    changed = {number: stay for number, stay in now.items()
               if before.get(number) == stay and first.get(number) != stay}  # fmt: skip
    if not pushed or not changed:
        raise Lacking("The simulated PMS never pushed a change.")
    agree(follower.mirror.reservations, changed, STAY, "A push did not lead to what is true")


def late_postings(trial: Trial) -> None:
    """The minibar is posted when the guest is gone."""
    follower = trial.follow(Situation.LATE_POSTINGS)
    _look_on(follower, HOUR, 24)
    posted = met(follower.house, Situation.LATE_POSTINGS)
    truth = _of(follower.house.truth()[0], posted)
    agree(follower.mirror.reservations, truth, ("amount",), "A late posting was not found")


def merges(trial: Trial) -> None:
    """The desk puts two profiles together."""
    _guests(trial, Situation.MERGES, ("merged_into",), "A merge was not told")


def deletions(trial: Trial) -> None:
    """A guest is deleted or anonymised."""
    _guests(trial, Situation.DELETIONS, ("deleted", "anonymised"), "A deletion was not told")


def no_shows(trial: Trial) -> None:
    """A guest does not come."""
    follower = trial.follow(Situation.NO_SHOWS)
    _look_on(follower, HOUR, 24)
    absent = met(follower.house, Situation.NO_SHOWS)
    truth = _of(follower.house.truth()[0], absent)
    agree(follower.mirror.reservations, truth, ("status",), "A no-show was not told as one")


def _guests(trial: Trial, situation: Situation, names: tuple[str, ...], what: str) -> None:
    follower = trial.follow(situation)
    _look_on(follower, HOUR, 12)
    truth = _of(follower.house.truth()[1], met(follower.house, situation))
    agree(follower.mirror.profiles, truth, names, what)


def _look_on(follower: Follower, step: timedelta, times: int, *, is_first: bool = True) -> None:
    """The first load, and then a look at every step."""
    if is_first:
        follower.first_look()
    for _ in range(times):
        follower.house.wait(step)
        follower.look()


def _of(truth: Any, keys: Any) -> dict[str, Any]:
    return {key: truth[key] for key in keys if key in truth}


CHECKS: dict[str, Callable[[Trial], None]] = {
    "delta": delta, "overlap": overlap, "repair": repair, "sweep": sweep, "push": push,
    "late_postings": late_postings, "merges": merges, "deletions": deletions,
    "no_shows": no_shows,
}  # fmt: skip
