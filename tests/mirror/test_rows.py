"""Records as text: one form for one amount, one for an instant."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from staytrue.hotel.records import Extra
from staytrue.mirror.rows import Encoder, instant_text, record_text
from tests import make


def test_an_amount_is_written_with_its_cents_wherever_it_stands() -> None:
    stay = make.reservation(amount=Decimal(330), extras=[Extra("PARK", amount=Decimal("18.5"))])
    said = json.loads(record_text(stay))
    assert (said["amount"], said["extras"][0]["amount"]) == ("330.00", "18.50")


OFFSETS = st.timedeltas(timedelta(hours=-14), timedelta(hours=14)).map(timezone)
WHOLE_MINUTES = st.integers(-840, 840).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(st.datetimes(timezones=OFFSETS | WHOLE_MINUTES | st.just(ZoneInfo("Europe/Madrid"))))
def test_an_instant_is_written_as_python_writes_it(value: datetime) -> None:
    assert instant_text(value) == value.isoformat()


def test_one_text_that_needs_an_escape_leaves_the_others_as_they_are() -> None:
    stay = make.reservation(source="two\nlines\t\\", rate_code="ÑANDÚ", room_number=None)
    line = Encoder(1, 1, "Europe/Madrid", make.NOON).reservation(1, 1, 0, stay)
    cells = line.split("\t")
    assert "two\\nlines\\t\\\\" in cells
    assert "ÑANDÚ" in cells
