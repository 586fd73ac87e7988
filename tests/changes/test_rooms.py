"""The rooms of a stay with their dates."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from staytrue.changes.rooms import RoomSpan, spans_of

ZONE = ZoneInfo("Europe/Madrid")
ARRIVAL, DEPARTURE = date(2026, 5, 23), date(2026, 5, 27)


def version(day: int, **diff: list[str | None]) -> dict[str, Any]:
    return {"at": None, "source_at": datetime(2026, 5, day, 9, tzinfo=UTC), "diff": diff}


def spans(room: str | None, category: str | None, *versions: dict[str, Any]) -> list[RoomSpan]:
    now = {"room_number": room, "room_category": category}
    return spans_of(now, list(versions), (ARRIVAL, DEPARTURE), ZONE)


def test_a_room_that_never_changed_is_one_span() -> None:
    assert spans("214", "DBL", version(20)) == [RoomSpan("214", "DBL", ARRIVAL, DEPARTURE)]


def test_a_move_during_the_stay_shows_both_rooms_with_dates() -> None:
    moved = version(25, room_number=["214", "301"], room_category=["DBL", "SUP"])
    assert spans("301", "SUP", moved, version(20)) == [
        RoomSpan("214", "DBL", ARRIVAL, date(2026, 5, 25)),
        RoomSpan("301", "SUP", date(2026, 5, 25), DEPARTURE),
    ]


def test_a_room_assigned_before_the_arrival_is_no_move() -> None:
    assigned = version(22, room_number=[None, "214"])
    assert spans("214", "DBL", assigned) == [RoomSpan("214", "DBL", ARRIVAL, DEPARTURE)]


def test_a_stay_without_a_room_has_no_span() -> None:
    assert spans(None, None, version(20)) == []


def test_a_correction_after_the_departure_keeps_both() -> None:
    late = version(29, room_number=["214", "215"])
    found = spans("215", "DBL", late)
    assert [(span.room_number, span.to_on) for span in found] == [
        ("214", DEPARTURE), ("215", DEPARTURE),
    ]  # fmt: skip
