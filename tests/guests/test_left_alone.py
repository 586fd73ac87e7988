"""Whoever becomes whom here: no PMS hears of it (FEATURES I02)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from urllib.parse import urlsplit

import pytest

from staytrue.connectors.base import Http
from staytrue.guests import deciding, links, undoing
from staytrue.guests.models import PairRule
from staytrue.hotel import scope
from staytrue.kit.http import Response
from staytrue.lab.bookings import build_world
from staytrue.lab.house import hotel_sirga
from staytrue.mirror.models import Profile
from staytrue.staff import audit
from staytrue.staff.access import house_access
from tests.flow.living import DIALECTS, HOURS, TODAY, Build, Scene, building

pytestmark = pytest.mark.django_db(transaction=True)

_OPEN_MAX = 4


@pytest.fixture
def scene() -> Iterator[Build]:
    """A connected house of a dialect, gone after the test."""
    with building() as build:
        yield build


@dataclass
class Overheard:
    """A way to a PMS that notes what is asked of it."""

    http: Http
    asked: set[tuple[str, str]] = field(default_factory=set)

    def request(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> Response:
        """The reply, and a note of the question's kind."""
        self.asked.add((method, urlsplit(url).path))
        return self.http.request(method, url, headers=headers, body=body)


def merge_and_part(house: Scene, merges: int) -> None:
    """So many merges of random guests; each is undone before its profiles are needed again."""
    rng, now, ana = Random(2), house.group.clock(), house_access("ana")
    done: list[int] = []
    with scope.everything(), audit.acting("tests", now):
        profiles = list(Profile.objects.values_list("pk", flat=True))
        unlinked = [id_ for id_ in profiles if id_ not in links.guests_of(profiles)]
        event = links.note(links.Act(links.Kind.CREATED, "tests"), now)
        guests = links.open_guests(len(unlinked), now)
        links.move(dict(zip(unlinked, guests, strict=True)), event, now)
        while merges:
            at = links.guests_of(profiles)
            one, other = rng.sample(profiles, 2)
            if at[one] == at[other] or len(done) > _OPEN_MAX:
                undoing.undo(ana, done.pop(rng.randrange(len(done))), now)
                continue
            groups = links.profiles_of([at[one], at[other]])
            apart = pair_rules_between(groups[at[one]], groups[at[other]])
            done.append(deciding.merge(ana, one, other, now, lifting=apart))
            merges -= 1


def is_read(method: str, path: str) -> bool:
    """Whether it only asks: Mews is asked by POST, and OPERA for a key or a summary."""
    asking = ("/get", "/tokens", "/dailySummary")
    return method in ("GET", "HEAD") or (method == "POST" and any(way in path for way in asking))


def pair_rules_between(ones: list[int], others: list[int]) -> list[int]:
    found = deciding.pair_rules.standing(ones, others, PairRule.Kind.CANNOT_LINK)
    return [rule.pk for rule in found]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_after_merges_the_pms_has_lost_nothing_and_heard_nothing(
    scene: Build, dialect: str
) -> None:
    left_alone(scene, dialect, merges=20)


@pytest.mark.proof
@pytest.mark.parametrize("dialect", DIALECTS)
def test_after_a_thousand_merges_the_pms_has_lost_nothing_and_heard_nothing(
    scene: Build, dialect: str
) -> None:
    left_alone(scene, dialect, merges=1_000)


def left_alone(scene: Build, dialect: str, merges: int) -> None:
    """A house on this PMS, many decisions, and the PMS as if there had been none."""
    days = build_world(11, hotel_sirga(rooms=8), TODAY, TODAY + timedelta(days=12), today=TODAY)
    house = scene(dialect, days)
    way = Overheard(house.member.network.http)
    house.member.network.http = way
    house.load()
    clock = house.group.clock
    before = house.house.profiles(clock())
    with scope.everything():
        mirrored = Profile.objects.filter(deleted=False).count()
    assert len(before) >= mirrored > 20

    merge_and_part(house, merges)
    clock.instant += timedelta(minutes=6)
    house.live(HOURS[:1])
    house.group.until_quiet(house.member)

    after = house.house.profiles(clock())
    assert before.keys() <= after.keys()
    assert not [id_ for id_ in after if after[id_].deleted or after[id_].merged_into]
    assert not {each for each in way.asked if not is_read(*each)}
    with scope.everything():
        assert Profile.objects.filter(deleted=False, merged_into=None).count() >= mirrored
    assert house.group.differences(house.member) == []
