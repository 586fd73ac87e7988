"""The capability sheet is measured: what a feed fills, what it lost, what changes silently."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from staytrue.connectors import registry
from staytrue.flow.measuring import measure_feeds
from staytrue.hotel import scope
from staytrue.hotel.codes import Status
from staytrue.hotel.records import Profile
from staytrue.inbox.models import Connection
from staytrue.mirror import capability
from staytrue.mirror.capability import FieldFacts
from staytrue.staff.models import Ask
from tests import make
from tests.web.house import take

DAY = timedelta(days=1)
STAMPED = {"version": None, "modified_at": "2026-05-20T10:00:00+00:00", "delivery_id": 1}


@pytest.fixture
def link() -> Connection:
    return make.link(make.hotel())


def people(day: int, count: int, speaking: int) -> list[Profile]:
    """So many guests of a day, the first of them with a language."""
    return [
        make.profile(source_id=f"{day}-{n}", language="eu" if n < speaking else None)
        for n in range(count)
    ]


def week(link: Connection, speaking: int = 20) -> None:
    """Seven days of twenty messages each, measured in the evening."""
    for day in range(7):
        at = make.NOON + day * DAY
        take(link, *people(day, 20, speaking), made_at=at)
        measure_feeds(at)


def line_of(link: Connection, day: date, field: str, object: str = "profile") -> FieldFacts:
    with scope.everything():
        lines = capability.sheet(link, day, registry.manifest(link.dialect).get("fields", {}))
    return next(line for line in lines if (line.object, line.field) == (object, field))


def asks() -> list[Ask]:
    with scope.everything():
        return list(Ask.objects.filter(kind="fill_dropped", closed_at=None))


@pytest.mark.django_db
def test_dropping_language_from_40_percent_of_messages_shows_60_percent_and_asks(
    link: Connection,
) -> None:
    week(link)
    assert asks() == []
    at = make.NOON + 7 * DAY
    take(link, *people(7, 20, speaking=12), made_at=at)
    measure_feeds(at)
    shown = line_of(link, at.date(), "language")
    assert shown.filled == 0.6
    assert [day.share for day in shown.trend] == [1.0] * 7 + [0.6]
    (ask,) = asks()
    assert ask.role_id == "administrator"
    assert ask.facts["fields"] == [
        {"object": "profile", "field": "language", "before": 1.0, "now": 0.6}
    ]


@pytest.mark.django_db
def test_a_drop_within_the_threshold_asks_nobody(link: Connection) -> None:
    with scope.everything(), make.audit.acting("tests", make.NOON):
        Connection.objects.update(objectives={"fill_drop_points": 45})
    week(link)
    at = make.NOON + 7 * DAY
    take(link, *people(7, 20, speaking=12), made_at=at)
    measure_feeds(at)
    assert asks() == []


@pytest.mark.django_db
def test_the_ask_ends_when_the_field_is_back(link: Connection) -> None:
    week(link)
    for day, speaking in ((7, 0), (8, 20)):
        at = make.NOON + day * DAY
        take(link, *people(day, 20, speaking), made_at=at)
        measure_feeds(at)
        assert len(asks()) == (day == 7)


@pytest.mark.django_db
def test_chance_alone_asks_nobody(link: Connection) -> None:
    week(link, speaking=10)
    at = make.NOON + 7 * DAY
    take(link, *people(7, 10, speaking=2), made_at=at)
    with scope.everything():
        capability.measure(link, at.date())
        # 20 % instead of 50 %, but of ten: as many as 56 % may lie behind it.
        assert capability.drops(link, at.date()) == []


@pytest.mark.django_db
def test_a_line_that_stands_unchanged_in_a_file_counts(link: Connection, tmp_path: Path) -> None:
    first, second = make.NOON, make.NOON + DAY
    for at, speaking in ((first, 20), (second, 12)):
        path = make.guests_file(tmp_path, at, *people(0, 20, speaking))
        make.take(link, path, at, "staytrue_guests")
    with scope.everything():
        capability.measure(link, second.date())
    shown = line_of(link, second.date(), "language")
    assert (shown.filled, shown.records) == (0.6, 20)


@pytest.mark.django_db
def test_an_import_of_history_is_no_days_traffic(link: Connection) -> None:
    take(link, *people(0, 20, speaking=0), imported=True, made_at=make.NOON)
    with scope.everything():
        assert capability.measure(link, make.NOON.date()) == 0


@pytest.mark.django_db
def test_a_pms_giving_3_of_10_years_shows_depth_3_and_the_first_date(link: Connection) -> None:
    today = make.NOON.date()
    past = [
        make.reservation(
            number=str(n),
            arrival_on=date(2023, 5, 24) + n * 30 * DAY,
            status=Status.CHECKED_OUT,
            notes="late" if n == 3 else None,
        )
        for n in range(30)
    ]
    take(link, *past, imported=True)
    with scope.everything():
        depth = capability.history_depth(link, today, ["notes", "rate_code", "arrival_on"])
    assert (depth.years, depth.first_on, depth.stays) == (3, date(2023, 5, 24), 30)
    assert depth.missing == ("rate_code",)


def test_a_field_that_changes_while_the_version_stands_still_is_silent() -> None:
    after = STAMPED | {"delivery_id": 2}
    assert capability.silent_fields(STAMPED, after, ["emails"]) == {"emails"}


def test_a_change_with_a_newer_version_is_not_silent() -> None:
    after = STAMPED | {"delivery_id": 2, "modified_at": "2026-05-21T10:00:00+00:00"}
    assert capability.silent_fields(STAMPED, after, ["emails"]) == frozenset()


def test_of_a_pms_that_stamps_nothing_nothing_is_silent() -> None:
    bare = {"version": None, "modified_at": None, "delivery_id": 1}
    assert capability.silent_fields(bare, bare | {"delivery_id": 2}, ["emails"]) == frozenset()


def test_a_parcel_read_again_with_a_mended_mapping_is_not_silent() -> None:
    assert capability.silent_fields(STAMPED, STAMPED, ["emails"]) == frozenset()


@pytest.mark.django_db
def test_silent_changes_add_up_on_the_sheet(link: Connection) -> None:
    with scope.everything():
        for hour in (2, 1):
            at = make.NOON + timedelta(hours=hour)
            capability.note_silent(link.pk, link.property_id, "profile", ["emails"] * hour, at)
    shown = line_of(link, make.NOON.date(), "emails")
    assert (shown.silent, shown.silent_at) == (3, make.NOON + timedelta(hours=2))
