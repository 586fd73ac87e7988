"""What never stands in a log: secrets, whoever wrote them there and in whatever form.

Three nets: secrets this process opened are known word by word; keys that name a secret lose their
value; credentials that show themselves by their form (headers, DSNs, addresses) are cut out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

MASK = "•••"
_SHORTEST = 6
_KNOWN_MOST = 10_000
_DEPTH_MOST = 8

_NAMES = re.compile(
    r"pass(word|wd|phrase)?$|pwd$|secret|token|credential|authori[sz]ation|cookie|dsn$|api_?key"
    r"|private_?key|signature|database_url",
    re.IGNORECASE,
)
# The same words anywhere in a text.
_WORDS = re.compile(_NAMES.pattern.replace("$", ""), re.IGNORECASE)
_FORMS = [
    # Authorization: Bearer eyJ…, in a header, a dictionary's repr or a sentence
    (re.compile(r"\b(bearer|basic|digest)(\s+)[\w.~+/=-]{6,}", re.IGNORECASE), rf"\1\2{MASK}"),
    (
        re.compile(
            r"\b((?:proxy-)?authorization|(?:set-)?cookie|x-api-key|webhook-signature)"
            r"(['\"]?\s*[:=]\s*['\"]?)[^'\"\r\n]+",
            re.IGNORECASE,
        ),
        rf"\1\2{MASK}",
    ),
    # postgresql://name:word@host, and a token in the place of the name
    (re.compile(r"\b([a-z][a-z0-9+.-]*://)[^\s/@'\"]+@", re.IGNORECASE), rf"\1{MASK}@"),
    # password=… in a DSN, ?token=… in an address, "client_secret": "…" in a body
    (
        re.compile(
            r"([\w-]*(?:password|passwd|pwd|secret|token|api_?key|signature)[\w-]*"
            r"['\"]?\s*[=:]\s*)(?:'[^']*'|\"[^\"]*\"|[^\s&;,'\"}]+)",
            re.IGNORECASE,
        ),
        rf"\1{MASK}",
    ),
    # the pages of guests: who has the address has the right
    (re.compile(r"(/g/)[\w-]{16,}"), rf"\1{MASK}"),
    # our own keys, and signed tokens
    (re.compile(r"\bstaytrue_[0-9a-f]{8}_[\w-]+"), MASK),
    (re.compile(r"\beyJ[\w-]{8,}\.[\w-]+(\.[\w-]*)?"), MASK),
]

_known: set[str] = set()
_known_words: list[re.Pattern[str]] = []


def remember(secret: str) -> None:
    """From now on this word is cut out of every log of this process."""
    if len(secret) < _SHORTEST or secret in _known or len(_known) >= _KNOWN_MOST:
        return
    _known.update((secret, quote(secret, safe="")))
    longest_first = sorted(_known, key=len, reverse=True)
    _known_words[:] = [re.compile("|".join(map(re.escape, longest_first)))]


def scrubbed(text: str) -> str:
    """The text without anything that is, names or looks like a secret."""
    for words in _known_words:
        text = words.sub(MASK, text)
    for form, instead in _FORMS:
        text = form.sub(instead, text)
    return text


def names_secret(name: str) -> bool:
    """Whether a field of this name holds a secret."""
    return _NAMES.search(name) is not None


def may_name_secrets(text: str) -> bool:
    """Whether some field of this text may hold a secret."""
    return _WORDS.search(text) is not None


def scrub_event(_logger: Any, _method: str, event: Any) -> Any:
    """A structlog processor: the last one before the entry becomes text."""
    return _scrubbed(event, 0)


def _scrubbed(value: Any, depth: int) -> Any:
    if isinstance(value, str):
        return scrubbed(value)
    if value is None or isinstance(value, bool | int | float):
        return value
    if depth > _DEPTH_MOST:
        return MASK
    if isinstance(value, Mapping):
        return {
            scrubbed(str(key)): (
                MASK if names_secret(str(key)) and inner else _scrubbed(inner, depth + 1)
            )
            for key, inner in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset):
        return [_scrubbed(inner, depth + 1) for inner in value]
    # What JSON does not know would be written by its repr.
    return scrubbed(repr(value))
