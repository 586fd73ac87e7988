"""Guests of merged profiles: of a living PMS within the merge, of files and histories after it.

A file leaves one mark for its connection. What is to be done follows from state alone: profiles
whose features are not of their version in the mirror.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import connection

from staytrue.changes import pending
from staytrue.changes.models import Unsettled
from staytrue.consent import actions as consent
from staytrue.flow import plans, reactions
from staytrue.guests import admitting, batch_run, published, source_profiles, stays, values
from staytrue.guests.batch_run import How
from staytrue.hotel import scope
from staytrue.inbox.models import Delivery
from staytrue.inbox.parcels import LIVE
from staytrue.kit import merge

ACTOR = "worker"
REST = "recognise_rest"
PAGE = 200
"""How many are recognised in one transaction; so many are never worth a run over everybody."""
SHARE = 0.05
"""From which share of all profiles on a run over everybody is the shorter way."""
GROWTH = 2
"""A matcher learned on so many times fewer profiles is learned anew."""


def merged(delivery: Delivery, object: str, ids: Collection[int], now: datetime) -> None:
    """These rows are new or differ: recognise their guests now, or leave a mark for later."""
    if not ids:
        return
    if object == "reservation":
        # Two guests of one booking are two people, whatever was thought before.
        values.look_again(stays.companions(ids), now)
        plans.plan_new(ids, now)
    elif delivery.kind == LIVE and not delivery.history:
        _join_as_usual()
        admitting.admit(ids, now)
        pending.add(reactions.keep_contacts.__name__, "profile", ids, now)
    else:
        pending.add(REST, "connection", [delivery.connection_id], now)


def catch_up(now: datetime) -> int:
    """Recognise what files and histories brought; answers how many profiles that were."""
    with merge.if_nobody_else(REST, 0) as alone:
        return sum(_catch_up(mark, now) for mark in _marks()) if alone else 0


def _catch_up(connection_id: int, now: datetime) -> int:
    done = 0
    if _is_much(connection_id):
        # Before guests: which address stands on a card hangs on who is behind it.
        for _ in consent.keep_all(now):
            # A chunk each, in a transaction of its own.
            pass
        done = batch_run.run(ACTOR, now, How(learn=_is_outgrown()))["refreshed"]
        plans.plan_all(connection_id, now)
    while page := _page(connection_id, now):
        done += page
    return done


def _marks() -> list[int]:
    with scope.everything():
        waiting = Unsettled.objects.filter(reaction=REST).order_by("id")
        return list(waiting.values_list("object_id", flat=True))


def _page(connection_id: int, now: datetime) -> int:
    """Recognise the next of a connection; nothing left: its mark goes, unless it was made anew."""
    with scope.everything():
        mark = Unsettled.objects.select_for_update().filter(reaction=REST, object_id=connection_id)
        rows = list(mark.values_list("id", flat=True))
        ids = source_profiles.stale_of(connection_id, PAGE)
        if not ids:
            pending.done(rows)
            return 0
        admitting.admit(ids, now)
        pending.add(reactions.keep_contacts.__name__, "profile", ids, now)
        pending.add(reactions.find_households.__name__, "profile", ids, now)
        return len(ids)


def _is_much(connection_id: int) -> bool:
    with scope.everything():
        if batch_run.is_begun():
            return True
        known = source_profiles.count()
        most = max(PAGE, int(known * SHARE))
        return len(source_profiles.stale_of(connection_id, most + 1)) > most


def _is_outgrown() -> bool:
    with scope.everything():
        by = published.current()
        return by.version == published.SHIPPED or by.profiles * GROWTH < source_profiles.count()


def _join_as_usual() -> None:
    """A merge forbids the planner joins that are right for everything but a merge."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT set_config('enable_hashjoin', 'on', true),
                      set_config('enable_mergejoin', 'on', true)"""
        )
