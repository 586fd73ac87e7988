"""The right each screen asks for, named on its view. A view that names none is closed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.http import HttpRequest

from staytrue.staff.access import NOBODY, Access

View = TypeVar("View", bound=Callable[..., Any])

OPEN = "open"
SIGNED_IN = "signed_in"

# Views of libraries that check by themselves: accounts by name, the API by its keys.
_ACCOUNT_PAGES = frozenset(
    {
        "account_login",
        "account_logout",
        "account_inactive",
        "account_signup",  # answers that it is closed
        "account_reauthenticate",
        "account_change_password",
        "account_set_password",
        "account_reset_password",
        "account_reset_password_done",
        "account_reset_password_from_key",
        "account_reset_password_from_key_done",
    }
)


def needs(right: str, *, keeps_awake: bool = True) -> Callable[[View], View]:
    """Open a view to members who hold this right at one property at least.

    The view itself asks for the property it shows. A screen that refreshes by itself must not
    keep an abandoned session alive: `keeps_awake=False`.
    """

    def mark(view: View) -> View:
        view.right = right  # type: ignore[attr-defined]
        view.keeps_awake = keeps_awake  # type: ignore[attr-defined]
        return view

    return mark


@dataclass(frozen=True)
class Proof:
    """What of a view needs a proof of a moment ago that it is the member who sits there."""

    methods: tuple[str, ...] = ()
    acts: tuple[str, ...] = ()

    def is_asked(self, request: HttpRequest) -> bool:
        """Whether this request is such an act."""
        is_such = not self.acts or request.POST.get("act") in self.acts
        return request.method in self.methods and is_such


def proved(*methods: str, acts: tuple[str, ...] = ()) -> Callable[[View], View]:
    """These methods of a view need a fresh proof (`proof.py`); of a form, only these acts."""

    def mark(view: View) -> View:
        view.proof = Proof(methods, acts)  # type: ignore[attr-defined]
        return view

    return mark


def proof_of(view: Callable[..., Any]) -> Proof:
    """What of it needs a proof."""
    found = getattr(view, "proof", None)
    return found if isinstance(found, Proof) else Proof()


def is_of_accounts(view: Callable[..., Any]) -> bool:
    """Whether it is a page of the accounts library, which asks for proofs by itself."""
    return view.__module__.partition(".")[0] == "allauth"


def signed_in(view: View) -> View:
    """Open a view to every member: his own language, his own sign-out."""
    view.right = SIGNED_IN  # type: ignore[attr-defined]
    return view


def open_to_all(view: View) -> View:
    """Open a view to everybody: health, guest pages. It keeps no session awake."""
    view.right = OPEN  # type: ignore[attr-defined]
    return view


def right_of(view: Callable[..., Any], name: str | None) -> str | None:
    """What a view asks for: a right, `open`, `signed_in`, or None when nobody said."""
    if (right := getattr(view, "right", None)) is not None:
        return str(right)
    is_account = is_of_accounts(view)
    if view.__module__.partition(".")[0] == "ninja" or (is_account and name in _ACCOUNT_PAGES):
        return OPEN
    if is_account and (name or "").startswith("mfa_"):
        return OPEN if name == "mfa_authenticate" else SIGNED_IN
    return None


def access_in(request: HttpRequest) -> Access:
    """Who asks, as the middleware found out for this request."""
    found = getattr(request, "access", NOBODY)
    return found if isinstance(found, Access) else NOBODY
