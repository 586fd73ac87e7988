"""Two that were taken for one: which of their messages went to the other is known before it is undone."""

from __future__ import annotations

import pytest

from staytrue.consent.models import ContactUse
from staytrue.guests import deciding, undoing
from staytrue.guests.consequences import Kind
from staytrue.hotel import scope
from staytrue.hotel.records import Email
from staytrue.messages.kinds import Kind as Of
from staytrue.messages.models import Message
from staytrue.staff.access import house_access
from tests import make
from tests.guests import worlds
from tests.make import NOON
from tests.messages import scene

pytestmark = pytest.mark.django_db


def test_messages_to_an_address_of_the_other_are_counted_those_to_his_own_are_not() -> None:
    house = scene.build(armed=False)
    house.tells(make.profile(source_id="G2", emails=[Email("paul@fontanel.example")]))
    claire, paul = house.person(), house.person("G2")
    with scope.everything():
        worlds.admit([claire, paul])
        event = deciding.merge(house_access("ana"), claire, paul, NOON)
        point = {
            id_: ContactUse.objects.get(profile_id=id_).contact_point_id for id_ in (claire, paul)
        }
    house.plan(
        house.wanted(Of.PRE_STAY, contact_point_id=point[paul]),
        house.wanted(Of.PRE_CHECKIN, contact_point_id=point[claire]),
    )
    with scope.everything():
        assert Message.objects.update(state="accepted", handed_at=NOON) == 2
        found = undoing.preview(house_access("ben"), event, NOON)
    told = [(each.profile, dict(each.facts)) for each in found if each.kind == Kind.MESSAGES]
    assert told == [(claire, {"count": 1})]
