"""Notifications: kept once, claimed by one worker, never lost with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from staytrue.hotel import scope
from staytrue.inbox import notifications
from staytrue.inbox.models import Connection, Notification
from staytrue.kit import database
from tests import make
from tests.make import NOON

BODY = b'{"Events": [{"Discriminator": "CustomerUpdated", "Value": {"Id": "c1"}}]}'
LATER = NOON + timedelta(minutes=1)


@pytest.fixture
def link(db: None) -> Iterator[Connection]:
    """A connection, with every property in scope."""
    connection = make.link(make.hotel())
    with scope.everything():
        yield connection


def keep(
    link: Connection, *bodies: bytes, event_id: str | None = None, now: datetime = NOON
) -> int:
    rows = [notifications.arrived(link.pk, body, now=now, event_id=event_id) for body in bodies]
    return notifications.keep_many(rows)


def test_an_event_counts_once_for_ever(link: Connection) -> None:
    assert keep(link, BODY, event_id="e1") == 1
    assert keep(link, BODY, b"other", event_id="e1") == 0
    (taken,) = notifications.claim(link.pk, NOON, 10)
    notifications.settle([taken.pk], NOON)
    assert keep(link, BODY, event_id="e1") == 0
    notifications.drop_old(NOON + timedelta(days=91))
    assert keep(link, BODY, event_id="e1") == 0


def test_a_signal_without_id_is_absorbed_only_while_an_equal_one_waits(link: Connection) -> None:
    assert keep(link, BODY, BODY) == 1
    assert keep(link, BODY) == 0
    assert len(notifications.claim(link.pk, NOON, 10)) == 1
    assert keep(link, BODY) == 1


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(st.lists(st.lists(st.sampled_from(["a", "b", "c", None]), max_size=6), max_size=4))
def test_any_multiset_of_events_is_kept_as_its_set(
    link: Connection, groups: list[list[str | None]]
) -> None:
    Notification.objects.all().delete()
    for group in groups:
        rows = [notifications.arrived(link.pk, BODY, now=NOON, event_id=id) for id in group]
        notifications.keep_many(rows)
    kept = list(Notification.objects.values_list("event_id", flat=True))
    assert len(kept) == len(set(kept))
    assert set(kept) == {id for group in groups for id in group}


def test_what_is_kept_is_as_it_came(link: Connection) -> None:
    body = b"\x00\xff" + BODY
    row = notifications.arrived(link.pk, body, now=NOON, headers={"content-type": "text/plain"})
    notifications.keep_many([row])
    (taken,) = notifications.claim(None, LATER, 10)
    assert bytes(taken.body) == body
    assert (taken.property_id, taken.received_at) == (link.property_id, NOON)
    assert (taken.headers, taken.claimed_at) == ({"content-type": "text/plain"}, LATER)


def test_a_card_number_in_a_body_is_masked_before_it_is_kept(link: Connection) -> None:
    keep(link, b'{"note": "card 4111 1111 1111 1111", "odd": "\xff"}')
    (taken,) = notifications.claim(link.pk, NOON, 10)
    assert b"4111 1111" not in bytes(taken.body)
    assert bytes(taken.body).endswith(b'"odd": "\xff"}')


def test_a_connection_that_is_gone_keeps_nothing_and_stops_nobody(link: Connection) -> None:
    gone = notifications.arrived(0, BODY, now=NOON)
    here = notifications.arrived(link.pk, BODY, now=NOON)
    assert notifications.keep_many([gone, here]) == 1


def test_claims_come_oldest_first_and_within_the_limit(link: Connection) -> None:
    for number in range(5):
        keep(link, b"%d" % number)
    bodies = [bytes(each.body) for each in notifications.claim(link.pk, NOON, 3)]
    assert bodies == [b"0", b"1", b"2"]
    assert len(notifications.claim(link.pk, NOON, 3)) == 2


def test_claims_are_of_the_connection_asked_for(link: Connection) -> None:
    other = make.link(make.hotel("LYO"), "lyo-files")
    keep(link, BODY)
    keep(other, BODY)
    assert [each.connection_id for each in notifications.claim(other.pk, NOON, 10)] == [other.pk]
    assert [each.connection_id for each in notifications.claim(None, NOON, 10)] == [link.pk]


def test_what_a_killed_worker_took_is_taken_again(link: Connection) -> None:
    keep(link, BODY)
    (first,) = notifications.claim(link.pk, NOON, 10)
    within = NOON + timedelta(minutes=notifications.CLAIM_MINUTES)
    assert notifications.claim(link.pk, within, 10) == []
    (again,) = notifications.claim(link.pk, within + timedelta(seconds=1), 10)
    assert again.pk == first.pk


def test_what_is_settled_is_never_claimed_again(link: Connection) -> None:
    keep(link, BODY)
    (taken,) = notifications.claim(link.pk, NOON, 10)
    notifications.settle([taken.pk], LATER, trouble="nobody understood it")
    assert notifications.claim(link.pk, NOON + timedelta(days=1), 10) == []
    taken.refresh_from_db()
    assert (taken.settled_at, taken.trouble) == (LATER, "nobody understood it")


def test_old_ones_go_and_what_waits_stays(link: Connection) -> None:
    keep(link, BODY)
    keep(link, BODY, event_id="e1")
    notifications.settle([each.pk for each in notifications.claim(link.pk, NOON, 10)], NOON)
    keep(link, b"waits")
    assert notifications.drop_old(NOON + timedelta(days=89)) == 0
    assert notifications.drop_old(NOON + timedelta(days=91)) == 2
    assert notifications.drop_old(NOON + timedelta(days=91)) == 0
    kept = Notification.objects.order_by("pk").values_list("event_id", "body")
    assert [(event_id, bytes(body)) for event_id, body in kept] == [("e1", b""), (None, b"waits")]


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_take_the_same() -> None:
    link = make.link(make.hotel())
    with scope.everything():
        for number in range(4):
            keep(link, b"%d" % number)
    with closing(database.address("app").connect()) as other:
        other.execute("SELECT set_config('staytrue.properties', '*', true)")
        other.execute("SELECT FROM notification ORDER BY id LIMIT 2 FOR UPDATE")
        with scope.everything():
            taken = notifications.claim(link.pk, NOON, 10)
    assert [bytes(each.body) for each in taken] == [b"2", b"3"]
