"""What the group asks of those who sign in."""

from __future__ import annotations

from staytrue.staff.models import SignInPolicy


def policy() -> SignInPolicy:
    """The one there is; a group that never said anything asks like the first."""
    return SignInPolicy.objects.first() or SignInPolicy()
