"""What hangs on guests' pages when their profiles change: asks that end, words that are erased."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from staytrue.forms import typing_in, website
from staytrue.forms.models import ArrivalForm, SurveyAnswer
from staytrue.messages.models import GuestLink
from staytrue.mirror.models import Profile


def follow(profile_ids: Collection[int], now: datetime) -> None:
    """End what the PMS shows by now, and forget the words of profiles that were anonymised.

    Their links go too, except those out of a list: they know the address by its hash alone.
    """
    typing_in.settle(profile_ids, now)
    website.follow(profile_ids, now)
    gone = list(
        Profile.objects.filter(pk__in=profile_ids, anonymised=True).values_list("pk", flat=True)
    )
    if gone:
        ArrivalForm.objects.filter(profile_id__in=gone).delete()
        SurveyAnswer.objects.filter(profile_id__in=gone).delete()
        GuestLink.objects.filter(profile_id__in=gone, expires_at__isnull=False).delete()
