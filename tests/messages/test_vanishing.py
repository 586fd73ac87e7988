"""RELIABILITY fault 72: a provider that takes mail and never delivers it is told of, by domain."""

from __future__ import annotations

from datetime import timedelta

import pytest

from staytrue.hotel import scope
from staytrue.kit import ids
from staytrue.messages import vanishing
from staytrue.messages.kinds import Kind
from staytrue.messages.models import CarrierReport, Message
from staytrue.staff.models import Ask
from tests.make import NOON
from tests.messages import scene
from tests.messages.scene import MINUTE, Scene

pytestmark = pytest.mark.django_db

HALF_AN_HOUR = vanishing.PATIENCE


def left(house: Scene, domain: str, *, taken: int, arrived: int) -> None:
    """So many left at noon for guests at a domain, and so many of them arrived."""
    with scope.everything():
        states = ["accepted"] * taken + ["delivered"] * arrived
        made = Message.objects.bulk_create(
            [
                Message(
                    public_id=ids.new(), property=house.hotel, kind=Kind.PRE_STAY, party=f"{domain}{n}",
                    purpose="service", profile_id=house.person(), language="en", step="stay:x",
                    due_at=NOON, not_before=NOON, not_after=NOON + timedelta(days=1),
                    planned_at=NOON, state=state, handed_at=NOON, address=f"guest{n}@{domain}",
                )
                for n, state in enumerate(states)
            ]
        )  # fmt: skip
        CarrierReport.objects.bulk_create(
            CarrierReport(message=each, property=house.hotel, what="delivered", origin="provider",
                          key=str(each.public_id), at=NOON + MINUTE)
            for each in made if each.state == "delivered"
        )  # fmt: skip


def told(minutes: int) -> list[str]:
    """The domains somebody is asked about so long after noon."""
    vanishing.settle(NOON + minutes * MINUTE)
    with scope.everything():
        asks = Ask.objects.filter(kind=vanishing.KIND, closed_at=None)
        return sorted(each.facts["domain"] for each in asks)


def test_a_domain_at_which_nothing_arrives_is_told_after_half_an_hour() -> None:
    house = scene.build()
    left(house, "gone.example", taken=6, arrived=1)
    left(house, "fine.example", taken=1, arrived=9)
    assert told(29) == []
    assert told(31) == ["gone.example"]
    with scope.everything():
        Message.objects.filter(address__endswith="gone.example").update(state="delivered")
    assert told(32) == []


def test_of_a_carrier_that_never_tells_deliveries_silence_means_nothing() -> None:
    house = scene.build()
    left(house, "gone.example", taken=20, arrived=0)
    assert told(31) == []


def test_a_few_that_are_late_are_no_alarm() -> None:
    house = scene.build()
    left(house, "slow.example", taken=4, arrived=1)
    assert told(31) == []
