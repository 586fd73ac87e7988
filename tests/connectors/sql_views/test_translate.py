"""Rows of views become records: our own samples, and what a row must never become."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from staytrue.connectors import sql_views
from staytrue.connectors.base import Scope, Settings, Translated
from staytrue.kit.errors import Refused, StaytrueError

SAMPLES = Path(sql_views.__file__).parent / "samples"
SETTINGS = Settings(
    property="HOTEL",
    zone="Europe/Madrid",
    country="ES",
    currency="EUR",
    read_at=datetime(2026, 5, 4, 10, tzinfo=UTC),
)
ROW = {
    "number": "1",
    "status": "confirmed",
    "arrival_on": "2026-05-09",
    "departure_on": "2026-05-11",
    "property": "HOTEL",
}


# What a record says when nobody said it.
USUAL = {"leg": "1", "status_origin": "pms", "kind": "person"}


def spare(value: Any) -> Any:
    """A record as JSON without what is empty or usual."""
    if isinstance(value, list):
        return [spare(one) for one in value]
    if not isinstance(value, dict):
        return value if not isinstance(value, msgspec.Struct) else spare(msgspec.to_builtins(value))
    pruned = {name: spare(one) for name, one in value.items() if one != USUAL.get(name)}
    return {
        name: one
        for name, one in pruned.items()
        if one is not None and one is not False and one not in ([], {})
    }


def said_by(*rows: dict[str, Any], object: str = "reservation") -> list[Translated]:
    """What rows of the plain views say."""
    payload = json.dumps({"object": object, "view": "staytrue.any", "rows": rows}).encode()
    return list(sql_views.translate(payload, SETTINGS))


@pytest.mark.parametrize(
    "path", sorted(SAMPLES.glob("*.expected.json")), ids=lambda path: path.name
)
def test_a_sample_says_what_was_written_down_for_it(path: Path) -> None:
    expected = json.loads(path.read_text())
    payload = path.with_name(path.name.replace(".expected", "")).read_bytes()
    said = list(sql_views.translate(payload, SETTINGS))
    assert [spare(record) for one in said for record in one.profiles] == expected["profiles"]
    stays = [spare(record) for one in said for record in one.reservations]
    assert stays == expected["reservations"]
    parked = [part for one in said for part in one.parked]
    assert [
        {"line": part.line, "code": part.code} | ({"key": part.key} if part.key else {})
        for part in parked
    ] == expected["parked"]


def test_what_is_unknown_is_told_and_never_guessed() -> None:
    (said,) = said_by({**ROW, "board": "Brunch", "channel": "pigeon"})
    assert [(one.code, one.facts["field"], one.facts["word"]) for one in said.findings] == [
        ("unknown_word", "channel", "pigeon"),
        ("unknown_word", "board", "Brunch"),
    ]


def test_of_two_rows_with_one_key_the_one_changed_last_counts() -> None:
    older, newer = (
        {**ROW, "adults": adults, "modified_at": f"2026-05-0{adults}T10:00:00"} for adults in (1, 2)
    )
    said = said_by(newer, older)
    assert said[1].skipped == "superseded"
    assert said[0].reservations[0].adults == 2


def test_the_hash_is_of_the_row_and_nothing_else() -> None:
    assert said_by(ROW)[0].hash == said_by({**ROW, "number": "2"}, ROW)[1].hash
    assert said_by(ROW)[0].hash != said_by({**ROW, "adults": 1})[0].hash


def test_wall_time_is_the_houses_and_a_date_stays_a_date() -> None:
    (said,) = said_by(
        {**ROW, "status": "cancelled", "created_at": "2026-01-20", "modified_at": "2026-01-20",
         "cancelled_at": "2026-07-01T12:00:00"}
    )  # fmt: skip
    stay = said.reservations[0]
    assert stay.created_at == date(2026, 1, 20)
    assert stay.cancelled_at == datetime(2026, 7, 1, 10, tzinfo=UTC)
    assert stay.modified_at is None


def test_a_reinstated_stay_has_no_cancellation_though_its_stamp_stayed() -> None:
    (said,) = said_by({**ROW, "cancelled_at": "2026-07-01T12:00:00"})
    assert said.reservations[0].cancelled_at is None


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"status": None}, "unknown_status"),
        ({"status": "Confirmed?"}, "unknown_status"),
        ({"number": " "}, "no_number"),
        ({"arrival_on": None}, "no_dates"),
        ({"arrival_on": "9999-12-31"}, "no_dates"),
        ({"arrival_on": "31/12/2026"}, "unreadable_value"),
        ({"arrival_on": "2026-02-30"}, "unreadable_value"),
        ({"departure_on": "2026-05-01"}, "departure_before_arrival"),
        ({"adults": "two"}, "unreadable_value"),
        ({"adults": -1}, "unreadable_value"),
        ({"adults": 1.5}, "unreadable_value"),
        ({"amount": "NaN"}, "unreadable_value"),
        ({"property": "MONTANA"}, "other_property"),
        ({"property": None}, "other_property"),
    ],
)
def test_an_impossible_row_is_parked_with_its_reason(row: dict[str, Any], code: str) -> None:
    (said,) = said_by({**ROW, **row})
    assert [part.code for part in said.parked] == [code]
    assert said.parked[0].raw
    assert said.reservations == []


def test_a_card_number_is_not_parked_with_its_row() -> None:
    (said,) = said_by({**ROW, "status": "?", "notes": "card 4111 1111 1111 1111"})
    assert "4111 1111" not in said.parked[0].raw


def test_amounts_stay_exact() -> None:
    (said,) = said_by({**ROW, "amount": "119.90"})
    assert said.reservations[0].amount == Decimal("119.90")


@pytest.mark.parametrize(
    "payload",
    [b"", b"[]", b"<html>", b'{"object":"reservation"}', b"[" * 100_000, b"\xff",
     b'{"object":"reservation","view":"a.b","rows":[{"a":[1]}]}',
     b'{"object":"invoice","view":"a.b","rows":[]}'],
)  # fmt: skip
def test_what_is_no_delivery_is_refused_as_a_whole(payload: bytes) -> None:
    with pytest.raises(Refused):
        list(sql_views.translate(payload, SETTINGS))


@given(st.dictionaries(
    st.sampled_from(["number", "status", "arrival_on", "departure_on", "adults", "amount", "notes",
                     "guest", "property", "modified_at", "cancelled_at", "currency"]),
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text() | st.sampled_from(["HOTEL", "confirmed", "2026-05-09", "0001-01-01T00:00:00"]),
))  # fmt: skip
def test_any_row_is_a_record_or_is_parked(row: dict[str, Any]) -> None:
    payload = msgspec.json.encode({"object": "reservation", "view": "a.b", "rows": [row]})
    try:
        (said,) = sql_views.translate(payload, SETTINGS)
    except StaytrueError:
        pytest.fail("one row must never refuse the others")
    assert len(said.reservations) + len(said.parked) == 1


def test_the_scope_of_a_window_is_told() -> None:
    payload = (SAMPLES / "reservations.json").read_bytes()
    assert sql_views.scope_of(payload) == Scope("window", date(2026, 5, 3), date(2026, 5, 18))
