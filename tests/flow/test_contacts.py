"""Roles follow the stays of everybody who uses an address, within a day."""

from __future__ import annotations

from datetime import timedelta

import pytest

from staytrue.flow import contacts
from tests.consent import scenes
from tests.make import NOON

pytestmark = pytest.mark.django_db


def test_what_stays_tell_is_learned_within_a_day() -> None:
    at = scenes.two_hotels()
    guests = [
        scenes.person(f"G{n}", f"Ana {name}", "norte@gmail.com")
        for n, name in enumerate(["Vidal", "Cole", "Weber", "Morel", "Rossi"])
    ]
    ids = scenes.told(at, *guests)
    scenes.kept(ids)
    assert scenes.point("norte@gmail.com").role == "family"
    scenes.stays(at, *(guest.source_id for guest in guests), channel="tour_operator")
    for hour in range(contacts.PARTS):
        contacts.learn_part(NOON + timedelta(hours=hour))
    assert scenes.point("norte@gmail.com").role == "agency"
