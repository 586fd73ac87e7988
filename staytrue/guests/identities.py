"""What became of a guest id that somebody holds: every one ever issued answers, for ever.

An id is followed through its profiles: those it holds, or the last it held, and whose they are now.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.db.models import Q, QuerySet

from staytrue.guests.models import Guest, Link
from staytrue.kit.errors import Forbidden
from staytrue.mirror.sheets import PROFILES
from staytrue.staff.access import Access, visible_to


class State(StrEnum):
    """What an id is now."""

    ACTIVE = "active"
    MOVED = "moved"
    SPLIT = "split"
    ERASED = "erased"


@dataclass(frozen=True)
class Answer:
    """The guests that an id stands for now: itself, another, several, or nobody any more."""

    public_id: UUID
    state: State
    current: list[Guest]


def answer(access: Access, public_id: UUID, at: datetime | None = None) -> Answer:
    """What became of this id, as far as the reader may see the profiles it ever held.

    He who sees only a part of them is answered by his part. With `at`: what it was then.
    """
    seen = visible_to(access, Link.objects.filter(guest__public_id=public_id), PROFILES)
    if at is not None:
        seen = seen.filter(since_at__lte=at)
    own = _guests(seen.filter(_standing(at)))
    if not own and not seen.exists():
        raise Forbidden(
            "There is no such guest among those you may see.",
            "not_visible",
            object=f"guest:{public_id}",
            right=PROFILES,
        )
    now = own or _guests(
        visible_to(
            access,
            Link.objects.filter(_standing(at), profile_id__in=_last_held(seen)),
            PROFILES,
        )
    )
    current = list(Guest.objects.filter(pk__in=set(now.values())).order_by("pk"))
    if own:
        return Answer(public_id, State.ACTIVE, current)
    states = {0: State.ERASED, 1: State.MOVED}
    return Answer(public_id, states.get(len(current), State.SPLIT), current)


def held(access: Access, guests: Collection[Guest], at: datetime | None = None) -> dict[int, int]:
    """The profiles of these guests that the reader may see, now or at an instant → their guest."""
    seen = Link.objects.filter(_standing(at), guest__in=guests)
    return _guests(visible_to(access, seen, PROFILES))


def _standing(at: datetime | None) -> Q:
    """Links of now, or of an instant."""
    if at is None:
        return Q(until_at=None)
    return Q(since_at__lte=at) & (Q(until_at=None) | Q(until_at__gt=at))


def _guests(links: QuerySet[Link]) -> dict[int, int]:
    """Profile → guest; of what has been erased since then nothing is left to tell."""
    found = dict(links.values_list("profile_id", "guest_id"))
    alive = Link.objects.filter(profile_id__in=found, until_at=None)
    return {id_: found[id_] for id_ in alive.values_list("profile_id", flat=True)}


def _last_held(seen: QuerySet[Link]) -> list[int]:
    """The profiles with which it was given up: who left before, left a guest that went on."""
    last = seen.order_by("-ended_by").values_list("ended_by", flat=True).first()
    return list(seen.filter(ended_by=last).values_list("profile_id", flat=True))
