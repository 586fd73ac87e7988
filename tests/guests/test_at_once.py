"""Many writers at once bring the same new person: one guest all the same."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from staytrue.flow import races
from staytrue.guests import admitting
from staytrue.guests.models import Guest, IdentityEvent, Link
from staytrue.hotel import scope
from tests.guests import crowds
from tests.make import NOON

pytestmark = pytest.mark.django_db(transaction=True)

WRITERS = 32


def test_thirty_two_writers_who_bring_one_new_person_make_one_guest() -> None:
    link = crowds.hotel()
    ids = [
        crowds.mirrored(link, first_name="Claire", last_name="Fontanel", phone="+34600111222")
        for _ in range(WRITERS)
    ]
    ready = Barrier(WRITERS)

    def bring(id_: int) -> None:
        try:
            with scope.everything():
                # So that all have a connection before the first begins.
                ready.wait()
            races.run(lambda: admitting.admit([id_], NOON))
        finally:
            connection.close()

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(bring, ids))
    with scope.everything():
        assert Guest.objects.count() == 1
        assert Link.objects.filter(until_at=None).count() == WRITERS
        assert IdentityEvent.objects.filter(kind="created").count() == 1
