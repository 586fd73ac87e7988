"""What is taken for a PMS that went back to its backup, and what is not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from staytrue.flow import restored
from staytrue.hotel import scope
from staytrue.inbox.models import Connection
from staytrue.kit.errors import Refused
from tests import make

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 5, 21, 12, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def link() -> Connection:
    """A connection to a living PMS."""
    with scope.everything():
        return make.link(make.hotel())


def test_many_records_that_went_back_at_once_stop_the_connection(link: Connection) -> None:
    with pytest.raises(Refused) as stopped:
        restored.notice(link, ["reservation 1", "reservation 2", "profile 1"], NOON)
    assert (stopped.value.code, stopped.value.facts["n"]) == ("went_back", 3)


def test_one_that_comes_forward_again_is_only_a_copy_that_lags(link: Connection) -> None:
    restored.notice(link, ["reservation 1"], NOON)
    restored.notice(link, ["reservation 1"], NOON + 59 * MINUTE)
    restored.notice(link, [], NOON + 2 * HOUR)
    restored.notice(link, ["reservation 2"], NOON + 2 * HOUR)


def test_one_that_stays_back_for_an_hour_stops_the_connection(link: Connection) -> None:
    restored.notice(link, ["reservation 1"], NOON)
    restored.notice(link, ["reservation 2"], NOON + 30 * MINUTE)
    with pytest.raises(Refused):
        restored.notice(link, ["reservation 1"], NOON + HOUR)


def test_what_is_believed_orders_readings_from_then_on_and_none_before(link: Connection) -> None:
    with scope.everything():
        assert restored.epoch_at(link, NOON) is None
        restored.believe(link, NOON)
        restored.believe(link, NOON + HOUR)
        told = [restored.epoch_at(link, NOON + hours * HOUR) for hours in (-1, 0, 1)]
    assert told == [None, 1, 2]
