"""What guests said of themselves and their PMS does not know yet: staff is asked to type it there."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from staytrue.forms.choosing import GUEST
from staytrue.guests.composing import key_of
from staytrue.guests.models import Correction
from staytrue.mirror.models import Profile
from staytrue.staff.actions import NewAsk, close_asks, open_asks

ROLE = "front_desk"
ASK = "type_into_pms"


def settle(profile_ids: Collection[int], now: datetime) -> None:
    """One ask for each profile with fields to type in; it ends when the mirror shows them."""
    missing: dict[int, list[str]] = {}
    profiles = Profile.objects.in_bulk(list(profile_ids))
    words = Correction.objects.filter(profile_id__in=profiles, actor=GUEST, lifted_at=None)
    for word in words.order_by("profile_id", "field"):
        told = getattr(profiles[word.profile_id], word.field) or []
        if key_of(word.field, (word.value or [None])[0]) not in {
            key_of(word.field, each) for each in told
        }:
            missing.setdefault(word.profile_id, []).append(word.field)
    asks = [
        NewAsk(
            key=_key(id_),
            kind=ASK,
            role=ROLE,
            property_id=profiles[id_].property_id,
            facts={"fields": fields},
            link=f"/guests/{id_}/",
        )
        for id_, fields in missing.items()
    ]
    open_asks(asks, now)
    close_asks({_key(id_) for id_ in profile_ids if id_ not in missing}, "settled", now)


def _key(profile_id: int) -> str:
    return f"type-into-pms:{profile_id}"
