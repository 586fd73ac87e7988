"""Messages in templates: their words, and the tag of their state."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString

from staytrue.web import message_words, words, wrong_words
from staytrue.web.templatetags.staytrue import tag

register = template.Library()


@register.filter
def message(code: str, table: str) -> str:
    """A code of messages in the reader's language."""
    known = {
        "KIND": message_words.KIND,
        "ANSWER": message_words.ANSWER | message_words.STATE,
        "REASON": message_words.REASON,
        "ROLE": message_words.ROLE,
        "WRONG": wrong_words.BRIEF,
        "WRONG_WHY": wrong_words.CAUSE,
        "KNOWN": wrong_words.KNOWN_BRIEF,
        "KNOWN_WHY": wrong_words.KNOWN,
    }[table]
    return words.word(known, code)


@register.simple_tag
def message_tag(state: str) -> SafeString:
    """Where a message stands."""
    return tag(words.word(message_words.STATE, state), message_words.TONE.get(state, ""))
