"""Accounts as they are read: a guest's own, and all that rest in it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from staytrue.guests.models import Account, Link
from staytrue.kit.errors import Refused


@dataclass(frozen=True)
class Held:
    """A guest's account: the oldest of those that his profiles have."""

    account: Account
    guest_id: int
    profile_ids: tuple[int, ...]


def of_guest(guest_id: int) -> Held | None:
    """The account of a guest, if he is in the list."""
    profiles = tuple(
        Link.objects.filter(guest_id=guest_id, until_at=None)
        .order_by("profile_id")
        .values_list("profile_id", flat=True)
    )
    oldest = Account.objects.filter(profile_id__in=profiles).order_by("pk").first()
    return Held(oldest, guest_id, profiles) if oldest else None


def held(account_id: int) -> Held:
    """The account under which this number is found now; its guest may have an older one."""
    row = Account.objects.filter(pk=account_id).first()
    link = Link.objects.filter(profile_id=row.profile_id, until_at=None).first() if row else None
    found = of_guest(link.guest_id) if link else None
    if found is None:
        raise Refused(f"There is no account {account_id}.", "no_account", account=account_id)
    return found


def profile_of(account_id: int) -> int:
    """The profile whose check-out opened this account, wherever it rests now."""
    return Account.objects.values_list("profile_id", flat=True).get(pk=account_id)


def guests_with(account_ids: Collection[int]) -> dict[int, int]:
    """Account → guest, of those that exist."""
    rows = Account.objects.filter(pk__in=account_ids).values_list("pk", "profile_id")
    links = dict(
        Link.objects.filter(
            profile_id__in=[profile for _, profile in rows], until_at=None
        ).values_list("profile_id", "guest_id")
    )
    return {pk: links[profile] for pk, profile in rows if profile in links}
