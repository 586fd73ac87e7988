"""Mailings in templates: their words, and the tags of where they and their guests stand."""

from __future__ import annotations

from collections.abc import Mapping

from django import template
from django.utils.safestring import SafeString

from staytrue.web import consent_words, mailing_words, message_words, words
from staytrue.web.templatetags.staytrue import tag

register = template.Library()


@register.filter
def mailing(code: str, table: str) -> str:
    """A code of mailings in the reader's language."""
    known = {"SOURCE": mailing_words.SOURCE, "HEAP": mailing_words.HEAP}[table]
    return words.word(known, code)


@register.filter
def why_not(reason: str) -> str:
    """Why a guest on a list gets nothing, or later."""
    return words.word(message_words.REASON | mailing_words.REASON, reason)


@register.filter
def ground(basis: str) -> str:
    """On which ground a guest is written to."""
    return words.word(consent_words.BASIS, basis)


@register.filter
def entries(of: Mapping[str, int]) -> list[tuple[str, int]]:
    """The lines of a mapping."""
    return list(of.items())


@register.simple_tag
def mailing_tag(state: str) -> SafeString:
    """Where a mailing stands."""
    return tag(words.word(mailing_words.STATE, state), mailing_words.TONE.get(state, ""))


@register.simple_tag
def heap_tag(heap: str) -> SafeString:
    """Where a guest of it stands."""
    return tag(words.word(mailing_words.HEAP, heap), mailing_words.HEAP_TONE.get(heap, ""))
