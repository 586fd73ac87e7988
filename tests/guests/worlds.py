"""Small worlds of guests for tests: profiles with guests, questions, members."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from itertools import count
from typing import Any

from django.db import connection, transaction
from django.db.models import Model

from staytrue.consent import permissions
from staytrue.consent.models import ContactUse
from staytrue.consent.permissions import Asked
from staytrue.consent.queries import contacts_of
from staytrue.guests import links
from staytrue.guests.models import Correction, Guest, Link, PersonaChoice, Proposal
from staytrue.hotel import scope
from staytrue.hotel.models import Property
from staytrue.inbox.models import Connection
from staytrue.mirror.models import Profile
from staytrue.staff.access import Access, RoleHeld, house_access
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
        admit(made)
    return made


def admit(profile_ids: list[int]) -> None:
    """Make each of these a guest of its own."""
    guests = links.open_guests(len(profile_ids), NOON)
    event = links.note(links.Act(links.Kind.CREATED, "tests"), NOON)
    links.move(dict(zip(profile_ids, guests, strict=True)), event, NOON)


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


def told() -> dict[frozenset[int], dict[str, Any]]:
    """Of every guest, known by his profiles: what each probe finds."""
    found: dict[int, set[int]] = {}
    for guest, profile_id in Link.objects.filter(until_at=None).values_list(
        "guest_id", "profile_id"
    ):
        found.setdefault(guest, set()).add(profile_id)
    return {
        frozenset(profiles): {name: probe(guest) for name, probe in PROBES.items()}
        for guest, profiles in found.items()
    }


def from_scratch(partition: Iterable[Collection[int]]) -> dict[frozenset[int], dict[str, Any]]:
    """What the probes find in a world in which these were guests from the beginning."""
    groups = [sorted(group) for group in partition]
    try:
        with transaction.atomic():
            Link.objects.all().delete()
            guests = links.open_guests(len(groups), NOON)
            event = links.note(links.Act(links.Kind.CREATED, "tests"), NOON)
            moves = {
                id_: guest for guest, group in zip(guests, groups, strict=True) for id_ in group
            }
            links.move(moves, event, NOON)
            found = told()
            raise _NeverMindError
    except _NeverMindError:
        return found


class _NeverMindError(Exception):
    """Rolls a world back."""


def _on_profiles(model: type[Model], guest: int, *fields: str) -> list[Any]:
    mine = Link.objects.filter(guest_id=guest, until_at=None).values("profile_id")
    found = model._default_manager.filter(profile_id__in=mine, lifted_at=None)
    return sorted(found.values_list(*fields), key=repr)


def _stays(guest: int) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT o.reservation_id, o.role FROM link l JOIN profile p ON p.id = l.profile_id
                 JOIN roster o ON o.connection_id = p.connection_id AND o.profile = p.source_id
                WHERE l.guest_id = %s AND l.until_at IS NULL AND o.until_at IS NULL
                ORDER BY 1, 2""",
            [guest],
        )
        return list(cursor.fetchall())


def _contacts(guest: int) -> list[Any]:
    mine = Link.objects.filter(guest_id=guest, until_at=None)
    found = contacts_of(house_access("tests"), list(mine.values_list("profile_id", flat=True)))
    return sorted(
        (each.value, each.profile_id, each.marketing, each.refused, each.is_current)
        for each in found
    )


def _permissions(guest: int) -> list[Any]:
    mine = Link.objects.filter(guest_id=guest, until_at=None)
    return permitted(mine.values_list("profile_id", flat=True))


def permitted(profile_ids: Iterable[int]) -> list[tuple[int, int, bool, str, str, int | None]]:
    """At each address of these profiles: may marketing be sent, why not, on what ground and act."""
    uses = ContactUse.objects.filter(profile_id__in=list(profile_ids), until_at=None)
    asked = [
        Asked(point, profile, hotel or 0, "marketing", "email")
        for point, profile, hotel in sorted(
            uses.values_list("contact_point_id", "profile_id", "property_id")
        )
    ]
    return [
        (each.contact_point_id, each.profile_id, given.allowed, given.reason, given.basis, given.act_id)
        for each, given in zip(asked, permissions.of(asked, NOON), strict=True)
    ]  # fmt: skip


Probe = Callable[[int], Any]

PROBES: dict[str, Probe] = {
    "fields": lambda guest: Guest.objects.values_list("kind", "name", "profiles", "golden").get(
        pk=guest
    ),
    "corrections": lambda guest: _on_profiles(Correction, guest, "profile_id", "field", "value"),
    "personas": lambda guest: _on_profiles(PersonaChoice, guest, "profile_id", "persona"),
    "stays": _stays,
    "contacts": _contacts,
    "permissions": _permissions,
}
"""What hangs on a guest: every package that hangs something more on one adds its probe here."""
