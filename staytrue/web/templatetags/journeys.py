"""Journeys in templates: their versions, their steps, and the lines of a plan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from staytrue.journeys.models import Journey, JourneyVersion
from staytrue.journeys.queries import Planned
from staytrue.journeys.steps import Step
from staytrue.web import formats, journey_words, message_words, words
from staytrue.web.templatetags.staytrue import icon, tag

register = template.Library()
_NOBODY = ("no_address", "not_an_address", "relay_address", "agency_address", "own_address")
_NAMES = {"stay": journey_words.STANDARD_NAME}


@register.filter
def journey_name(journey: Journey) -> str:
    """What a journey is called; the shipped one in the reader's language."""
    return str(_NAMES.get(journey.key, journey.name))


@register.simple_tag
def version_tag(version: JourneyVersion) -> SafeString:
    """A version and where it stands."""
    told = {"state": words.word(journey_words.STATE, version.state), "n": version.number}
    return tag(_("%(state)s, version %(n)s") % told, journey_words.STATE_TONE[version.state])


@register.filter
def message_kind(kind: str) -> str:
    """What a message is."""
    return words.word(message_words.KIND, str(kind))


@register.filter
def step_when(step: Step) -> str:
    """When a step goes."""
    return journey_words.when(step)


@register.filter
def minutes(count: int) -> str:
    """A length of time in its largest exact unit."""
    return formats.span(count * 60)


@register.simple_tag
def standing_count(standing: str, count: int) -> SafeString:
    """How many cells of the table stand so."""
    tone = {"live": "good", "held": "warn"}.get(standing, "mute")
    return format_html(
        '<span class="{}">{}{} {}</span>',
        tone,
        icon(journey_words.CELL[standing][1], "s"),
        words.word(journey_words.STANDING, standing),
        formats.number(count),
    )


@register.simple_tag
def plan_mark(line: Planned) -> SafeString:
    """What a plan does to a message."""
    style, sign = journey_words.MARK[line.what]
    return format_html(
        '<span class="ms {}">{}{}</span>',
        style,
        icon(sign),
        words.word(journey_words.WHAT, line.what),
    )


@register.filter
def plan_why(line: Planned) -> str:
    """Why it is so."""
    return journey_words.reason(line)


@register.filter
def plan_counts(plan: Sequence[Planned]) -> str:
    """How many lines of each kind, in the order of the words."""
    counts = Counter(line.what for line in plan)
    return ", ".join(
        f"{formats.number(counts[what])} {words.word(journey_words.WHAT, what).lower()}"
        for what in journey_words.WHAT
        if counts[what]
    )


@register.filter
def without_address(rehearsal: Mapping[str, Any]) -> int:
    """How many messages a rehearsal had nobody to write to for."""
    told = rehearsal["absent"].values()
    return sum(counts.get(reason, 0) for counts in told for reason in _NOBODY)


@register.filter
def by_count(counts: Counter[str]) -> list[tuple[str, int]]:
    """The most frequent first."""
    return counts.most_common()


@register.filter
def total(counts: Counter[str]) -> int:
    """All of them together."""
    return counts.total()


@register.filter
def language_shares(rehearsal: Mapping[str, Any]) -> str:
    """The languages of a rehearsal, the most used first."""
    total = rehearsal["messages"] or 1
    return ", ".join(
        f"{language} {formats.percent(count / total)}"
        for language, count in rehearsal["languages"].items()
    )
