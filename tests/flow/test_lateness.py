"""How old the mirror is: stale in time, fresh again by itself, and the lag as it really was."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from staytrue.changes import log
from staytrue.flow import jobs
from staytrue.flow.lateness import tell_late_feeds
from staytrue.hotel import scope
from staytrue.hotel.models import Property
from staytrue.hotel.records import Reservation
from staytrue.inbox.models import Connection
from staytrue.kit import clock
from staytrue.mirror import rules
from staytrue.mirror.models import Freshness
from staytrue.staff.models import Ask
from staytrue.web import formats
from tests import make

pytestmark = pytest.mark.django_db

START = datetime(2026, 5, 21, 6, 0, tzinfo=UTC)
CADENCE = timedelta(minutes=15)
LIMIT = CADENCE + timedelta(seconds=60)
SECOND = timedelta(seconds=1)
LOOK = 15


class Pms:
    """Writes a whole file into the watched folder at each cadence, until it is stopped."""

    def __init__(self, folder: Path, name: str, code: str) -> None:
        self.folder = folder / name
        self.folder.mkdir()
        self.house: Property = make.hotel(code)
        self.link = make.link(self.house, name=name, folder=str(self.folder),
                              mapping="staytrue_stays")  # fmt: skip
        with scope.everything(), make.audit.acting("tests", START):
            Connection.objects.filter(pk=self.link.pk).update(
                cadence_seconds=int(CADENCE.total_seconds()), created_at=START
            )
        self.runs = True

    def write(self, now: datetime) -> None:
        stay = make.reservation(arrival_on=date(2026, 7, 1), notes=f"{now}", modified_at=now)
        path = make.stays_file(self.folder, now, stay)
        os.utime(path, (now.timestamp(), now.timestamp()))

    def asks(self) -> list[Ask]:
        with scope.everything():
            return list(Ask.objects.filter(kind="stale_feed", property_id=self.house.pk))

    def is_stale(self, now: datetime) -> bool:
        """What the hotel's tile shows."""
        with scope.everything():
            read = Freshness.objects.filter(connection=self.link).first()
        through = read.true_through if read else None
        return rules.is_stale(through, int(CADENCE.total_seconds()), now)


@contextmanager
def virtual_time() -> Iterator[list[datetime]]:
    """A clock that shows the last tick."""
    ticks: list[datetime] = []
    with clock.use(lambda: ticks[-1]):
        yield ticks


def live(ticks: list[datetime], until: datetime, *hotels: Pms) -> dict[str, list[tuple[int, bool]]]:
    """Let time pass, the duties at their own pace; when each tile turned, in seconds."""
    turned: dict[str, list[tuple[int, bool]]] = {pms.link.name: [] for pms in hotels}
    begin = ticks[-1] if ticks else START
    for second in range(0, int((until - begin).total_seconds()) + 1, 5):
        now = begin + second * SECOND
        ticks.append(now)
        for pms in hotels:
            if pms.runs and (now - START) % CADENCE == timedelta(0):
                pms.write(now)
        if second % LOOK == 0:
            jobs.look_into_folders(clock.now())
        if now.second == 5:
            jobs.tell_late_feeds(clock.now())
        for pms in hotels:
            shown = turned[pms.link.name]
            stale = pms.is_stale(now)
            if not shown or shown[-1][1] != stale:
                shown.append((int((now - START).total_seconds()), stale))
    return turned


def test_a_stopped_pms_turns_its_tile_stale_within_a_cadence_and_a_minute_and_back_by_itself(
    tmp_path: Path,
) -> None:
    """Slow: two hours of a virtual morning. The other hotel's tile never turns."""
    stopped, other = Pms(tmp_path, "bio-files", "BIO"), Pms(tmp_path, "sad-files", "SAD")
    with virtual_time() as ticks:
        live(ticks, START + timedelta(minutes=40), stopped, other)
        stopped.runs = False
        turned = live(ticks, START + timedelta(minutes=80), stopped, other)
        last = START + 2 * CADENCE
        assert turned["bio-files"] == [
            (2400, False),
            (int((last + LIMIT - START).total_seconds()) + 5, True),
        ]
        assert turned["sad-files"] == [(2400, False)]
        [ask] = stopped.asks()
        assert (ask.role_id, ask.closed_at) == ("administrator", None)
        assert ask.facts["true_through"] == last.isoformat()
        assert ask.opened_at <= last + LIMIT + timedelta(minutes=1)
        stopped.runs = True
        turned = live(ticks, START + timedelta(minutes=100), stopped, other)
    back = [second for second, stale in turned["bio-files"] if not stale]
    assert len(back) == 1
    assert back[0] <= 90 * 60 + 60
    assert turned["sad-files"] == [(4800, False)]
    assert [each.closed_why for each in stopped.asks()] == ["fresh"]
    assert other.asks() == []


def test_a_connection_that_never_brought_anything_is_late_after_one_cadence(
    tmp_path: Path,
) -> None:
    pms = Pms(tmp_path, "bio-files", "BIO")
    assert tell_late_feeds(START + LIMIT) == 0
    assert tell_late_feeds(START + LIMIT + SECOND) == 1
    assert [ask.facts["true_through"] for ask in pms.asks()] == [None]


def test_a_late_feed_is_asked_about_once(tmp_path: Path) -> None:
    pms = Pms(tmp_path, "bio-files", "BIO")
    for minute in range(60):
        tell_late_feeds(START + LIMIT + timedelta(minutes=minute))
    assert len(pms.asks()) == 1


def test_at_six_in_the_evening_the_file_of_03_10_is_14_h_50_min_old(tmp_path: Path) -> None:
    link = make.link(make.hotel())
    made_at = datetime(2026, 5, 21, 1, 10, tzinfo=UTC)
    path = make.stays_file(tmp_path, made_at, make.reservation())
    make.take(link, path, made_at + timedelta(minutes=3))
    with scope.everything():
        through = Freshness.objects.get().true_through
    assert through is not None
    evening = datetime(2026, 5, 21, 16, 0, tzinfo=UTC)
    assert formats.clock_time(through, "Europe/Madrid") == "03:10"
    assert formats.age((evening - through).total_seconds()) == "14 h 50 min"


@pytest.mark.parametrize("lag", [timedelta(seconds=40), timedelta(minutes=35), timedelta(hours=14)])
def test_the_measured_lag_is_the_injected_one(tmp_path: Path, lag: timedelta) -> None:
    """Each stay changes at a known instant, and the mirror knows it one lag later."""
    link = make.link(make.hotel())
    stays: dict[int, Reservation] = {}
    for n in range(40):
        said_at = START + n * timedelta(hours=1)
        # Two in forty come late: the 95th in a hundred is still the usual one.
        delay = lag * 3 if n in (7, 29) else lag
        stays[n % 5] = make.reservation(number=str(n % 5), notes=f"{n}", modified_at=said_at,
                                        arrival_on=date(2026, 7, 1))  # fmt: skip
        path = make.stays_file(tmp_path, said_at, *stays.values())
        make.take(link, path, said_at + delay)
    with scope.everything():
        measured = log.lag_seconds(link.pk, START)
    assert measured["count"] == 40
    assert measured["p50"] == pytest.approx(lag.total_seconds(), abs=5)
    assert measured["p95"] == pytest.approx(lag.total_seconds(), abs=5)


@pytest.mark.parametrize("history", [True, False])
def test_a_first_load_says_nothing_about_the_lag(tmp_path: Path, *, history: bool) -> None:
    link = make.link(make.hotel())
    old = make.reservation(modified_at=START - timedelta(days=900))
    make.take(link, make.stays_file(tmp_path, START, old), START, history=history)
    with scope.everything():
        assert log.lag_seconds(link.pk, START)["count"] == 0
