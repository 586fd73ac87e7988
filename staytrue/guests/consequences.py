"""What follows when profiles leave a guest: listed before anybody decides, asked of people after.

Facts go with their profiles by themselves. A person is asked where somebody has acted, or is about
to, for the guest that was wrongly joined. Facts hold numbers and names of fields, never values.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db import connection

from staytrue.guests import links
from staytrue.guests.models import (
    Correction,
    HouseholdMember,
    Link,
    PairRule,
    PersonaChoice,
    Proposal,
)
from staytrue.kit.errors import Forbidden
from staytrue.staff import audit
from staytrue.staff.access import Access
from staytrue.staff.actions import NewAsk, close_ask, open_asks
from staytrue.staff.models import Ask
from staytrue.staff.queries import asks_for

PARTED = "parted_"
"""How the kinds of such asks begin."""
ROLE = "guest_relations"


class Kind(StrEnum):
    """What it is about."""

    STAYS = "stays"
    COMING = "coming"
    CORRECTIONS = "corrections"
    PERSONAS = "personas"
    DECISIONS = "decisions"
    QUESTIONS = "questions"
    HOUSEHOLD = "household"
    MESSAGES = "messages"
    POINTS = "points"
    TIER = "tier"
    CASES = "cases"


ASKED = frozenset(
    {
        Kind.COMING,
        Kind.CORRECTIONS,
        Kind.PERSONAS,
        Kind.DECISIONS,
        Kind.POINTS,
        Kind.TIER,
        Kind.CASES,
    }
)
"""Where a person must look: the rest follows by itself, or asks for itself as a wrong message does."""


@dataclass(frozen=True)
class Consequence:
    """One of them: at a hotel, on a profile, with its figures."""

    kind: Kind
    profile: int
    property_id: int | None
    facts: Mapping[str, Any]

    @property
    def is_asked(self) -> bool:
        """Whether a person must look."""
        return self.kind in ASKED


@dataclass(frozen=True)
class Parting:
    """Profiles that were one guest since then, in groups: who is one person from now on."""

    before: tuple[int, ...]
    groups: tuple[tuple[int, ...], ...]
    hotels: Mapping[int, int | None]
    since: datetime
    now: datetime


Finder = Callable[[Parting], Iterable[Consequence]]
_FINDERS: list[Finder] = []


def also(finder: Finder) -> None:
    """Packages above say what of theirs follows, each in a module `parting` that is always loaded."""
    _FINDERS.append(finder)


def of(moves: Mapping[int, int | None], since: datetime, now: datetime) -> list[Consequence]:
    """What follows where these moves part profiles that were one guest since then."""
    before = links.guests_of(moves)
    mates = links.profiles_of(set(before.values()))
    moves = {
        id_: to
        for id_, to in moves.items()
        if any(mate != id_ and _goes_elsewhere(mate, to, moves) for mate in mates[before[id_]])
    }
    if not moves:
        return []
    everybody = {id_ for ids in mates.values() for id_ in ids}
    hotels = dict(
        Link.objects.filter(profile_id__in=everybody, until_at=None).values_list(
            "profile_id", "property_id"
        )
    )
    found = [
        *_stays(moves, hotels),
        *_said(Correction, Kind.CORRECTIONS, "field", everybody, since),
        *_said(PersonaChoice, Kind.PERSONAS, "persona", everybody, since),
        *_decisions(moves, everybody, hotels, since),
        *_of_guests(set(before.values()), moves, hotels),
    ]
    for ids in mates.values():
        parting = Parting(tuple(ids), _groups(ids, moves), hotels, since, now)
        found += [each for finder in _FINDERS for each in finder(parting)]
    return sorted(found, key=lambda each: (not each.is_asked, each.kind, each.profile))


def _groups(ids: Collection[int], moves: Mapping[int, int | None]) -> tuple[tuple[int, ...], ...]:
    """Of one guest's profiles: which of them stay together. Nobody's become each its own."""
    found: dict[tuple[str, int | None], list[int]] = {}
    for id_ in ids:
        alone = id_ in moves and moves[id_] is None
        key = ("alone", id_) if alone else ("at", moves.get(id_, 0))
        found.setdefault(key, []).append(id_)
    return tuple(tuple(group) for group in found.values())


def _goes_elsewhere(mate: int, to: int | None, moves: Mapping[int, int | None]) -> bool:
    return mate not in moves or to is None or moves[mate] != to


def ask(found: Iterable[Consequence], event_id: int, now: datetime) -> None:
    """Ask guest relations to look, once for each; it stays until somebody has."""
    open_asks(
        [
            NewAsk(
                key=f"parted:{event_id}:{each.kind}:{each.profile}",
                kind=f"{PARTED}{each.kind}",
                role=ROLE,
                property_id=each.property_id,
                facts=dict(each.facts),
                link=f"/guests/{each.profile}/",
            )
            for each in found
            if each.is_asked
        ],
        now,
    )


def looked(access: Access, ask_id: int, now: datetime) -> None:
    """Somebody has looked at one of these asks; who sees it may close it."""
    found = asks_for(access).filter(pk=ask_id, kind__startswith=PARTED).first()
    if found is None:
        raise Forbidden(
            "There is no such task among those you may see.", "not_visible", object=f"ask:{ask_id}"
        )
    audit.record("looked", f"ask:{ask_id}", property_id=found.property_id)
    close_ask(found.key, "looked", now)


def close(event_id: int, now: datetime) -> None:
    """An undoing that is itself undone asks nothing any more."""
    Ask.objects.filter(key__startswith=f"parted:{event_id}:", closed_at=None).update(
        closed_at=now, closed_why="undone"
    )


def _stays(moves: Mapping[int, int | None], hotels: Mapping[int, int | None]) -> list[Consequence]:
    """Stays leave the card; of those to come somebody may have prepared for the wrong guest."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT p.id, count(DISTINCT r.id),
                      count(DISTINCT r.id) FILTER (WHERE r.out_of_sight_since IS NULL AND r.status
                        IN ('confirmed', 'in_house', 'option', 'waitlist', 'inquiry'))
                 FROM profile p
                 JOIN roster o ON o.connection_id = p.connection_id AND o.profile = p.source_id
                  AND o.until_at IS NULL
                 JOIN reservation r ON r.id = o.reservation_id
                WHERE p.id = ANY(%s) GROUP BY p.id ORDER BY p.id""",
            [list(moves)],
        )
        rows = cursor.fetchall()
    found = [
        Consequence(Kind.STAYS, profile, hotels.get(profile), {"count": stays})
        for profile, stays, _ in rows
    ]
    return found + [
        Consequence(Kind.COMING, profile, hotels.get(profile), {"count": coming})
        for profile, _, coming in rows
        if coming
    ]


def _said(
    model: type[Correction | PersonaChoice],
    kind: Kind,
    field: str,
    profile_ids: Collection[int],
    since: datetime,
) -> list[Consequence]:
    """What somebody said while they were one guest was perhaps meant of the other."""
    said = model.objects.filter(profile_id__in=profile_ids, lifted_at=None, at__gte=since)
    found: dict[tuple[int, int | None], list[str]] = {}
    for profile, hotel, name in said.order_by("pk").values_list("profile_id", "property_id", field):
        found.setdefault((profile, hotel), []).append(name)
    return [
        Consequence(kind, profile, hotel, {"fields": names})
        for (profile, hotel), names in found.items()
    ]


def _decisions(
    moves: Mapping[int, int | None],
    everybody: Collection[int],
    hotels: Mapping[int, int | None],
    since: datetime,
) -> list[Consequence]:
    """Words on pairs that leaned on the joining: said later, of one that goes and one that stays."""
    rules = PairRule.objects.filter(lifted_at=None, one__in=everybody, at__gt=since).exclude(
        kind=PairRule.Kind.NOT_HOUSEHOLD
    )
    counts: dict[int, int] = {}
    for one, other in rules.filter(other__in=everybody).values_list("one", "other"):
        if (one in moves) != (other in moves):
            goes = one if one in moves else other
            counts[goes] = counts.get(goes, 0) + 1
    return [
        Consequence(Kind.DECISIONS, profile, hotels.get(profile), {"count": count})
        for profile, count in counts.items()
    ]


def _of_guests(
    guests: Collection[int], moves: Mapping[int, int | None], hotels: Mapping[int, int | None]
) -> list[Consequence]:
    """Open questions go with their profiles; a household is found anew."""
    first = min(moves)
    ends = Proposal.objects.filter(state=Proposal.State.OPEN)
    questions = (ends.filter(one_profile__in=moves) | ends.filter(other_profile__in=moves)).count()
    lives = HouseholdMember.objects.filter(guest__in=guests).count()
    counts = {Kind.QUESTIONS: questions, Kind.HOUSEHOLD: lives}
    return [
        Consequence(kind, first, hotels.get(first), {"count": count})
        for kind, count in counts.items()
        if count
    ]
