"""A member's act is tried, and he is told on the next page how it went."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest

from staytrue.kit.errors import Refused
from staytrue.web import reasons


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
