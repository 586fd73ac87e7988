"""Quiet around a guest whose case is open: the only writer of silences, which the gate reads."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from staytrue.messages.kinds import State
from staytrue.messages.models import Message, Silence
from staytrue.messages.reasons import Reason


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


@transaction.atomic
def end(keys: Collection[str], now: datetime) -> int:
    """The case is closed: what was held for it is decided again at once; how many silences ended."""
    ended = Silence.objects.filter(key__in=keys, until_at=None).update(until_at=now)
    if ended:
        Message.objects.filter(state=State.HELD, reason=Reason.SILENCE).update(held_until=now)
    return ended
