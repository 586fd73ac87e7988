"""Many at once tell of one address: it is one contact point, and nobody's use is lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from staytrue.consent import actions
from staytrue.consent.models import ContactPoint, ContactUse
from staytrue.hotel import scope
from tests.consent.scenes import person, told, two_hotels
from tests.make import NOON

pytestmark = pytest.mark.django_db(transaction=True)
WRITERS = 8


def keep(profile_id: int) -> None:
    try:
        with scope.everything():
            actions.learn_roles(actions.keep_contacts([profile_id], NOON), NOON)
    finally:
        connection.close()


def test_writers_at_once_make_one_contact_point_with_everybodys_use() -> None:
    at = two_hotels()
    ids = told(at, *(person(f"G{n}", "Ana Vidal", "us@x.example", marketing="out" if n == 3 else "")
                     for n in range(WRITERS)))  # fmt: skip
    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(keep, [*ids, *ids]))
    with scope.everything():
        point = ContactPoint.objects.get()
        assert ContactUse.objects.filter(contact_point=point).count() == WRITERS
        assert point.refused
        actions.learn_roles([point.pk], NOON)
        point.refresh_from_db()
        assert point.profiles == WRITERS
