"""Quiet around a guest whose case is open: the only writer of silences, which the gate reads."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from staytrue.messages.kinds import State
from staytrue.messages.models import Message, Silence
from staytrue.messages.reasons import Reason
from staytrue.mirror.sheets import PROFILES
from staytrue.staff.access import Access, visible_to


@dataclass(frozen=True)
class Quiet:
    """One reason for quiet: `key` names it once, `owner` is who speaks to the guest next."""

    key: str
    cause: str
    profile_id: int | None = None
    reservation_id: int | None = None
    property_id: int | None = None
    owner: str = ""


def begin(asked: Collection[Quiet], now: datetime) -> None:
    """From now on they get only what the stay needs; begun twice it is one silence."""
    Silence.objects.bulk_create(
        [Silence(**vars(each), since_at=now) for each in asked], ignore_conflicts=True
    )


def open_of(access: Access, profile_ids: Collection[int]) -> list[Silence]:
    """The silences around these profiles, as far as this member sees their hotels."""
    found = visible_to(access, Silence.objects.filter(until_at=None), PROFILES)
    return list(found.filter(profile_id__in=profile_ids).order_by("since_at"))


@transaction.atomic
def end(keys: Collection[str], now: datetime) -> int:
    """The case is closed: what was held for it is decided again at once; how many silences ended."""
    ended = Silence.objects.filter(key__in=keys, until_at=None).update(until_at=now)
    if ended:
        Message.objects.filter(state=State.HELD, reason=Reason.SILENCE).update(held_until=now)
    return ended
