"""Records as text: one form for one amount."""

from __future__ import annotations

import json
from decimal import Decimal

from staytrue.hotel.records import Extra
from staytrue.mirror.rows import record_text
from tests import make


def test_an_amount_is_written_with_its_cents_wherever_it_stands() -> None:
    stay = make.reservation(amount=Decimal(330), extras=[Extra("PARK", amount=Decimal("18.5"))])
    said = json.loads(record_text(stay))
    assert (said["amount"], said["extras"][0]["amount"]) == ("330.00", "18.50")
