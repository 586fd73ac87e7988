"""Thirty virtual days of a PMS read from its database: the mirror equals the truth afterwards."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

import psycopg
import pytest

from staytrue.connectors.base import Delivery, Hint
from staytrue.connectors.sql_views import polling, translate
from staytrue.hotel.codes import Status
from staytrue.lab.bookings import World, build_world
from staytrue.lab.house import hotel_sirga
from staytrue.lab.pms.sql_views import ALL, Fonda, Quirk, script
from staytrue.lab.pms.sql_views.housing import Housing
from staytrue.lab.pms.sql_views.relay import Relay
from tests.databases import COPY
from tests.lab.pms.follower import Clock
from tests.lab.pms.sql_views_mirror import Mirror

TODAY = date(2026, 10, 12)
# Thirteen days before autumn repeats an hour.
START = datetime(2026, 10, 12, 6, tzinfo=UTC)

Follow = Callable[..., Mirror]


@cache
def world() -> World:
    """A small hotel, five weeks before and ten weeks after the day of the tests."""
    first, last = TODAY - timedelta(days=35), TODAY + timedelta(days=70)
    return build_world(7, hotel_sirga(rooms=8), first, last, today=TODAY)


@pytest.fixture
def follow(django_db_setup: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Follow]:
    """A mirror that never read anything, of a house with these vices."""
    monkeypatch.setattr("staytrue.connectors.sql_views.postgresql.STATEMENT_SECONDS", 0.5)
    with ExitStack() as open_:

        def make(quirks: frozenset[Quirk] = ALL, start: datetime = START, **said: Any) -> Mirror:
            number = len(open_._exit_callbacks)  # type: ignore[attr-defined]
            housing = Housing(f"{COPY}_fonda{number}", f"fonda{number}_{os.getpid()}", "invented")
            open_.enter_context(housing.made())
            relay = open_.enter_context(Relay(housing.socket))
            clock = Clock(start)
            pms = Fonda(world(), clock, housing.connect, reader=housing.reader, relay=relay,
                        quirks=quirks, **said)  # fmt: skip
            open_.enter_context(pms)
            values = {"dsn": housing.dsn(relay.authority), "allow_private": [relay.authority]}
            return Mirror(pms, clock, values)

        yield make


def test_the_first_poll_brings_all_that_the_database_holds(follow: Follow) -> None:
    mirror = follow(frozenset())
    assert mirror.poll()
    assert len(mirror.reservations) > 100
    assert mirror.differences() == []


def test_after_thirty_days_with_every_vice_the_mirror_is_the_truth(follow: Follow) -> None:
    # Half a minute: a month of polls every hour, each a session of its own.
    mirror = follow()
    mirror.live(30, timedelta(hours=1))
    assert mirror.differences() == []
    assert mirror.parked == []
    assert {
        "database_away",
        "statement_slow",
        "views_changed",
        "login_may_write",
    } <= mirror.met.keys()
    named = [(one.facts["view"], one.facts["column"]) for one in mirror.refusals
             if one.code == "views_changed"]  # fmt: skip
    assert set(named) == {("staytrue.stays", "dep"), ("staytrue.guests", "guest_no")}
    assert mirror.pms.relay
    assert mirror.pms.relay.cuts
    assert mirror.out_of_sight


@pytest.mark.parametrize("quirk", sorted(ALL))
def test_after_a_day_with_one_vice_the_mirror_is_the_truth(follow: Follow, quirk: Quirk) -> None:
    mirror = follow(frozenset({quirk}))
    mirror.live(1, timedelta(hours=1))
    assert mirror.differences() == []
    assert mirror.parked == []


def _nothing_else(self: polling.Poll, view: Any) -> Iterator[Delivery]:
    if view.object not in self.known.get("stretches", {}):
        yield from EVERYTHING(self, view)


def _no_window(self: polling.Poll, view: Any) -> Delivery:
    self.known["walked_on"], self.known["polled_at"] = self.today.isoformat(), self.now.isoformat()
    return Delivery(view.object, b"", self.now, dict(self.known))


def _unlimited(self: polling.Poll, view: Any, changed: Any) -> str:
    del self, view
    return str(changed.isoformat())


EVERYTHING = polling.Poll._everything
TRANSLATE: Any = sys.modules[translate.__module__]
NO_TIME = timedelta(0)
# Half past one in the morning: the porter is at work, and no new day begins.
NIGHT = datetime(2026, 10, 12, 23, 30, tzinfo=UTC)
AUTUMN = datetime(2026, 10, 24, 23, 30, tzinfo=UTC)
# A handling: the vices it is for, its chance, what stands in its place, and how we look.
TAKEN_AWAY: dict[str, tuple[set[Quirk], str, tuple[Any, str, Any], str]] = {
    "overlap of polls": ({Quirk.LATE_COMMITS}, "LATE", (polling, "OVERLAP", NO_TIME), "day"),
    "overlap of the repeated hour": (
        {Quirk.WALL_TIME}, "", (polling, "REPEATED_HOUR", NO_TIME), "autumn",
    ),
    "order by the moment of the look": (
        {Quirk.FUTURE_STAMPS}, "FUTURE", (TRANSLATE.Parcel, "version", None), "nights",
    ),
    "no mark beyond now": (
        {Quirk.FUTURE_STAMPS}, "FUTURE", (polling.Poll, "_mark", _unlimited), "day",
    ),
    "the night's look at everything, for silent changes": (
        {Quirk.SILENT}, "SILENT", (polling.Poll, "_everything", _nothing_else), "nights",
    ),
    "the night's look at everything, for long transactions": (
        {Quirk.LONG_TRANSACTIONS}, "LONG", (polling.Poll, "_everything", _nothing_else), "nights",
    ),
    "the window of each poll, for silent changes": (
        {Quirk.SILENT}, "SILENT", (polling.Poll, "_near", _no_window), "near",
    ),
    "whole windows, for deletions": (
        {Quirk.DELETIONS}, "DELETED", (polling.Poll, "_near", _no_window), "nights",
    ),
    "cancellations of the cancelled only": (
        {Quirk.CANCELLATION_STAYS}, "", (TRANSLATE, "_CLOSED", tuple(Status)), "day",
    ),
    "rows of this hotel only": (
        {Quirk.FOREIGN_ROWS}, "", (polling, "of_this_house", lambda *_: ()), "day",
    ),
}  # fmt: skip


def near(mirror: Mirror) -> set[str]:
    """Stays of these two weeks."""
    today = mirror.clock().date()
    stays = mirror.pms.truth.reservations.items()
    return {key for key, stay in stays if stay.departure_on >= today
            and stay.arrival_on <= today + timedelta(days=14)}  # fmt: skip


@pytest.mark.parametrize("name", sorted(TAKEN_AWAY))
def test_without_this_handling_the_mirror_is_wrong(
    follow: Follow, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    quirks, chance, taken, how = TAKEN_AWAY[name]
    # Everybody meets the vice, and the porter is busy, so that few hours are enough.
    monkeypatch.setattr(script, "PORTER_EACH", timedelta(minutes=3))
    if chance:
        monkeypatch.setattr(script, chance, 0.5 if chance in ("FUTURE", "LATE") else 1.0)

    def faults() -> list[str]:
        mirror = follow(frozenset(quirks), AUTUMN if how == "autumn" else NIGHT)
        if how == "nights":
            mirror.live(4, timedelta(hours=3))
        else:
            mirror.a_day(timedelta(minutes=60 if how == "autumn" else 20))
        found = mirror.differences() + [part.code for part in mirror.parked]
        return [one for one in found if how != "near" or one.partition(".")[0] in near(mirror)]

    assert faults() == []
    monkeypatch.setattr(*taken)
    assert faults()


def test_a_renamed_column_stops_the_run_names_it_and_keeps_the_last_good_mirror(
    follow: Follow,
) -> None:
    mirror = follow(frozenset())
    assert mirror.poll()
    mirror.clock.instant += timedelta(hours=2)
    mirror.pms.trouble(Quirk.RENAMED)
    known, kept, bookmark = dict(mirror.reservations), mirror.kept, mirror.bookmark
    assert not mirror.poll()
    (refusal,) = mirror.refusals
    assert refusal.code == "views_changed"
    assert refusal.facts["column"] == "dep"
    assert refusal.facts["new"] == ["departure"]
    assert "column dep is gone and departure is new" in refusal.sentence
    assert (mirror.reservations, mirror.kept, mirror.bookmark) == (known, kept, bookmark)
    mirror.pms.mend()
    assert mirror.poll()
    assert mirror.differences() == []


def test_a_line_cut_in_mid_page_loses_nothing(
    follow: Follow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(polling, "PARCEL_ROWS", 20)
    monkeypatch.setattr("staytrue.connectors.sql_views.postgresql.ROWS_AT_ONCE", 20)
    mirror = follow(frozenset())
    assert mirror.pms.relay
    mirror.pms.relay.cut(35_000)
    assert not mirror.poll()
    assert 0 < len(mirror.profiles) < len(mirror.pms.truth.profiles)
    assert mirror.met == {"database_away": 1}
    assert mirror.poll()
    assert mirror.differences() == []


def test_near_stays_are_true_after_a_sweep_and_one_after_a_look_up(follow: Follow) -> None:
    mirror = follow(frozenset({Quirk.SILENT}))
    assert mirror.poll()
    mirror.clock.instant += timedelta(hours=9)
    mirror.pms.tick()
    wrong = {line.partition(".")[0] for line in mirror.differences() if "/" in line}
    assert wrong & near(mirror)
    mirror.sweep(14)
    left = {line.partition(".")[0] for line in mirror.differences() if "/" in line}
    assert not left & near(mirror)
    mirror.read(*(Hint("reservation", key.partition("/")[0]) for key in left))
    assert not [line for line in mirror.differences() if "/" in line and "missing" not in line]


def test_our_login_gets_into_the_pms_alone_and_sees_its_views_alone(follow: Follow) -> None:
    mirror = follow(frozenset())
    dsn = mirror.values["dsn"]
    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        psycopg.connect(dsn.rpartition("/")[0] + f"/{COPY}")
    with psycopg.connect(dsn) as session, pytest.raises(psycopg.errors.InsufficientPrivilege):
        session.execute("SELECT * FROM pms.guest")


def test_the_same_seed_gives_the_same_days(follow: Follow) -> None:
    runs = []
    for _ in range(2):
        mirror = follow(ALL - {Quirk.CUT, Quirk.SLOW})
        for _ in range(12):
            mirror.clock.instant += timedelta(hours=2)
            assert mirror.poll()
        runs.append((mirror.reservations, mirror.profiles, mirror.kept))
    assert runs[0] == runs[1]
