"""What each named rule would join or show, counted over all profiles; nothing is done.

Few profiles are counted at once. Many are counted by the worker, a page that waits sees how far.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import connection

from staytrue.guests.matching.named_rules import Mode, dry_run
from staytrue.guests.matching.normalise import Features
from staytrue.guests.models import IdentityRun
from staytrue.guests.source_profiles import decoded
from staytrue.hotel import scope

STEP = "dry_run"
AT_ONCE = 5_000
_CHUNK = 10_000


def ask(actor: str, now: datetime) -> IdentityRun:
    """Count now, or let the worker do it; one that waits already is the answer."""
    with scope.everything():
        waiting = IdentityRun.objects.filter(step=STEP, ended_at=None).first()
        if waiting is not None:
            return waiting
        total = _profiles()
        run = IdentityRun.objects.create(actor=actor, begun_at=now, step=STEP, total=total)
        if total <= AT_ONCE:
            _count(run, now)
        return run


def latest() -> IdentityRun | None:
    """The count asked for last, ended or not."""
    return IdentityRun.objects.filter(step=STEP).order_by("-pk").first()


def count_waiting(now: datetime) -> int:
    """Count what somebody waits for; answers how many counts were made."""
    with scope.everything():
        runs = list(IdentityRun.objects.filter(step=STEP, ended_at=None).order_by("pk"))
    for run in runs:
        _count(run, now)
    return len(runs)


def _count(run: IdentityRun, now: datetime) -> None:
    """Both modes over all profiles."""
    profiles = list(_features(run))
    counts = {
        mode.value: {
            f"{rule}.{outcome}.{reason}": count
            for (rule, outcome, reason), count in sorted(dry_run(profiles, mode).items())
        }
        for mode in Mode
    }
    with scope.everything():
        IdentityRun.objects.filter(pk=run.pk).update(
            counts=counts, done=len(profiles), total=len(profiles), ended_at=now
        )


def _features(run: IdentityRun) -> Iterator[Features]:
    """All profiles, a transaction for each piece: who waits sees how far it is."""
    done, last = 0, 0
    while rows := _piece(run, last, done):
        for _id, text in rows:
            yield decoded(text)
        last, done = rows[-1][0], done + len(rows)


def _piece(run: IdentityRun, after: int, done: int) -> list[Any]:
    with scope.everything():
        IdentityRun.objects.filter(pk=run.pk).update(done=done)
        return _rows(after)


def _rows(after: int) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT profile_id, features::text FROM source_profile
                WHERE NOT is_gone AND profile_id > %s ORDER BY profile_id LIMIT %s""",
            [after, _CHUNK],
        )
        return list(cursor.fetchall())


def _profiles() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM source_profile WHERE NOT is_gone")
        return int(cursor.fetchone()[0])
