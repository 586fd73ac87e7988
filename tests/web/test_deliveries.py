"""What deliveries are called, in the words of their reader and at the time of the hotel."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from staytrue.inbox.models import Delivery
from staytrue.inbox.parcels import LIVE, Reading, told_of
from staytrue.web import sentences, words
from staytrue.web.deliveries import name_of, title_of
from tests.web.house import NOW

ZONE = "Europe/Madrid"


def reading(by: str | None, **facts: str) -> Delivery:
    said = {"by": by} if by else {}
    return Delivery(kind=LIVE, object="reservation", name="reservation 2026-05-21 16:00:00",
                    received_at=NOW, facts=said, **facts)  # fmt: skip


@pytest.mark.parametrize("by", list(Reading))
def test_every_reason_to_read_has_words(by: Reading) -> None:
    assert words.READING[by] != by


def test_a_reading_says_why_it_was_read_and_when_by_the_clock_of_the_hotel() -> None:
    found = reading(Reading.WALK)
    assert title_of(found) == "Full walk"
    assert name_of(found, ZONE, NOW) == "Full walk: Reservations, 18:00"
    with override("fr"):
        assert "16:00" not in name_of(found, ZONE, NOW)
        assert "Full" not in name_of(found, ZONE, NOW)


def test_a_reading_kept_before_reasons_were_is_a_reading() -> None:
    assert title_of(reading(None)) == "Reading"


def test_a_file_keeps_the_name_it_came_with() -> None:
    found = Delivery(kind="file", name="stays_BIO_20260521.csv", received_at=NOW)
    assert title_of(found) == name_of(found, ZONE) == "stays_BIO_20260521.csv"


def test_what_is_asked_about_a_reading_names_it_in_words() -> None:
    facts = {"connection": "bio-views", "reason": "shrunken", **told_of(reading(Reading.POLL))}
    title, _why = sentences.ask("held_delivery", facts)
    assert title == "Release Poll for changes: Reservations, or ask for another"
