"""What follows from parting guests: listed before, asked of people after (FEATURES R04)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from staytrue.guests import consequences, correcting, deciding, undoing
from staytrue.guests.consequences import Kind
from staytrue.guests.models import IdentityEvent
from staytrue.hotel import scope
from staytrue.mirror.models import Profile
from staytrue.staff import audit
from staytrue.staff.access import house_access
from staytrue.staff.models import Ask
from tests import make
from tests.guests import worlds
from tests.make import NOON
from tests.mirror.test_actions import take

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _everything() -> Iterator[None]:
    with scope.everything(), audit.acting("tests", NOON):
        yield


@pytest.fixture
def joined() -> tuple[int, list[int]]:
    """Two Claires joined by Ana at noon; one of them comes soon, and was corrected at one."""
    link = make.link(make.hotel())
    take(link, make.profile(source_id="G1"), make.profile(source_id="G2"))
    guest = [make.GuestOnBooking(make.GuestRole.PRIMARY, "G2")]
    take(link, make.reservation(guests=guest))
    profiles = list(Profile.objects.order_by("source_id").values_list("pk", flat=True))
    worlds.admit(profiles)
    ana = house_access("ana")
    event = deciding.merge(ana, *profiles, NOON)
    correcting.correct(ana, profiles[0], "title", {"value": "Dr."}, "she said so", NOON + HOUR)
    return event, profiles


def listed(event: int) -> list[tuple[Kind, int]]:
    found = IdentityEvent.objects.get(pk=event)
    return [
        (each.kind, each.profile)
        for each in consequences.of(undoing.foreseen(found), found.at, NOON)
    ]


def test_before_undoing_everything_that_follows_is_listed_people_first(
    joined: tuple[int, list[int]],
) -> None:
    event, (stays, goes) = joined
    worlds.proposal(goes, *worlds.alone(1))
    assert listed(event) == [
        (Kind.COMING, goes),
        (Kind.CORRECTIONS, stays),
        (Kind.QUESTIONS, goes),
        (Kind.STAYS, goes),
    ]
    assert not Ask.objects.exists()


def test_after_undoing_somebody_is_asked_about_each_thing_that_a_person_must_look_at(
    joined: tuple[int, list[int]],
) -> None:
    event, (stays, goes) = joined
    undone = undoing.undo(house_access("ben"), event, NOON + 2 * HOUR)
    asked = {ask.kind: ask for ask in Ask.objects.filter(closed_at=None)}
    assert set(asked) == {"parted_coming", "parted_corrections"}
    assert asked["parted_coming"].facts == {"count": 1}
    assert asked["parted_coming"].link == f"/guests/{goes}/"
    assert asked["parted_corrections"].facts == {"fields": ["title"]}
    assert asked["parted_corrections"].property_id == Profile.objects.get(pk=stays).property_id
    # Joined again, nothing is left to look at.
    undoing.undo(house_access("ben"), undone, NOON + 3 * HOUR)
    assert not Ask.objects.filter(closed_at=None).exists()


def test_words_that_leaned_on_the_joining_are_asked_again() -> None:
    one, other, third = worlds.alone(3)
    ana = house_access("ana")
    first = deciding.merge(ana, one, other, NOON)
    # Said while they were one: the third is the other one, who leaves.
    deciding.merge(ana, other, third, NOON + HOUR)
    assert (Kind.DECISIONS, other) in listed(first)
    undoing.undo(house_access("ben"), first, NOON + 2 * HOUR)
    assert Ask.objects.get(closed_at=None).kind == "parted_decisions"


def test_taking_a_profile_out_asks_the_same(joined: tuple[int, list[int]]) -> None:
    _, (stays, goes) = joined
    guest = worlds.links.guests_of([stays])[stays]
    undoing.split(house_access("ben"), guest, [goes], NOON + 2 * HOUR)
    asked = set(Ask.objects.filter(closed_at=None).values_list("kind", flat=True))
    assert asked == {"parted_coming", "parted_corrections"}
