"""The group-commit writer: whoever returns from it is in the database."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from staytrue.hotel import scope
from staytrue.inbox import notifications
from staytrue.inbox.models import Connection
from staytrue.inbox.writer import Writer
from staytrue.kit import database
from staytrue.kit.errors import Temporary
from tests import databases, make
from tests.make import NOON

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def link() -> Connection:
    """A connection, committed: the writer is another session."""
    return make.link(make.hotel())


def keep(writer: Writer, link: Connection, number: int) -> int:
    """Keep one, and count what stands in the database right after."""
    writer.keep(notifications.arrived(link.pk, b"%d" % number, now=NOON))
    return number


def count() -> int:
    with scope.everything():
        return notifications.waiting()


def test_a_hundred_threads_are_all_kept(link: Connection) -> None:
    writer = Writer()
    with ThreadPoolExecutor(100) as threads:
        assert sorted(threads.map(lambda n: keep(writer, link, n), range(300))) == [*range(300)]
    assert count() == 300


def test_a_line_that_broke_since_is_taken_up_anew(link: Connection) -> None:
    writer = Writer()
    keep(writer, link, 1)
    with database.superuser() as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = %s AND pid = %s",
            [databases.COPY, writer._line.info.backend_pid if writer._line else 0],
        )
    keep(writer, link, 2)
    assert count() == 2


def test_a_group_that_fails_is_told_to_everybody_in_it(
    link: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notifications, "_KEEP", "SELECT 1/0 -- %s %s %s %s %s %s")
    writer = Writer()
    with pytest.raises(Temporary):
        keep(writer, link, 1)
    monkeypatch.undo()
    keep(writer, link, 2)
    assert count() == 1
