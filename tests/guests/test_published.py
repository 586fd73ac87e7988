"""The matcher in force: the shipped one at first, then exactly what was published."""

from __future__ import annotations

from dataclasses import replace

import pytest

from staytrue.guests import published
from staytrue.guests.matching import model as models
from staytrue.guests.matching.normalise import Features
from staytrue.guests.matching.rarity import Rarities
from staytrue.guests.models import IdentityEvent
from staytrue.hotel import scope
from tests.make import NOON

pytestmark = pytest.mark.django_db


def test_a_house_without_a_matcher_of_its_own_scores_with_the_shipped_one() -> None:
    with scope.everything():
        assert published.current().version == published.SHIPPED
        assert published.current().model == models.default()


def test_what_is_published_is_in_force_exactly_as_it_was_learned() -> None:
    model = replace(models.default(), learned_from="tests")
    rarities = Rarities.of(
        [Features(given="ana", surname="ruiz", city="bilbao"), Features(given="ana", city="jaca")]
    )
    with scope.everything():
        first = published.publish(model, rarities, 2, actor="tests", now=NOON)
        second = published.publish(model, rarities, 3, actor="tests", now=NOON)
        found = published.current()
        assert (found.version, found.profiles) == (second, 3)
        assert found.model == model
        assert found.rarities == rarities
        assert published.of_version(first).profiles == 2
        noted = IdentityEvent.objects.filter(kind="matcher").values_list("matcher", flat=True)
        assert list(noted) == [first, second]
