"""The desk in templates: its words, the tags of a case, the dots of its steps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from staytrue.web import desk_words, formats, words
from staytrue.web.templatetags.staytrue import address, tag

register = template.Library()
_TABLES = {
    "KIND": desk_words.KIND,
    "STATE": desk_words.STATE,
    "MOVE": desk_words.MOVE,
    "EVENT": desk_words.EVENT,
    "MONEY": desk_words.MONEY,
    "LINE": desk_words.LINE,
    "CAUSE": desk_words.CAUSE,
    "ORIGIN": desk_words.ORIGIN,
    "NEXT": desk_words.NEXT,
    "MISSING": desk_words.MISSING,
    "VERDICT": desk_words.VERDICT,
}


@register.filter(name="desk")
def desk_word(code: str, table: str) -> str:
    """A code of the desk in the reader's language."""
    return words.word(_TABLES[table], code)


@register.simple_tag
def case_kind(kind: str) -> SafeString:
    """What a case is about."""
    return tag(words.word(desk_words.KIND, kind), desk_words.KIND_TONE.get(kind, ""))


@register.simple_tag
def case_state(state: str) -> SafeString:
    """Where a case stands."""
    return tag(words.word(desk_words.STATE, state), desk_words.STATE_TONE.get(state, ""))


@register.simple_tag
def money_state(state: str) -> SafeString:
    """How far a line of money has come."""
    return tag(words.word(desk_words.LINE, state), desk_words.LINE_TONE.get(state, ""))


@register.simple_tag
def steps(done: int, of: int) -> SafeString:
    """How far a late case has climbed; nothing before its first step."""
    if not done:
        return SafeString("")
    told = _("Escalation step %(n)s of %(of)s") % {"n": done, "of": of}
    dots = format_html_join(
        "", '<i class="{}"></i>', (("on" if place < done else "",) for place in range(of))
    )
    return format_html(
        '<span class="esc" title="{}"><span class="sr">{}</span>{}</span>', told, told, dots
    )


@register.filter
def spanned(seconds: float) -> str:
    """How long something took."""
    return formats.age(seconds) if seconds >= 60 else formats.span(seconds)


@register.simple_tag(takes_context=True)
def address_of(context: Mapping[str, Any], name: str, value: object) -> str:
    """Where the cases behind one of several numbers of a name are shown."""
    return address(context, of=f"{name}.{value}")


@register.simple_tag
def step_values(of: Mapping[str, Any], number: int) -> dict[str, Any]:
    """A step of escalation as a form shows it, with the id of its field."""
    told = of.get(f"step{number}") or {}
    return {"no": str(number), "id": f"t-r{number}", "role": told.get("role", ""),
            "minutes": told.get("minutes", "")}  # fmt: skip
