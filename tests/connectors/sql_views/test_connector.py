"""The views of a real PostgreSQL, polled: what is found, what is never missed, what is refused."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import psycopg
import pytest

from staytrue.connectors import sql_views
from staytrue.connectors.base import Hint, ReadsMany, Scope, Sweeps
from staytrue.connectors.sql_views import connector
from staytrue.connectors.sql_views.connector import SqlViews
from staytrue.connectors.sql_views.database import refuse_if_writable
from staytrue.connectors.sql_views.engines import open_database
from staytrue.kit.errors import Misconfigured, Temporary
from tests.connectors.sql_views.conftest import (
    MAPPING,
    NO_WEB,
    NOW,
    PASSWORD,
    Pms,
    numbers,
    of,
)


def refusal_of(pms: Pms, bookmark: dict[str, Any] | None = None, **said: object) -> Misconfigured:
    """Why a poll stops, before it gave anything."""
    with pytest.raises(Misconfigured) as refusal:
        next(connector.fetch(bookmark or {}, NO_WEB, pms.settings(**said), NOW))
    return refusal.value


def test_the_first_poll_reads_guests_then_the_past_then_the_window(pms: Pms) -> None:
    pms.run("INSERT INTO pms.guest VALUES (7, 'Okafor', 'Ada', 'ada@example.com', '2026-05-01')")
    pms.book(1, "2024-03-01", "2024-03-04", guest=7)
    pms.book(2, "2026-05-20", "2026-05-22", guest=7, total="310.50")
    found = pms.fetch()
    assert [part.object for part in found] == ["profile", "reservation", "reservation"]
    assert numbers(pms, *of("profile", found, "delta")) == ["7"]
    assert numbers(pms, *of("reservation", found, "delta")) == ["1", "2"]
    assert numbers(pms, *of("reservation", found, "window")) == ["2"]
    assert sql_views.scope_of(found[2].body) == Scope(
        "window", date(2026, 4, 27), date(2027, 11, 5)
    )


def test_later_polls_read_the_near_window_whole_and_once_a_day_all_of_it(pms: Pms) -> None:
    pms.book(1, "2026-04-20", "2026-05-06", state="I")
    pms.book(2, "2026-05-10", "2026-05-12")
    pms.book(3, "2026-12-20", "2026-12-27")
    bookmark = pms.fetch()[-1].bookmark
    (near,) = pms.fetch(bookmark)
    assert numbers(pms, near) == ["1", "2"]
    (far,) = pms.fetch(bookmark, NOW + timedelta(days=1))
    assert numbers(pms, far) == ["1", "2", "3"]


OTHER_TYPE = """
DROP VIEW staytrue.bookings;
CREATE VIEW staytrue.bookings AS SELECT id, guest, state, arrives, leaves, total::text AS total,
  remark, hotel, changed FROM pms.booking;
GRANT SELECT ON staytrue.bookings TO {reader}
"""
ADDED = "CREATE OR REPLACE VIEW staytrue.guests AS SELECT *, 1 AS vip FROM pms.guest"


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ("ALTER VIEW staytrue.bookings RENAME COLUMN arrives TO arrival", "arrives"),
        (OTHER_TYPE, "total"),
        (ADDED, "vip"),
        ("DROP VIEW staytrue.guests", "id"),
        ("REVOKE SELECT ON staytrue.guests FROM {reader}", "id"),
    ],
    ids=["renamed", "other type", "added", "dropped", "no longer granted"],
)
def test_a_changed_view_stops_the_poll_before_anything_and_names_the_column(
    change: str, column: str, pms: Pms
) -> None:
    bookmark = pms.fetch()[-1].bookmark
    pms.run(change)
    refusal = refusal_of(pms, bookmark)
    assert refusal.code == "views_changed"
    assert refusal.facts["column"] == column
    assert column in refusal.sentence


def test_who_accepts_the_new_shape_goes_on(pms: Pms) -> None:
    bookmark = pms.fetch()[-1].bookmark
    pms.run(ADDED)
    assert pms.fetch(connector.accept_shape(bookmark or {}))


def test_a_mapping_that_reads_a_column_nobody_made_is_refused_by_name(pms: Pms) -> None:
    refusal = refusal_of(pms, views=MAPPING.replace('"remark"', '"remarks"'))
    assert (refusal.code, refusal.facts["column"]) == ("column_missing", "remarks")
    refusal = refusal_of(pms, views=MAPPING.replace("staytrue.guests", "pms.guest"))
    assert refusal.code == "view_missing"


OWNS_WITHOUT_RIGHTS = (
    "ALTER VIEW staytrue.guests OWNER TO {reader}; REVOKE ALL ON staytrue.guests FROM {reader}"
)
MEMBER_OF_WRITERS = "GRANT INSERT ON pms.guest TO {writers}; GRANT {writers} TO {reader}"


@pytest.mark.parametrize(
    ("grant", "said"),
    [
        ("GRANT INSERT ON pms.booking TO {reader}", "INSERT pms.booking"),
        ("GRANT UPDATE (remark) ON pms.booking TO {reader}", "UPDATE pms.booking"),
        ("GRANT DELETE ON staytrue.guests TO PUBLIC", "DELETE staytrue.guests"),
        ("GRANT TRUNCATE ON pms.guest TO {reader}", "TRUNCATE pms.guest"),
        ("GRANT CREATE ON SCHEMA pms TO {reader}", "create in the schema pms"),
        ("GRANT INSERT ON pms.guest TO PUBLIC", "INSERT pms.guest"),
        ("GRANT UPDATE ON pms.counter TO {reader}", "move the sequence pms.counter"),
        ("ALTER TABLE pms.guest OWNER TO {reader}", "owns pms.guest"),
        (OWNS_WITHOUT_RIGHTS, "owns staytrue.guests"),
        ("ALTER SCHEMA pms OWNER TO {reader}", "owns the schema pms"),
        (MEMBER_OF_WRITERS, "INSERT pms.guest"),
        (MEMBER_OF_WRITERS + " WITH INHERIT FALSE, SET FALSE", "INSERT pms.guest"),
        ("ALTER ROLE {reader} SUPERUSER", "superuser"),
        ("ALTER ROLE {reader} CREATEROLE", "make roles"),
        ("ALTER ROLE {reader} BYPASSRLS", "row-level security"),
        ("GRANT pg_write_all_data TO {reader}", "pg_write_all_data"),
        ("GRANT pg_write_all_data TO {reader} WITH INHERIT FALSE", "pg_write_all_data"),
        ("GRANT pg_execute_server_program TO {reader}", "pg_execute_server_program"),
    ],
)
def test_a_login_that_may_write_is_refused_with_the_reason(grant: str, said: str, pms: Pms) -> None:
    pms.run(grant)
    refusal = refusal_of(pms)
    assert refusal.code == "login_may_write"
    assert any(said in right for right in refusal.facts["rights"])


def test_even_a_login_that_could_write_is_held_by_a_read_only_transaction(pms: Pms) -> None:
    pms.run("GRANT USAGE ON SCHEMA pms TO {reader}")
    pms.run("GRANT INSERT ON pms.guest TO {reader}")
    look: Any = open_database(pms.settings())
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        look._connection.execute("INSERT INTO pms.guest (id) VALUES (1)")
    look.close()


def test_all_that_one_poll_reads_is_of_one_moment(pms: Pms) -> None:
    pms.book(1, "2026-05-10", "2026-05-12", guest=7)
    pms.run("INSERT INTO pms.guest VALUES (7, 'Okafor', '', '', '2026-05-01')")
    polling = connector.fetch({}, NO_WEB, pms.settings(), NOW)
    first = next(polling)
    pms.book(2, "2026-05-10", "2026-05-12", guest=8)
    assert numbers(pms, first, *polling) == ["1", "1", "7"]


def test_a_question_that_takes_too_long_is_given_up(
    pms: Pms, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("staytrue.connectors.sql_views.postgresql.STATEMENT_SECONDS", 0.05)
    pms.run(
        "CREATE OR REPLACE VIEW staytrue.bookings AS SELECT id, guest, state, arrives, leaves, total,"
        " remark, hotel, (SELECT changed FROM pg_sleep(5)) AS changed FROM pms.booking"
    )
    pms.book(1, "2026-05-10", "2026-05-12")
    with pytest.raises(Temporary) as refusal:
        pms.fetch()
    assert refusal.value.code == "statement_slow"


def test_another_hotels_rows_are_not_even_asked_for(pms: Pms) -> None:
    pms.book(1, "2026-05-10", "2026-05-12", hotel="MONTANA")
    with pytest.raises(Misconfigured) as stop:
        pms.fetch()
    assert stop.value.code == "foreign_property"
    pms.book(2, "2026-05-10", "2026-05-12")
    assert numbers(pms, *pms.fetch()) == ["2", "2"]
    assert numbers(pms, *pms.fetch(property_value="MONTANA")) == ["1", "1"]


def test_sql_in_data_and_settings_stays_data(pms: Pms) -> None:
    evil = "x'; DROP TABLE pms.booking; --"
    pms.book(1, "2026-05-10", "2026-05-12", remark=evil)
    pms.run("UPDATE pms.booking SET hotel = %s", evil)
    found = pms.fetch(property_value=evil)
    assert numbers(pms, *found) == ["1", "1"]
    assert connector.read(Hint("reservation", evil), NO_WEB, pms.settings()) is None


def test_one_stay_is_read_as_it_is_now(pms: Pms) -> None:
    pms.book(12, "2026-05-10", "2026-05-12", state="X")
    now = connector.read(Hint("reservation", "12"), NO_WEB, pms.settings())
    assert now is not None
    (said,) = sql_views.translate(now.body, pms.settings())
    assert said.reservations[0].status == "cancelled"
    assert connector.read(Hint("reservation", "13"), NO_WEB, pms.settings()) is None


def test_the_connection_test_says_what_it_found(pms: Pms) -> None:
    assert connector.check(NO_WEB, pms.settings()) == [
        "staytrue.guests: 5 columns",
        "staytrue.bookings: 9 columns",
    ]


def test_a_refused_login_stops_and_tells_no_password(pms: Pms) -> None:
    wrong = pms.settings()
    dsn = wrong.values["dsn"].replace(PASSWORD, "canary-9")
    with pytest.raises(Misconfigured) as refusal:
        connector.check(NO_WEB, replace(wrong, values={**wrong.values, "dsn": dsn}))
    assert refusal.value.code == "login_refused"
    assert "canary" not in str(refusal.value) + repr(refusal.value.facts)


def test_many_are_looked_up_in_one_look(pms: Pms, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules[SqlViews.__module__], "IDS_AT_ONCE", 2)
    pms.run("INSERT INTO pms.guest VALUES (7, 'Okafor', 'Ada', '', '2026-05-01')")
    for number in range(5):
        pms.book(number, "2026-05-10", "2026-05-12", guest=7)
    wanted = [Hint("reservation", str(number)) for number in (0, 1, 2, 4, 99)]
    found = connector.read_all([*wanted, Hint("profile", "7")], NO_WEB, pms.settings())
    assert sorted(numbers(pms, *found)) == ["0", "1", "2", "4", "7"]


def test_a_key_that_cannot_be_one_does_not_hide_the_others(pms: Pms) -> None:
    pms.book(1, "2026-05-10", "2026-05-12")
    wanted = [Hint("reservation", "no-number"), Hint("reservation", "1"), Hint("folio", "1")]
    assert numbers(pms, *connector.read_all(wanted, NO_WEB, pms.settings())) == ["1"]


def test_a_sweep_brings_who_is_near_with_their_guests_and_says_that_it_is_whole(pms: Pms) -> None:
    pms.run("INSERT INTO pms.guest VALUES (7, 'Okafor', 'Ada', '', '2020-01-01')")
    pms.run("INSERT INTO pms.guest VALUES (8, 'Far', 'Away', '', '2026-05-04')")
    pms.book(1, "2026-04-01", "2026-05-05", state="I", guest=7)
    pms.book(2, "2026-05-06", "2026-05-07", guest=7)
    pms.book(3, "2026-05-08", "2026-05-09", guest=8)
    span = date(2026, 5, 3), date(2026, 5, 6)
    guests, stays = connector.sweep(*span, NO_WEB, pms.settings(), NOW)
    assert numbers(pms, guests, stays) == ["1", "2", "7"]
    assert sql_views.scope_of(stays.body) == Scope("window", *span)
    assert stays.bookmark is None


def test_the_frame_finds_what_the_connector_offers_besides() -> None:
    assert isinstance(connector, ReadsMany)
    assert isinstance(connector, Sweeps)


def test_a_view_that_changes_while_it_is_read_is_named_by_a_second_look(
    pms: Pms, monkeypatch: pytest.MonkeyPatch
) -> None:
    bookmark = pms.fetch()[-1].bookmark
    checked = refuse_if_writable

    def between(look: Any) -> None:
        checked(look)
        pms.run("ALTER VIEW staytrue.bookings RENAME COLUMN arrives TO arrival")
        monkeypatch.setattr(sys.modules[SqlViews.__module__], "refuse_if_writable", checked)

    monkeypatch.setattr(sys.modules[SqlViews.__module__], "refuse_if_writable", between)
    refusal = refusal_of(pms, bookmark)
    assert (refusal.code, refusal.facts["column"]) == ("views_changed", "arrives")


def test_while_we_look_nobody_changes_the_views_under_us(pms: Pms) -> None:
    pms.book(1, "2026-05-10", "2026-05-12")
    polling = connector.fetch({}, NO_WEB, pms.settings(), NOW)
    next(polling)
    pms.run("SET lock_timeout = 50")
    with pytest.raises(psycopg.errors.LockNotAvailable):
        pms.run("ALTER VIEW staytrue.bookings RENAME COLUMN arrives TO arrival")
    pms.run("RESET lock_timeout")
    assert numbers(pms, *polling) == ["1"]
