"""Names in our own addresses: whatever a thing is called, its name is one segment of a path."""

from __future__ import annotations

from urllib.parse import quote, unquote

# Browsers walk up by dots, and a page of ours stands at `new`.
_TAKEN = frozenset({".", "..", "new"})


def segment(name: str) -> str:
    """The name as a server sees it in a path: without a slash, even once percent signs are read."""
    plain = name.replace("%", "%25").replace("/", "%2F")
    return f"%{ord(plain[0]):02X}{plain[1:]}" if plain in _TAKEN else plain


def name_in(segment: str) -> str:
    """The name again."""
    return unquote(segment)


def quoted(name: str) -> str:
    """The name as it stands in an address that somebody opens."""
    return quote(segment(name), safe="")
