"""What became of a guest id that somebody holds: every one ever issued answers, for ever.

An id is followed through its profiles: those it holds, or the last it held, and whose they are now.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from django.db.models import QuerySet

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


def answer(access: Access, public_id: UUID) -> Answer:
    """What became of this id, as far as the reader may see the profiles it ever held.

    He who sees only a part of them is answered by his part.
    """
    seen = visible_to(access, Link.objects.filter(guest__public_id=public_id), PROFILES)
    held = dict(seen.filter(until_at=None).values_list("profile_id", "guest_id"))
    now = held or _now(access, _last_held(seen))
    if not now and not seen.exists():
        raise Forbidden(
            "There is no such guest among those you may see.",
            "not_visible",
            object=f"guest:{public_id}",
            right=PROFILES,
        )
    current = list(Guest.objects.filter(pk__in=set(now.values())).order_by("pk"))
    if held:
        return Answer(public_id, State.ACTIVE, current)
    states = {0: State.ERASED, 1: State.MOVED}
    return Answer(public_id, states.get(len(current), State.SPLIT), current)


def _last_held(seen: QuerySet[Link]) -> list[int]:
    """The profiles with which it was given up: who left before, left a guest that went on."""
    last = seen.order_by("-ended_by").values_list("ended_by", flat=True).first()
    return list(seen.filter(ended_by=last).values_list("profile_id", flat=True))


def _now(access: Access, profile_ids: list[int]) -> dict[int, int]:
    found = Link.objects.filter(profile_id__in=profile_ids, until_at=None)
    return dict(visible_to(access, found, PROFILES).values_list("profile_id", "guest_id"))
