"""What a poll finds and never misses: changes, silence, gaps, clocks, on a real PostgreSQL."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from staytrue.connectors import sql_views
from staytrue.connectors.sql_views import polling
from staytrue.kit import database
from staytrue.kit.errors import Misconfigured
from tests.connectors.sql_views.conftest import NOW, Pms, numbers, of


def test_an_unchanged_window_is_not_brought_again(pms: Pms) -> None:
    pms.book(1, "2026-05-10", "2026-05-12")
    (near,) = pms.fetch(pms.fetch()[-1].bookmark)
    (empty,) = pms.fetch(near.bookmark, NOW + timedelta(minutes=5))
    assert near.body
    assert not empty.body
    assert empty.bookmark == {**(near.bookmark or {}), "polled_at": "2026-05-04T10:05:00+00:00"}


def test_a_row_that_became_what_it_was_before_is_brought_as_a_later_version(pms: Pms) -> None:
    pms.book(1, "2026-05-10", "2026-05-12")
    bookmark, versions = pms.fetch()[-1].bookmark, list[int | None]()
    for minute, state in enumerate("RXR"):
        pms.run("UPDATE pms.booking SET state = %s", state)
        (window,) = pms.fetch(bookmark, NOW + timedelta(minutes=minute))
        (said,) = sql_views.translate(window.body, pms.settings())
        versions.append(said.reservations[0].version)
        bookmark = window.bookmark
    assert versions == sorted(versions, key=str)
    assert len(set(versions)) == 3


def test_a_change_without_a_stamp_is_found_by_the_night(pms: Pms) -> None:
    pms.run("INSERT INTO pms.guest VALUES (7, 'Okafor', 'Ada', '', '2026-01-01')")
    bookmark = pms.fetch(pms.fetch()[-1].bookmark)[-1].bookmark
    pms.run("INSERT INTO pms.guest VALUES (8, 'Later', '', '', '2026-05-04 11:00')")
    bookmark = pms.fetch(bookmark)[-1].bookmark
    pms.run("UPDATE pms.guest SET given = 'Adaeze' WHERE id = 7")
    assert not of("profile", pms.fetch(bookmark), "delta")
    (guests,) = of("profile", pms.fetch(bookmark, NOW + timedelta(days=1)), "delta")
    assert numbers(pms, guests) == ["7", "8"]


def test_only_the_stretches_that_changed_are_brought_at_night(
    pms: Pms, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(polling, "STRETCH_ROWS", 50)
    pms.run(
        "INSERT INTO pms.guest SELECT n, 'Guest', '', '', timestamp '2026-01-01' + n * interval '1 hour'"
        " FROM generate_series(1, 900) n"
    )
    first = pms.fetch()
    pms.run("DELETE FROM pms.guest WHERE id = 300")
    pms.run("INSERT INTO pms.guest VALUES (0, 'New', '', '', '2026-01-01')")
    second = of("profile", pms.fetch(first[-1].bookmark, NOW + timedelta(days=1)), "delta")
    assert 0 < len(set(numbers(pms, *second)) - {"0"}) < 600


def test_a_pms_that_went_back_in_time_is_read_from_the_beginning(pms: Pms) -> None:
    pms.run("INSERT INTO pms.guest VALUES (1, 'Old', '', '', '2026-05-01')")
    before = pms.fetch()[-1].bookmark
    pms.run("UPDATE pms.guest SET surname = 'New', changed = '2026-05-04 12:01'")
    changed = pms.fetch(before, NOW + timedelta(minutes=2))
    assert numbers(pms, *of("profile", changed, "delta")) == ["1"]
    pms.run("UPDATE pms.guest SET surname = 'Old', changed = '2026-05-01'")
    restored = pms.fetch(changed[-1].bookmark, NOW + timedelta(minutes=4))
    assert numbers(pms, *of("profile", restored, "delta")) == ["1"]


def test_after_a_gap_everything_is_looked_at_again(pms: Pms) -> None:
    pms.run("INSERT INTO pms.guest VALUES (7, 'Okafor', 'Ada', '', '2026-01-01')")
    bookmark = pms.fetch()[-1].bookmark
    pms.run("UPDATE pms.guest SET given = 'Adaeze'")
    assert of("profile", pms.fetch(bookmark, NOW + timedelta(hours=7)), "delta")


def test_after_days_without_a_look_the_window_goes_back_to_the_last_one(pms: Pms) -> None:
    bookmark = pms.fetch()[-1].bookmark
    late = pms.fetch(bookmark, NOW + timedelta(days=20))[-1]
    scope = sql_views.scope_of(late.body)
    assert (scope.first, scope.last) == (date(2026, 4, 27), date(2027, 11, 25))


def test_a_booking_that_vanished_is_absent_from_a_complete_window(pms: Pms) -> None:
    pms.book(1, "2026-05-10", "2026-05-12")
    pms.book(2, "2026-05-10", "2026-05-12")
    bookmark = pms.fetch()[-1].bookmark
    pms.run("DELETE FROM pms.booking WHERE id = 1")
    (window,) = pms.fetch(bookmark)
    assert numbers(pms, window) == ["2"]
    assert sql_views.scope_of(window.body).kind == "window"


def test_a_change_that_was_stamped_early_and_committed_late_is_read(pms: Pms) -> None:
    with database.superuser(pms.name) as slow:
        slow.autocommit = False
        slow.execute("INSERT INTO pms.guest VALUES (1, 'Slow', '', '', '2026-05-04 11:50')")
        pms.run("INSERT INTO pms.guest VALUES (2, 'Quick', '', '', '2026-05-04 11:59')")
        first = pms.fetch()
        assert numbers(pms, *of("profile", first, "delta")) == ["2"]
        slow.commit()
    second = pms.fetch(first[-1].bookmark)
    assert "1" in numbers(pms, *of("profile", second, "delta"))


def test_the_hour_that_autumn_repeats_is_read_twice(pms: Pms) -> None:
    autumn = datetime(2026, 10, 25, 0, 59, tzinfo=UTC)
    pms.run("INSERT INTO pms.guest VALUES (1, 'Before', '', '', '2026-10-25 02:59')")
    bookmark = pms.fetch(now=autumn)[-1].bookmark
    pms.run("INSERT INTO pms.guest VALUES (2, 'After', '', '', '2026-10-25 02:01')")
    found = pms.fetch(bookmark, autumn + timedelta(minutes=5))
    assert "2" in numbers(pms, *of("profile", found, "delta"))


def test_a_stamp_in_the_future_does_not_hide_what_follows(pms: Pms) -> None:
    pms.run("INSERT INTO pms.guest VALUES (1, 'Future', '', '', '2099-01-01')")
    bookmark = pms.fetch()[-1].bookmark
    pms.run("INSERT INTO pms.guest VALUES (2, 'Today', '', '', '2026-05-04 12:05')")
    found = pms.fetch(bookmark, NOW + timedelta(minutes=10))
    assert "2" in numbers(pms, *of("profile", found, "delta"))


def test_many_rows_come_in_portions_and_each_knows_where_to_go_on(
    pms: Pms, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(polling, "PARCEL_ROWS", 1000)
    monkeypatch.setattr(polling, "STRETCH_ROWS", 1 << 62)
    pms.run(
        "INSERT INTO pms.guest SELECT n, 'Guest', '', '', timestamp '2026-04-01' + n * interval '1 minute'"
        " FROM generate_series(1, 2500) n"
    )
    found = of("profile", pms.fetch(), "delta")
    assert [len(numbers(pms, part)) for part in found] == [1000, 1000, 500]
    assert len(set(numbers(pms, *found))) == 2500
    again = of("profile", pms.fetch(found[0].bookmark), "delta")
    assert set(numbers(pms, *again)) >= {str(number) for number in range(1001, 2501)}


def test_a_window_beyond_the_cap_is_refused_not_cut(
    pms: Pms, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(polling, "ROWS_MAX", 2)
    for number in range(3):
        pms.book(number, "2026-05-10", "2026-05-12")
    with pytest.raises(Misconfigured) as refusal:
        pms.fetch()
    assert refusal.value.code == "view_too_large"
