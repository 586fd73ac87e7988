"""Check-outs in templates: what became of one, and why."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString

from staytrue.web import checkout_words, words
from staytrue.web.templatetags.staytrue import tag

register = template.Library()


@register.simple_tag
def outcome_tag(outcome: str) -> SafeString:
    """What became of a check-out."""
    return tag(words.word(checkout_words.OUTCOME, outcome), checkout_words.TONE.get(outcome, ""))


@register.filter
def outcome(code: str) -> str:
    """The same as words."""
    return words.word(checkout_words.OUTCOME, code)


@register.simple_tag
def unfit(why: str, word: str) -> str:
    """Why a stay does not qualify."""
    return checkout_words.why(why, word)


@register.filter
def contact_type(code: str) -> str:
    """A type of phone or e-mail as it is called."""
    return checkout_words.typed(code)


@register.filter
def none_of(code: str) -> str:
    """Why a contact has no value."""
    return checkout_words.empty(code)
