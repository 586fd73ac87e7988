"""Who survives a merge stays known, though OPERA tells it once and its profiles never do."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from staytrue.changes.kinds import Kind
from staytrue.flow import parcels, wants
from staytrue.hotel import scope
from staytrue.inbox import wanted
from staytrue.inbox.wanted import Want
from staytrue.lab.rigs.houses import OperaHouse
from staytrue.mirror.models import Profile
from tests.flow.living import Build, Scene, building, guest_ids, lived, plain, written

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def scene() -> Iterator[Build]:
    """A connected house of a dialect, gone after the test."""
    with building() as build:
        yield build


def read(house: Scene, profile: str, **facts: Any) -> str | None:
    """The survivor that the mirror names, after the profile was read an hour later."""
    clock, link = house.group.clock, house.member.link
    clock.instant += timedelta(hours=1)
    with scope.everything():
        wanted.want(link, [Want("profile", profile, facts)], clock())
    wants.read_all(parcels.talk(link, clock, house.member.network))
    with scope.everything():
        return Profile.objects.get(source_id=profile).merged_into


def test_a_survivor_stays_known_until_the_profile_itself_is_active_again(scene: Build) -> None:
    victim, survivor = guest_ids()[:2]
    house = scene("opera_cloud", written(lived(plain("20001"))))
    house.load()
    assert isinstance(house.house, OperaHouse)
    book, clock = house.house.pms.book, house.group.clock
    guest = book.profiles[victim].last
    book.merge(victim, survivor, clock())
    assert read(house, victim, merged_into=survivor) == survivor
    told = house.told("profile")
    assert [kind for kind, _ in told].count(Kind.PROFILES_MERGED) == 1
    # It is corrected while it is away: this reading knows of no merge.
    away = book.profiles[victim].last
    noted = replace(away, notes="Twice here", modified_at=book.seen(clock()))
    book.profiles[victim].then(clock(), "noted", noted)
    assert read(house, victim) == survivor
    once = house.told("profile")
    assert Kind.PROFILES_UNMERGED not in [kind for kind, _ in once]
    assert read(house, victim) == survivor
    assert house.told("profile") == once
    back = replace(guest, modified_at=book.seen(clock()))
    book.profiles[victim].then(clock(), "put back", back)
    assert read(house, victim) is None
    assert [kind for kind, _ in house.told("profile")].count(Kind.PROFILES_UNMERGED) == 1
