"""Staff's word on a persona stands until it is taken back, and needs right and reason."""

from __future__ import annotations

from datetime import timedelta

import pytest

from staytrue.guests import choosing
from staytrue.guests.models import PersonaChoice
from staytrue.hotel import scope
from staytrue.kit.errors import Forbidden, Refused
from tests import make
from tests.guests.test_golden import two_hotels
from tests.make import NOON
from tests.staff import people
from tests.web import house
from tests.web.house import House

__all__ = ["two_hotels"]
pytestmark = pytest.mark.django_db


def claire(at: House) -> int:
    house.take(at.link, make.profile(), made_at=NOON)
    return at.guest("G1")


def test_a_persona_is_chosen_denied_and_given_back_to_the_rules(two_hotels: House) -> None:
    profile, access = claire(two_hotels), people.access("guest_relations")
    choosing.choose(access, profile, "local", "moved here", NOON, is_so=True)
    choosing.choose(access, profile, "local", "moved on", NOON + timedelta(days=1), is_so=False)
    with scope.everything():
        (standing,) = choosing.choices_of([profile])
        assert (standing.is_so, standing.reason) == (False, "moved on")
        assert PersonaChoice.objects.count() == 2
    choosing.unchoose(access, profile, "local", NOON)
    with scope.everything():
        assert choosing.choices_of([profile]) == []
    with pytest.raises(Refused):
        choosing.unchoose(access, profile, "local", NOON)


def test_a_choice_needs_a_reason_a_known_persona_and_the_right(two_hotels: House) -> None:
    profile, access = claire(two_hotels), people.access("guest_relations")
    for persona, reason, code in (
        ("local", "", "reason_missing"),
        ("king", "x", "persona_unknown"),
    ):
        with pytest.raises(Refused) as refusal:
            choosing.choose(access, profile, persona, reason, NOON, is_so=True)
        assert refusal.value.code == code
    marketing = people.access("marketing")
    with pytest.raises(Forbidden):
        choosing.choose(marketing, profile, "local", "moved here", NOON, is_so=True)
