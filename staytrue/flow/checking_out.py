"""After a check-out: the guest enters the CRM's own list, and what he earned is entered too."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta
from functools import partial

from staytrue.changes import pending
from staytrue.guests.accounts import configuring, considering, parting, runs
from staytrue.guests.accounts.rules import WITH_ACCOUNT
from staytrue.guests.accounts.runs import Days, Given
from staytrue.guests.models import CheckOutRun
from staytrue.hotel import scope
from staytrue.hotel.models import Property
from staytrue.kit.asking import ask, ask_all
from staytrue.loyalty import ending, modules, settling, versions
from staytrue.loyalty import parting as points
from staytrue.staff.access import Access

LOOK_BACK = timedelta(days=60)
"""What the safety pass still finds; what is older is run by hand."""
AT_ONCE = 100
"""So many check-outs are run while somebody waits; more by the worker."""
BEFORE = "before"
"""Why a run gave a stay no points: it has them already."""
_PIECE = 500


def settle_check_outs(reservation_ids: Collection[int], now: datetime) -> None:
    """Bring the list and the ledger to what these stays make of them."""
    considering.consider(reservation_ids, now)
    settling.settle(reservation_ids, now)


def settle_parted(profile_ids: Collection[int], now: datetime) -> None:
    """Who was another's guest for a while gets his own account and points; called when he moved."""
    settling.settle(parting.settle(profile_ids, now), now)
    points.settle(profile_ids, now)


def find_left_out(now: datetime) -> int:
    """The safety pass: check-outs that nobody considered yet, or whose hotel is configured by now.

    Whoever was recognised only after his check-out comes in by it. How many it considered.
    """
    with scope.everything():
        ready = [hotel for hotel, setting in configuring.settings().items() if setting]
        found = [id_ for (id_,) in ask(_LEFT_OUT, [ready, now - LOOK_BACK])]
        for at in range(0, len(found), _PIECE):
            settle_check_outs(found[at : at + _PIECE], now)
    return len(found)


_LEFT_OUT = """
  SELECT r.id FROM reservation r JOIN property z ON z.id = r.property_id
    JOIN profile p ON p.connection_id = r.connection_id AND p.source_id = r.primary_profile
    JOIN link l ON l.profile_id = p.id AND l.until_at IS NULL
    LEFT JOIN checkout o ON o.reservation_id = r.id
   WHERE r.status = 'checked_out' AND r.property_id = ANY(%s) AND r.departure_on >= %s::date
     AND NOT (r.imported AND r.departure_on < (r.first_seen_at AT TIME ZONE z.timezone)::date)
     AND (o.id IS NULL OR o.outcome = 'blocked') ORDER BY r.id"""


def run(access: Access, days: Days, now: datetime, reason: str = "") -> CheckOutRun:
    """Run the check-outs of these days by hand to the end, with what they earn."""
    return _carried_on(runs.ask(access, days, now, reason), now)


def ask_run(access: Access, days: Days, now: datetime, reason: str = "") -> CheckOutRun:
    """The same, of many days left to the worker: whoever waits sees how far it is."""
    made = runs.ask(access, days, now, reason)
    return _carried_on(made, now) if made.stays <= AT_ONCE else made


def carry_on_runs(now: datetime) -> int:
    """Do what runs have left; how many runs that were."""
    waiting = runs.waiting()
    for made in waiting:
        _carried_on(made, now)
    return len(waiting)


def _carried_on(made: CheckOutRun, now: datetime) -> CheckOutRun:
    return runs.carry_on(made, now, partial(_given, actor=made.actor))


def _given(ids: Collection[int], now: datetime, actor: str) -> dict[int, Given]:
    return {
        each.reservation_id: Given(each.points, each.why if each.why or each.entries else BEFORE)
        for each in settling.settle(ids, now, actor)
    }


def activate(access: Access, number: int, from_on: date, now: datetime, reason: str = "") -> int:
    """Let a draft count for check-outs from a day on, those of the past included.

    The worker settles each of them anew; how many wait for that.
    """
    with scope.everything():
        versions.go_live(access, number, from_on, now, reason)
        return _settle_anew(from_on, now)


def turn_module(
    access: Access, hotel: Property | None, now: datetime, *, on: bool, reason: str = ""
) -> int:
    """Have the programme or no longer; what was checked out without it is settled once it is on."""
    with scope.everything():
        modules.turn(access, hotel, now, on=on, reason=reason)
        begins = min((each.from_on for each in versions.live() if each.from_on), default=None)
        return _settle_anew(begins, now) if on and begins else 0


def _settle_anew(from_on: date, now: datetime) -> int:
    ids = [id_ for (id_,) in ask_all(_SINCE, [from_on, sorted(WITH_ACCOUNT)])]
    pending.add(settle_check_outs.__name__, "reservation", ids, now)
    return len(ids)


_SINCE = "SELECT reservation_id FROM checkout WHERE left_on >= %s AND outcome = ANY(%s)"


def end_points(now: datetime) -> int:
    """End points that have become too old; how many points that were."""
    with scope.everything():
        return ending.end_due(now.date(), now)
