"""The day's lists stay quick however many years are mirrored: every read finds its index."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import cache
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoDbBlocker

from staytrue.hotel import scope
from staytrue.hotel.models import Property
from staytrue.kit import database
from staytrue.mirror import directory, history, lists, search
from staytrue.mirror.lists import Wish
from staytrue.mirror.models import Profile
from staytrue.staff.access import Access, house_access
from tests import databases, make

TODAY = date(2026, 5, 21)
BOOKINGS = 100_000
# Tables that grow with the years; reading one whole is what must never happen.
GROWING = re.compile(r"Seq Scan on (reservation|roster|profile)\b")


@pytest.fixture(scope="module")
def crowded(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[tuple[Access, Property]]:
    """A hotel with a hundred thousand bookings, four fifths of them long over: takes seconds."""
    with django_db_blocker.unblock():
        with scope.everything():
            hotel = make.hotel("BIG", business_date=TODAY)
            _fill(hotel, make.link(hotel, "big-files").pk)
        # As a server's own autovacuum does sooner or later; the app itself may not.
        with database.address("owner", name=databases.COPY).connect(autocommit=True) as owner:
            owner.execute("VACUUM ANALYZE")
        with scope.everything():
            assert ids(hotel)
            yield house_access("tests"), hotel
        databases.renew()


def _fill(hotel: Property, link: int) -> None:
    values = {"link": link, "hotel": hotel.pk, "n": BOOKINGS, "today": TODAY, "at": make.NOON}
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO profile (connection_id, version_at, read_at, delivery_id, line, raw_hash,
                 content_hash, versions, first_seen_at, imported, property_id, source_id, kind,
                 first_name, last_name, emails, phones, addresses, loyalty, consents, deleted,
                 anonymised, custom, name_key, last_name_key, contact_keys)
               SELECT %(link)s, %(at)s, %(at)s, 1, n, n, n, 1, %(at)s, false, %(hotel)s, 'G' || n,
                      'person', 'First' || n, 'Last' || n, '[]', '[]', '[]', '[]', '[]', false,
                      false, '{}', 'first' || n || ' last' || n, 'last' || n,
                      ARRAY['g' || n || '@guests.example']
                 FROM generate_series(1, %(n)s) n""",
            values,
        )
        cursor.execute(
            """INSERT INTO reservation (connection_id, version_at, read_at, delivery_id, line,
                 raw_hash, content_hash, versions, first_seen_at, imported, property_id, number,
                 leg, epoch, status, source_status, status_origin, arrival_on, departure_on, nights,
                 day_only, channel, extras, folio, guests, custom, primary_profile,
                 out_of_sight_since)
               SELECT %(link)s, %(at)s, %(at)s, 1, n, n, n, 1, %(at)s, n < 80000, %(hotel)s,
                      n::text, '1', 1,
                      CASE WHEN day < %(today)s - 3 THEN 'checked_out'
                           WHEN day < %(today)s THEN 'in_house' ELSE 'confirmed' END,
                      'word', 'pms', day, day + 3, 3, '{}', 'website', '[]', '[]', '[]', '{}',
                      'G' || n, CASE WHEN n %% 10000 = 0 THEN %(at)s::timestamptz END
                 FROM (SELECT n, %(today)s::date + 365 - n * 1825 / %(n)s AS day
                         FROM generate_series(1, %(n)s) n) x""",
            values,
        )
        cursor.execute(
            """INSERT INTO roster (reservation_id, property_id, connection_id, role, profile,
                                   since_at)
               SELECT id, property_id, connection_id, 'primary', primary_profile, %(at)s
                 FROM reservation WHERE property_id = %(hotel)s""",
            values,
        )


@cache
def ids(hotel: Property) -> list[int]:
    """Some profiles of the hotel."""
    found = Profile.objects.filter(property_id=hotel.pk).order_by("pk")
    return list(found.values_list("pk", flat=True)[:2])


def queries_of(read: Callable[[], Any]) -> list[str]:
    """What a read asks the database."""
    with CaptureQueriesContext(connection) as captured:
        assert read() is not None
    return [query["sql"] for query in captured.captured_queries]


READS: dict[str, Callable[[Access, Property], Any]] = {
    "arrivals": lambda a, h: lists.day_list(a, "arrivals", [h], make.NOON),
    "in house": lambda a, h: lists.day_list(a, "in_house", [h], make.NOON),
    "departures": lambda a, h: lists.day_list(a, "departures", [h], make.NOON),
    "out of sight": lambda a, h: lists.day_list(a, "out_of_sight", [h], make.NOON),
    "tallies": lambda a, h: lists.day_tallies(a, [h], make.NOON),
    "stays": lambda a, _h: lists.stays(a, Wish(after=(TODAY, 0))),
    "stays before": lambda a, _h: lists.stays(a, Wish(before=(TODAY, 0))),
    "stays of a status": lambda a, _h: lists.stays(a, Wish(status="in_house", first=TODAY)),
    "guests": lambda a, _h: directory.guests(a, "last5"),
    "guests from a place": lambda a, _h: directory.guests(a, after=("last77", 5)),
    "stays of a person": lambda a, h: history.history_of(a, [ids(h)[0]]),
    "by number": lambda a, _h: search.stays(a, "4711"),
    "by name": lambda a, _h: search.profiles(a, "Last4711 First4711"),
    "by mail": lambda a, _h: search.profiles(a, "G4711@guests.example"),
    "by phone": lambda a, _h: search.profiles(a, "+34 944 55 01 22"),
}


@pytest.mark.parametrize("name", READS)
def test_no_read_walks_through_a_growing_table(crowded: tuple[Access, Property], name: str) -> None:
    access, hotel = crowded
    for sql in queries_of(lambda: READS[name](access, hotel)):
        if not sql.startswith(("SELECT", "WITH")):
            continue
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN {sql}")
            plan = "\n".join(row[0] for row in cursor.fetchall())
        assert not GROWING.search(plan), plan


@pytest.mark.parametrize("name", READS)
def test_each_read_is_a_few_questions(crowded: tuple[Access, Property], name: str) -> None:
    access, hotel = crowded
    # A number may be whole or an end, written at home or from abroad.
    most = 5 if name == "by phone" else 3
    assert len(queries_of(lambda: READS[name](access, hotel))) <= most


def test_a_page_leads_to_the_next_and_back(crowded: tuple[Access, Property]) -> None:
    access, _hotel = crowded
    first, goes_on = lists.stays(access, Wish(after=(TODAY, 0)), 20)
    last = first[-1]
    second, _ = lists.stays(access, Wish(after=(last.arrival_on, last.id)), 20)
    back, _ = lists.stays(access, Wish(before=(second[0].arrival_on, second[0].id)), 20)
    assert goes_on
    assert [stay.id for stay in back] == [stay.id for stay in first]
    assert second[0].arrival_on >= last.arrival_on
    assert timedelta(0) <= second[-1].arrival_on - first[0].arrival_on
