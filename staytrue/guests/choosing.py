"""What staff say of a guest's personas, with the reason; it hangs on a profile and is never computed."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from staytrue.guests.correcting import CORRECT
from staytrue.guests.models import PersonaChoice
from staytrue.guests.personas import PERSONAS, Choice
from staytrue.hotel import scope
from staytrue.kit.errors import Refused
from staytrue.kit.text import clean
from staytrue.mirror.models import Profile
from staytrue.mirror.sheets import PROFILES
from staytrue.staff import audit
from staytrue.staff.access import Access, one_of, require


def choose(
    access: Access, profile_id: int, persona: str, reason: str, now: datetime, *, is_so: bool
) -> None:
    """Say that he is this persona, or that he is not, whatever the rules answer."""
    reason = clean(reason)
    if persona not in PERSONAS:
        raise Refused(f"There is no persona {persona}.", "persona_unknown", persona=persona)
    if not reason:
        raise Refused("Say why, for those who read it later.", "reason_missing")
    with scope.everything(), audit.acting(access.actor, now, reason):
        profile = _of(access, profile_id)
        _end(access, profile_id, persona, now)
        PersonaChoice.objects.create(
            profile_id=profile_id, property_id=profile.property_id, persona=persona, is_so=is_so,
            actor=access.actor, reason=reason, at=now,
        )  # fmt: skip


def unchoose(access: Access, profile_id: int, persona: str, now: datetime) -> None:
    """Let the rules answer again."""
    with scope.everything(), audit.acting(access.actor, now):
        _of(access, profile_id)
        if not _end(access, profile_id, persona, now):
            raise Refused("Nobody chose this persona, or it was taken back.", "not_chosen")


def choices_of(profile_ids: Collection[int]) -> list[Choice]:
    """What was said of these profiles and stands."""
    found = PersonaChoice.objects.filter(profile_id__in=profile_ids, lifted_at=None)
    return [
        Choice(each.persona, each.is_so, each.actor, each.reason, each.at, each.profile_id)
        for each in found.order_by("at", "id")
    ]


def _of(access: Access, profile_id: int) -> Profile:
    rows = Profile.objects.select_for_update(of=("self",))
    profile = one_of(access, rows, PROFILES, pk=profile_id)
    require(access, CORRECT, profile.property_id)
    return profile


def _end(access: Access, profile_id: int, persona: str, now: datetime) -> int:
    standing = PersonaChoice.objects.filter(profile_id=profile_id, persona=persona, lifted_at=None)
    return standing.update(lifted_at=now, lifted_by=access.actor)
