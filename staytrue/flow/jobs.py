"""Everything periodic, as procrastinate jobs. A job is one line: it calls a function with `now`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from procrastinate.contrib.django import app

from staytrue.changes import log
from staytrue.flow import closing, stalled, watching
from staytrue.hotel import scope
from staytrue.inbox import actions as inbox
from staytrue.kit import clock

Duty = Any


def look_into_folders(now: datetime) -> None:
    """Take what lies complete in watched folders."""
    watching.take_all(now)


def close_days(now: datetime) -> None:
    """Close the days that are over."""
    closing.close_days(now)


def make_partitions(now: datetime) -> None:
    """Have the coming months' partitions ready."""
    log.make_room(now)


def forget_old_raw(now: datetime) -> None:
    """Drop raw bodies past their retention."""
    with scope.everything():
        inbox.drop_old_raw(now)


# Five fields: minute, hour, day, month, weekday.
DUTIES = {
    look_into_folders: "* * * * *",
    close_days: "*/5 * * * *",
    make_partitions: "17 2 * * *",
    forget_old_raw: "47 2 * * *",
}


def _register(duty: Any, cron: str) -> None:
    @app.periodic(cron=cron)
    @app.task(name=duty.__name__, queueing_lock=duty.__name__, pass_context=False)
    def run(_timestamp: int) -> None:
        duty(clock.now())


for _duty, _cron in DUTIES.items():
    _register(_duty, _cron)


@app.periodic(cron="* * * * *")
@app.task(name="retry_stalled", queueing_lock="retry_stalled")
async def retry_stalled(_timestamp: int) -> None:
    """A job whose worker was killed is tried again."""
    await stalled.retry(app, clock.now())
