"""Small worlds of guests for tests: profiles with guests, questions, members."""

from __future__ import annotations

from itertools import count

from staytrue.guests import links
from staytrue.guests.models import Proposal
from staytrue.hotel import scope
from staytrue.hotel.models import Property
from staytrue.inbox.models import Connection
from staytrue.mirror.models import Profile
from staytrue.staff.access import Access, RoleHeld
from staytrue.staff.rights import RIGHTS
from tests import make
from tests.make import NOON

_numbers = count(1)


def profile(house: Property, link: Connection, **facts: object) -> int:
    """A mirrored profile without a guest yet."""
    number = next(_numbers)
    given = {"first_name": "Claire", "last_name": f"Fontanel {number}"} | facts
    made = Profile.objects.create(
        connection=link,
        property_id=house.pk,
        source_id=f"W{number}",
        version_at=NOON,
        read_at=NOON,
        delivery_id=0,
        line=number,
        raw_hash=number,
        content_hash=number,
        first_seen_at=NOON,
        **given,
    )
    return made.pk


def alone(many: int, house: Property | None = None) -> list[int]:
    """So many profiles, each a guest of its own."""
    with scope.everything():
        number = next(_numbers)
        house = house or make.hotel(f"W{number}")
        link = make.link(house, f"w{number}-files")
        made = [profile(house, link) for _ in range(many)]
        guests = links.open_guests(many, NOON)
        event = links.note(links.Act(links.Kind.CREATED, "tests"), NOON)
        links.move(dict(zip(made, guests, strict=True)), event, NOON)
    return made


def proposal(one: int, other: int) -> int:
    """An open question about the guests of two profiles."""
    at = links.guests_of([one, other])
    first, second = sorted([(at[one], one), (at[other], other)])
    made = Proposal.objects.create(
        one_id=first[0],
        other_id=second[0],
        one_profile=first[1],
        other_profile=second[1],
        why="score",
        bits=5.0,
        person=0.8,
        gain=1.0,
        opened_at=NOON,
    )
    return made.pk


def member_at(*houses: Property) -> Access:
    """A member with every right at these hotels and none elsewhere."""
    role = RoleHeld("chief", frozenset(RIGHTS))
    ids = [house.pk for house in houses]
    return Access("member:7", 7, at=dict.fromkeys(ids, (role,)), property_ids=frozenset(ids))
