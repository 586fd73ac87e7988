"""The programme in templates: its words, and the tags of where things stand."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString

from staytrue.web import formats, loyalty_words, words
from staytrue.web.templatetags.staytrue import tag

register = template.Library()


@register.filter
def nothing(code: str) -> str:
    """Why a stay earns nothing."""
    return words.word(loyalty_words.NOTHING, code)


@register.filter
def entry_kind(code: str) -> str:
    """Why points came or went."""
    return words.word(loyalty_words.ENTRY, code)


@register.filter
def entry_dot(code: str) -> str:
    """The dot of an entry on the time line."""
    return loyalty_words.DOT.get(code, "")


@register.filter
def bad_line(code: str) -> str:
    """What is wrong with a line of a file of opening balances."""
    return words.word(loyalty_words.BAD, code)


@register.simple_tag
def redemption_tag(state: str) -> SafeString:
    """Where a redemption stands."""
    tone = loyalty_words.REDEMPTION_TONE.get(state, "")
    return tag(words.word(loyalty_words.REDEMPTION, state), tone)


@register.filter
def signed_points(points: int) -> str:
    """A plus or minus with its sign."""
    told = formats.number(abs(points))
    return f"\u2212{told}" if points < 0 else f"+{told}"
