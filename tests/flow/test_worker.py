"""The worker as a process: it runs its duties as the app, stops when told, and survives losses.

Slow on purpose: a home and processes of their own, because they are killed.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from django.db import connection
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector

from staytrue.flow import jobs, stalled
from staytrue.kit import clock, embedded
from tests import make
from tests.flow import homes
from tests.flow.homes import Home, eventually

ROWS = "SELECT count(*) FROM reservation"
LOOKS = "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'look_into_folders'"
Start = Callable[[], "subprocess.Popen[str]"]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return homes.make(tmp_path_factory.mktemp("worker") / "home")


@pytest.fixture
def home(template: Home, tmp_path: Path) -> Iterator[Home]:
    mine = template.copy(tmp_path / "home")
    with homes.running(mine):
        folder = mine.path / "in"
        mine.query(
            "UPDATE connection SET settings = jsonb_set(settings, '{folder}', to_jsonb(%s::text))",
            str(folder),
        )
        yield mine
    embedded.stop(mine.path)


@pytest.fixture
def worker(home: Home) -> Iterator[Start]:
    """Starts workers of this home; whoever still runs at the end is killed."""
    started: list[subprocess.Popen[str]] = []

    def start() -> subprocess.Popen[str]:
        started.append(home.start("work", unread=True))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


def put(home: Home, *numbers: str) -> None:
    """A complete file of now in the watched folder."""
    made_at = clock.now() - timedelta(minutes=1)
    stays = [make.reservation(number=n, arrival_on=date(2030, 1, 1)) for n in numbers]
    path = make.stays_file(home.path / "in", made_at, *stays)
    os.utime(path, (made_at.timestamp(), made_at.timestamp()))
    Path(f"{path}.done").touch()


def count(home: Home, statement: str = ROWS) -> int:
    return int(home.query(statement)[0][0])


def test_the_duties_run_as_the_app_and_the_worker_stops_when_told(
    home: Home, worker: Start
) -> None:
    put(home, "1", "2")
    process = worker()
    eventually(lambda: count(home) == 2)
    dated = "SELECT count(*) FROM property WHERE business_date IS NOT NULL"
    eventually(lambda: count(home, dated) == 1)
    # Successful jobs are deleted, so what is left tells of trouble.
    assert count(home, "SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed'") == 0
    eventually(lambda: count(home, "SELECT count(*) FROM unsettled") == 0)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    assert process.returncode == 0


def test_a_job_whose_worker_was_killed_is_taken_up_by_the_next(home: Home, worker: Start) -> None:
    link = home.query("SELECT id FROM connection")[0][0]
    with home.connect() as importing:
        # Another import holds the connection, so the job waits in the middle.
        importing.execute("SELECT pg_advisory_lock(hashtext('delivery'), %s::int)", [link])
        put(home, "1")
        first = worker()
        eventually(lambda: count(home, "SELECT count(*) FROM pg_locks WHERE NOT granted"))
        assert count(home, f"{LOOKS} AND status = 'doing'") == 1
        first.kill()
        first.communicate()
    # As if it had been silent for a while.
    home.query(
        "UPDATE procrastinate_workers SET last_heartbeat = last_heartbeat - interval '1 minute'"
    )
    worker()
    eventually(lambda: count(home) == 1)
    eventually(lambda: count(home, f"{LOOKS} AND worker_id IS NULL AND status = 'doing'") == 0)


@pytest.mark.parametrize("kill", [False, True], ids=["restarted", "killed"])
def test_a_lost_database_is_survived(home: Home, worker: Start, *, kill: bool) -> None:
    process = worker()
    eventually(lambda: count(home, "SELECT count(*) FROM procrastinate_workers"))
    if kill:
        home.kill_server()
    else:
        embedded.stop(home.path)
    with embedded.start(home.path):
        put(home, "1")
        eventually(lambda: count(home) == 1)
        eventually(lambda: count(home, "SELECT count(*) FROM unsettled") == 0)
        assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
        assert process.returncode == 0


def test_until_idle_does_every_duty_once_and_ends(home: Home) -> None:
    put(home, "1")
    home.run("work", "--until-idle")
    assert count(home) == 1


def test_a_dead_job_makes_room_for_one_like_it_that_waits(transactional_db: None) -> None:
    """Slow: jobs are committed, so the database is made anew."""
    insert = """INSERT INTO procrastinate_jobs (task_name, queue_name, priority, queueing_lock, args,
                  status) VALUES (%s, 'default', 0, 'same', '{}', %s)"""
    with connection.cursor() as cursor:
        cursor.execute(insert, ["dead", "doing"])
        cursor.execute(insert, ["waiting", "todo"])
        cursor.execute(insert.replace("'same'", "'other'"), ["alone", "doing"])

    async def retry() -> None:
        connector = cast(DjangoConnector, app.connector).get_worker_connector()
        with app.replace_connector(connector) as connected:
            async with connected.open_async():
                await stalled.retry(connected, datetime(2026, 5, 21, 1, 10, tzinfo=UTC))

    asyncio.run(retry())
    with connection.cursor() as cursor:
        cursor.execute("SELECT task_name, status FROM procrastinate_jobs ORDER BY id")
        assert cursor.fetchall() == [("waiting", "todo"), ("alone", "todo")]


def test_every_duty_can_run_at_any_moment(transactional_db: Any) -> None:
    """Slow: the duties commit, so the database is made anew."""
    for duty in jobs.DUTIES:
        duty(datetime(2026, 5, 21, 1, 10, tzinfo=UTC))
