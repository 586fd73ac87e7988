"""A member's act is tried, and he is told on the next page how it went."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest

from staytrue.kit.errors import Refused
from staytrue.kit.text import clean
from staytrue.staff import audit
from staytrue.web import reasons


def because(request: HttpRequest, act: Callable[[], object]) -> Callable[[], object]:
    """The act with the reason he wrote beside it, which the audit keeps."""

    def reasoned() -> object:
        with audit.because(clean(request.POST.get("reason", ""))):
            return act()

    return reasoned


def tried(
    request: HttpRequest,
    act: Callable[[], object],
    done: str,
    told: Callable[[Refused], str] = reasons.of,
) -> bool:
    """Whether it was done; else why not has been said, in the words of `told`."""
    try:
        act()
    except Refused as refusal:
        messages.error(request, told(refusal))
        return False
    messages.success(request, done)
    return True
