"""While a case is open nothing but what the stay needs leaves, to whichever of his profiles (R15)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from staytrue.hotel import scope
from staytrue.messages import silences
from staytrue.messages.case import Act
from staytrue.messages.kinds import DEMANDS, Kind, State
from staytrue.messages.models import Silence
from staytrue.messages.reasons import Reason
from staytrue.messages.rules import decide
from staytrue.messages.silences import Quiet
from tests.make import NOON
from tests.messages import scene, ways
from tests.messages.cases import sendable
from tests.messages.scene import HOUR


@pytest.fixture(autouse=True)
def home(tmp_path: Path) -> Iterator[Path]:
    """A home of the test's own."""
    with ways.home(tmp_path / "home") as place:
        yield place


@given(st.sampled_from(list(Kind)))
def test_only_what_the_stay_needs_or_a_person_wrote_passes_a_silence(kind: Kind) -> None:
    passes = decide(sendable(kind, silence="open_case")).act == Act.SEND
    assert passes is (DEMANDS[kind].purpose == "stay" or DEMANDS[kind].by_hand)


@pytest.mark.django_db
def test_the_end_of_the_case_releases_what_waited() -> None:
    house = scene.build()
    quiet = Quiet("case:7", "open_case", profile_id=house.person(), owner="member:4")
    with scope.everything():
        silences.begin([quiet], NOON)
        silences.begin([quiet], NOON + HOUR)
        assert Silence.objects.count() == 1
    house.plan(house.wanted(Kind.PRE_STAY))
    assert house.claim() == []
    assert (scene.only().state, scene.only().reason) == (State.HELD, Reason.SILENCE)
    with scope.everything():
        assert silences.end(["case:7"], NOON + HOUR) == 1
        assert silences.end(["case:7"], NOON + HOUR) == 0
    assert len(house.claim(NOON + HOUR)) == 1


@pytest.mark.django_db
def test_a_silence_of_one_hotel_does_not_reach_another() -> None:
    house = scene.build()
    with scope.everything():
        silences.begin(
            [Quiet("case:8", "open_case", house.person(), property_id=house.hotel.pk + 1)], NOON
        )
    house.plan(house.wanted(Kind.PRE_STAY))
    assert len(house.claim()) == 1
