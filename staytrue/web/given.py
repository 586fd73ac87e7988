"""What addresses and forms give, read before anything is asked of it: numbers, days, texts."""

from __future__ import annotations

from datetime import date

from django.http import Http404

DIGITS_MAX = 18
"""As many as any id may have."""
_FIRST, _LAST = date(1900, 1, 1), date(2200, 1, 1)


def number(text: str) -> int | None:
    """A whole number that may be an id, or nothing."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= DIGITS_MAX else None


def known(text: str) -> int:
    """The same; what is no number does not exist."""
    found = number(text)
    if found is None:
        raise Http404
    return found


def day(text: str) -> date | None:
    """A day that a hotel may ask for, or nothing; nonsense does not exist."""
    if not text:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError as error:
        raise Http404 from error
    if not _FIRST <= found <= _LAST:
        raise Http404
    return found


def plain(text: str) -> str:
    """A text to look for exactly as it stands; one that no database holds does not exist."""
    if "\0" in text:
        raise Http404
    return text
