"""Everybody on a list stands in exactly one place, whatever happens to his mailing."""

from __future__ import annotations

import random
from contextlib import suppress
from datetime import datetime

import pytest

from staytrue.hotel import scope
from staytrue.kit.errors import Refused
from staytrue.messages import planning
from staytrue.messages.mailings import queries
from staytrue.messages.models import Mailing, Message
from staytrue.messages.reasons import Reason
from tests import make
from tests.make import NOON
from tests.messages.mailings import scene
from tests.messages.scene import MINUTE
from tests.staff import people

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_counts_add_up_at_every_instant(seed: int) -> None:
    chance, house = random.Random(seed), scene.build(12)
    mailing = house.sending(house.guests(0, 12), per_minute=3)
    for minute in range(10):
        at = NOON + minute * MINUTE
        act = chance.choice(["plan", "send", "opt_out", "drop", "pause", "resume", "bounce"])
        _do(act, house, mailing, chance.randrange(12), at)
        counts = scene.counts(mailing)
        assert sum(counts.heaps.values()) == counts.listed == 12
        for heap in (queries.HELD, queries.CLOSED, queries.LEFT_OUT):
            assert sum(counts.reasons[heap].values()) == counts.heaps[heap]


def _do(act: str, house: scene.House, mailing: Mailing, guest: int, at: datetime) -> None:
    if act == "plan":
        scene.planned(at)
    elif act == "send":
        scene.round_(at)
    elif act == "opt_out":
        scene.refuse(house.guest(guest), at=at)
    elif act == "bounce":
        scene.bounced(house.guest(guest))
    elif act == "drop":
        with scope.everything():
            ids = Message.objects.order_by("-pk").values_list("pk", flat=True)[:1]
            planning.close(list(ids), Reason.DROPPED_BY_STAFF, at, by="tests")
    else:
        with suppress(Refused):
            house.does(act, mailing, at)


def test_names_stand_only_where_they_may_be_read() -> None:
    house = scene.build(1)
    mailing = house.handed_in([house.guest(0)])
    with scope.everything():
        (told,) = queries.lines(house.chief, mailing)
        (hidden,) = queries.lines(people.access("department", at=house.of.hotel), mailing)
    assert told.name == "Ane Etxeberria 0"
    assert hidden.name == ""


def test_a_member_of_another_hotel_sees_none() -> None:
    house = scene.build(1)
    house.draft()
    other = make.hotel("LYO", name="Hôtel Traboule", country="FR")
    with scope.everything():
        assert queries.listed(people.access("general_manager", at=other)) == []
        assert len(queries.listed(house.chief)) == 1
