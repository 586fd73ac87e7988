"""Imports that are killed, the server lost under them, and writers that meet: the state is the same.

Slow on purpose: real processes, a real disk, real kills. `tests.proofs.kill_import` does ten more.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from threading import Barrier

import pytest
from django.conf import settings
from django.db import connection

from staytrue.changes.models import Change
from staytrue.flow import intake, leftovers, races, reactions, release
from staytrue.hotel import scope
from staytrue.hotel.records import Reservation
from staytrue.inbox.models import Connection, Delivery
from staytrue.kit import merge
from staytrue.kit.home import prepare
from staytrue.mirror.models import Reservation as Row
from tests import make
from tests.proofs import kill_import
from tests.proofs.kill_import import Trial

MORNING = datetime(2026, 5, 21, 1, 10, tzinfo=make.UTC)
DAY = timedelta(days=1)


def stay(n: int = 1, notes: str = "") -> Reservation:
    return make.reservation(
        number=str(30_000 + n), arrival_on=date(2026, 7, 1), notes=notes or None
    )


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Trial:
    return kill_import.prepare(tmp_path_factory.mktemp("kill"), 3_000, 100)


@pytest.mark.parametrize(
    ("moment", "rows", "server"), [(0.8, False, False), (0.3, True, False), (0.6, True, True)]
)
def test_an_import_killed_and_run_again_ends_in_the_state_of_an_undisturbed_one(
    trial: Trial, tmp_path: Path, moment: float, *, rows: bool, server: bool
) -> None:
    kill_import.disturb(trial, tmp_path / "home", moment, rows=rows, server=server)


@pytest.fixture
def link(db: None) -> Connection:
    return make.link(make.hotel(), mapping="staytrue_stays")


class Killed(BaseException):
    """What a kill looks like from inside: nothing catches it."""


def cut_off(link: Connection, path: Path, pages: int, patch: pytest.MonkeyPatch) -> None:
    """Import with one line per page and end after so many pages, as a kill would."""
    before = intake._merge_page
    left = iter(range(pages))

    def page(work: intake.Work, first: int, last: int) -> dict[str, tuple[int, int]]:
        if next(left, None) is None:
            raise Killed
        return before(work, first, last)

    with patch.context() as within:
        within.setattr(intake, "PAGE_ROWS", 1)
        within.setattr(intake, "_merge_page", page)
        with pytest.raises(Killed):
            make.take(link, path, MORNING + DAY)


def test_the_answer_of_a_resumed_import_counts_the_whole_delivery(
    link: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make.take(link, make.stays_file(tmp_path, MORNING, *(stay(n) for n in range(4))), MORNING)
    stays = [stay(n, "new" if n < 3 else "") for n in range(6)]
    path = make.stays_file(tmp_path, MORNING + DAY, *stays)
    cut_off(link, path, 2, monkeypatch)
    outcome = make.take(link, path, MORNING + DAY)
    assert (outcome.read, outcome.created, outcome.changed, outcome.unchanged) == (6, 2, 3, 1)
    assert make.take(link, path, MORNING + DAY).seen_before
    with scope.everything():
        assert Delivery.objects.latest("id").counts["changed"] == 3
        assert Change.objects.count() == 4 + 2 + 3


def test_the_worker_takes_an_interrupted_delivery_to_its_end_without_its_file(
    link: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make.stays_file(tmp_path, MORNING, *(stay(n) for n in range(5)))
    cut_off(link, path, 2, monkeypatch)
    path.unlink()
    assert release.finish_interrupted(MORNING + 2 * DAY) == 1
    assert release.finish_interrupted(MORNING + 2 * DAY) == 0
    with scope.everything():
        assert Row.objects.count() == 5
        delivery = Delivery.objects.get()
    assert (delivery.state, delivery.counts["created"]) == ("applied", 5)


def test_what_a_killed_import_left_is_cleared(link: Connection) -> None:
    dead = settings.HOME / "spool" / "tmpdead"
    dead.mkdir(parents=True)
    (dead / "spool").write_text("guests' data")
    delivery = make.delivery(link)
    with scope.everything(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO stage_profile (batch, seq, property_id) VALUES (%s, 1, %s)",
            [delivery.pk, link.property_id],
        )
    with leftovers.workshop() as used:
        assert not dead.exists()
        assert leftovers.clear() == 1
        assert used.is_dir()
    assert not used.exists()
    assert leftovers.clear() == 0


def test_an_import_that_ends_while_another_begins_is_in_nobodys_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A folder that was listed may be gone when it is looked at: its owner removes it unasked."""
    ending = prepare(settings.HOME / "spool" / "tmpending")
    (ending / ".in-use").touch()
    listed = Path.iterdir

    def list_and_end(place: Path) -> list[Path]:
        found = list(listed(place))
        shutil.rmtree(ending, ignore_errors=True)
        return found

    monkeypatch.setattr(Path, "iterdir", list_and_end)
    with leftovers.workshop() as used:
        assert used.is_dir()


@pytest.fixture
def writers(transactional_db: None) -> Iterator[ThreadPoolExecutor]:
    """Sixteen threads, each with a connection of its own that is given back at the end."""
    with ThreadPoolExecutor(16) as pool:
        yield pool
        list(pool.map(lambda _: connection.close(), range(64)))


def test_sixteen_writers_on_one_stay_all_get_their_turn(
    writers: ThreadPoolExecutor, tmp_path: Path
) -> None:
    """Slow: the writers commit, so the database is made anew."""
    links = [make.link(make.hotel(f"H{n}"), name=f"link-{n}") for n in range(4)]

    def write(n: int) -> make.Outcome:
        folder = tmp_path / str(n)
        folder.mkdir()
        link = links[n % 4]
        path = make.stays_file(folder, MORNING + n * DAY, stay(1, f"version {n}"), stay(2))
        outcome = make.take(link, path, MORNING + n * DAY)
        reactions.settle(MORNING + n * DAY)
        return outcome

    outcomes = list(writers.map(write, range(16)))
    assert [outcome.refused for outcome in outcomes] == [None] * 16
    with scope.everything():
        notes = Row.objects.filter(number="30001").order_by("notes")
        assert sorted(row.notes for row in notes) == [f"version {n}" for n in (12, 13, 14, 15)]


def test_two_imports_on_one_connection_wait_for_each_other(
    writers: ThreadPoolExecutor, tmp_path: Path
) -> None:
    """Slow: the writers commit, so the database is made anew."""
    link = make.link(make.hotel())
    first = make.stays_file(tmp_path, MORNING, stay(1))
    second = make.stays_file(tmp_path, MORNING + DAY, stay(1, "later"))
    with merge.one_at_a_time("delivery", link.pk):
        waiting = [
            writers.submit(make.take, link, path, at)
            for path, at in ((second, MORNING + DAY), (first, MORNING))
        ]
        with scope.everything():
            assert not Delivery.objects.exists()
    assert [each.result().refused for each in waiting] == [None, None]
    with scope.everything():
        assert Row.objects.get().notes == "later"


def test_a_lost_race_for_a_lock_is_run_again_and_never_shown(
    writers: ThreadPoolExecutor, tmp_path: Path
) -> None:
    """Slow: a deadlock is found after a second, and the database is made anew."""
    link = make.link(make.hotel())
    make.take(link, make.stays_file(tmp_path, MORNING, stay(1), stay(2)), MORNING)
    both_hold_one = Barrier(2)
    tries: list[str] = []

    def lock(*numbers: str) -> None:
        tries.append(numbers[0])
        Row.objects.select_for_update().get(number=numbers[0])
        if len(tries) < 3:
            both_hold_one.wait()
        Row.objects.select_for_update().get(number=numbers[1])

    orders = [("30001", "30002"), ("30002", "30001")]
    for each in [writers.submit(races.run, partial(lock, *order)) for order in orders]:
        each.result()
    assert len(tries) == 3
