"""The identity bench's test of order: the same profiles, one by one in many orders and all at once,
must come to the same guests (G8). Each is a transaction of its own, as in a living house.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

import numpy as np
from django.apps import apps
from psycopg import sql
from scipy.special import comb

from staytrue.changes.models import Unsettled
from staytrue.cli.bench_identity_online import connected, mirrored
from staytrue.cli.frame import ACTOR
from staytrue.cli.measuring import Measure, fresh_home
from staytrue.flow import reactions
from staytrue.guests import admitting, batch_run
from staytrue.guests.batch_run import How
from staytrue.guests.models import Matcher, MatchingSetting
from staytrue.hotel import scope
from staytrue.inbox.models import Connection
from staytrue.kit import clock, database
from staytrue.lab.doubles import Doubles, Row
from staytrue.lab.streams import stream
from staytrue.lab.trusting import join_by_score
from staytrue.mirror.models import Profile

_SEED = 88
_PROFILES, _ORDERS, _FEW = 5_000, 20, 3
_SHARE = 20
_AGENCY = "bookings@viajes-sol.example"
_SETTLED = 50
RAND_LEAST = 0.999
"""The goal of G8 between one by one and all at once; between orders nothing may differ."""

Persons = dict[str, str]
"""Source id → the least source id of the same guest."""


def measures(profiles: int) -> Iterator[Measure]:
    """How many different partitions the orders made, and how alike the batch's is."""
    size = min(_PROFILES, profiles // _SHARE)
    orders = _ORDERS if size == _PROFILES else _FEW
    rows = Doubles(_SEED).rows(size)
    for row in rows[::9]:
        row["email"] = _AGENCY
    found: list[Persons] = []
    with fresh_home():
        now = clock.now()
        link = connected(now)
        join_by_score(ACTOR, now)
        for seed in range(orders):
            stream(seed, "order").shuffle(rows)
            found.append(_one_by_one(link, rows, now))
        _forget()
        mirrored(link, rows, now)
        batch_run.run(ACTOR, now, How(learn=False))
        _settle(now)
        whole = _persons()
    different = len({tuple(sorted(each.items())) for each in found})
    unit = f"partitions of {orders} × {size:,}"
    yield Measure("identity.orders", different, unit, 1, different)
    rand = adjusted_rand(found[0], whole)
    yield Measure(
        "identity.online_as_batch", round(rand, 6), "rand", RAND_LEAST, round(rand / RAND_LEAST, 4)
    )


def _one_by_one(link: Connection, rows: Sequence[Row], now: datetime) -> Persons:
    _forget()
    for id_ in mirrored(link, rows, now):
        with scope.everything():
            admitting.admit([id_], now)
    _settle(now)
    return _persons()


def _settle(now: datetime) -> None:
    """Until nobody is to be looked at again."""
    for _ in range(_SETTLED):
        if not reactions.settle(now):
            return


def _forget() -> None:
    """An empty mirror, and nobody recognised; settings and matcher stay."""
    kept = (MatchingSetting, Matcher)
    others = {Profile._meta.db_table, Unsettled._meta.db_table}
    recognised = {
        model._meta.db_table
        for model in apps.get_app_config("guests").get_models()
        if model not in kept
    }
    tables = sorted(others | recognised)
    with database.address("owner").connect(autocommit=True) as server:
        server.execute(
            sql.SQL("TRUNCATE {} CASCADE").format(sql.SQL(", ").join(map(sql.Identifier, tables)))
        )


def _persons() -> Persons:
    with scope.everything():
        names = dict(Profile.objects.values_list("pk", "source_id"))
        groups: dict[int, list[int]] = {}
        for profile, least in batch_run.partition().items():
            groups.setdefault(least, []).append(profile)
    found: Persons = {}
    for group in groups.values():
        ids = sorted(names[id_] for id_ in group)
        found |= dict.fromkeys(ids, ids[0])
    return found


def adjusted_rand(one: Mapping[str, str], other: Mapping[str, str]) -> float:
    """How alike two partitions of the same things are: 1 is equal, 0 what chance would give."""
    names = sorted(one)
    _, left = np.unique([one[name] for name in names], return_inverse=True)
    _, right = np.unique([other[name] for name in names], return_inverse=True)
    both = np.unique(left * (right.max() + 1) + right, return_counts=True)[1]
    pairs, ones, others = (
        comb(counts, 2).sum() for counts in (both, np.bincount(left), np.bincount(right))
    )
    chance = ones * others / comb(len(names), 2)
    most = (ones + others) / 2
    return 1.0 if most == chance else float((pairs - chance) / (most - chance))
