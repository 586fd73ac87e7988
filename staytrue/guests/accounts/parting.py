"""Check-outs that stand in another person's account once a guest was taken apart: decided anew.

It settles from state, by who is whose guest now: where nothing is amiss it does nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from staytrue.guests.accounts import considering
from staytrue.guests.accounts.rules import WITH_ACCOUNT, Outcome
from staytrue.guests.models import CheckOut
from staytrue.kit.asking import ask

_STRAYED = """
  SELECT o.reservation_id, o.account_id FROM checkout o JOIN account a ON a.id = o.account_id
    JOIN link l ON l.profile_id = o.profile_id AND l.until_at IS NULL
    JOIN link k ON k.profile_id = a.profile_id AND k.until_at IS NULL
   WHERE {one} = ANY(%(ids)s) AND l.guest_id <> k.guest_id AND o.outcome = ANY(%(with)s)"""
_OF_EITHER = " UNION ".join(_STRAYED.format(one=one) for one in ("o.profile_id", "a.profile_id"))


@transaction.atomic
def settle(profile_ids: Collection[int], now: datetime) -> list[int]:
    """Let each of these people have his own account, or none; the stays whose check-outs moved."""
    strayed = ask(
        _OF_EITHER,
        {"ids": sorted(profile_ids), "with": sorted(each.value for each in WITH_ACCOUNT)},
    )
    if not strayed:
        return []
    stays = sorted(stay for stay, _ in strayed)
    # None of them counts while the oldest is decided.
    CheckOut.objects.filter(reservation_id__in=stays).update(outcome=Outcome.REVERSED)
    considering.consider(stays, now, is_asked=True, is_moved=True)
    considering.take_contacts({account for _, account in strayed}, now)
    return stays
