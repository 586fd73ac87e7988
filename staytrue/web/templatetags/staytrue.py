"""The parts every screen is drawn with, written once: age, state, message, clock, fact, icon."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django import template
from django.forms import BoundField
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from staytrue.inbox.models import Delivery
from staytrue.web import evidence, formats, sending_words, sentences, text_words, words
from staytrue.web.deliveries import name_of

register = template.Library()


@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """One of the sprite."""
    return format_html(
        '<svg class="{}" aria-hidden="true"><use href="{}#i-{}"/></svg>',
        f"i {size}".strip(),
        static("icons.svg"),
        name,
    )


def _disc(instant: datetime | None, now: datetime) -> SafeString:
    return format_html(
        '<span class="{}" aria-hidden="true"{}></span>',
        f"age {formats.step(instant, now)}".strip(),
        format_html(' data-since="{}"', instant.isoformat()) if instant else "",
    )


def _running(instant: datetime, now: datetime, *, brief: bool = False) -> SafeString:
    """Words of an age that the script keeps true."""
    return format_html(
        '<time datetime="{}" data-age="{}">{}</time>',
        instant.isoformat(),
        "brief" if brief else "long",
        formats.age((now - instant).total_seconds(), brief=brief),
    )


@register.simple_tag
def age(instant: datetime | None, now: datetime) -> SafeString:
    """The waning disc alone; the words stand beside it."""
    return _disc(instant, now)


@register.simple_tag
def aged(instant: datetime | None, now: datetime) -> SafeString:
    """Only the words of an age, brief: for the rail."""
    return _running(instant, now, brief=True) if instant else format_html("{}", _("never"))


@register.simple_tag
def asof(instant: datetime | None, now: datetime, zone: str) -> SafeString:
    """Disc, time and age: "as of 03:10, 14 h 50 min old"."""
    if instant is None:
        text: str | SafeString = _("never read")
    else:
        same = formats.is_same_day(instant, now, zone)
        text = format_html(
            _("as of {time}, {age} old")
            if same
            else pgettext("another day", "as of {time}, {age} old"),
            time=formats.instant(instant, zone, now),
            age=_running(instant, now),
        )
    return format_html(
        '<span class="asof {}">{}<span>{}</span></span>',
        formats.step(instant, now),
        _disc(instant, now),
        text,
    )


@register.simple_tag
def late(from_: datetime | None, now: datetime) -> SafeString:
    """The word "stale", hidden until the feed is late; the script shows it when time comes."""
    is_late = from_ is None or now > from_
    return format_html(
        '<span class="clock late"{}{}>{}</span>',
        format_html(' data-late="{}"', from_.isoformat()) if from_ else "",
        "" if is_late else mark_safe(" hidden"),
        _("stale"),
    )


@register.simple_tag
def st(status: str, lost: object = None, origin: str = "pms") -> SafeString:
    """The state of a reservation; out of sight is said instead of the last known state."""
    key = "out_of_sight" if lost else status
    text = words.word(words.STATUS, key)
    if origin == "inferred" and not lost:
        text = _("%(state)s (inferred)") % {"state": text}
    return format_html(
        '<span class="st {}">{}</span>', "missing" if lost else key.replace(" ", "_"), text
    )


_MARKS = {"sent": "check", "held": "pause", "closed": "x", "waits": "clock", "wrong": "alert"}


@register.simple_tag
def ms(verdict: Any) -> SafeString:
    """What a message now would be."""
    mark = sentences.ANSWER_MARK[verdict.answer]
    return format_html(
        '<span class="ms {}">{}{}</span>', mark, icon(_MARKS[mark]), sentences.answer(verdict)
    )


@register.simple_tag
def clock(due: datetime | None, now: datetime, zone: str) -> SafeString:
    """When something is due: plain, soon (under an hour) or late."""
    if due is None:
        return format_html(
            '<span class="clock">{}{}</span>', icon("clock"), pgettext("ask", "open")
        )
    seconds = (due - now).total_seconds()
    if seconds < 0:
        text = _("%(age)s late") % {"age": formats.age(-seconds)}
        return format_html('<span class="clock late">{}{}</span>', icon("alert"), text)
    return format_html(
        '<span class="clock {}">{}{}</span>',
        "soon" if seconds < 3600 else "",
        icon("clock"),
        formats.instant(due, zone, now),
    )


@register.simple_tag
def why(text: str, small: object = "small") -> SafeString:
    """The house explains itself."""
    return format_html('<p class="why {}">{}</p>', "sm" if small else "", text)


@register.simple_tag
def tag(text: object, tone: str = "", sign: str = "") -> SafeString:
    """A property of a thing, up to three words."""
    return format_html(
        '<span class="{}">{}{}</span>', f"tag {tone}".strip(), icon(sign) if sign else "", text
    )


@register.inclusion_tag("parts/hold.html")
def hold(
    title: str, text: str, ways: list[tuple[str, str]], link: tuple[str, str] | None = None
) -> dict[str, Any]:
    """What waits: why, until when, who (`ways` are label and value), and where to act."""
    return {"title": title, "text": text, "ways": ways, "link": link}


@register.inclusion_tag("parts/fact.html")
def fact(line: Any, now: datetime) -> dict[str, Any]:
    """One mirrored fact with its origin."""
    return {"fact": line, "now": now}


@register.simple_tag
def bar(share: float, label: object) -> SafeString:
    """How much of something, as a bar; colour and width say the same."""
    tone = "f" if share >= 0.9 else "w" if share > 0 else "x"
    return format_html(
        '<svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" role="img" '
        'aria-label="{}: {}"><rect class="{}" width="{}" height="8"/></svg>',
        label,
        formats.percent(share),
        tone,
        f"{share * 100:.1f}",
    )


@register.simple_tag
def weight(bits: float, width: float) -> SafeString:
    """What a field weighs: right of the middle for one person, left against, with the figure."""
    tone, start = ("f", 50.0) if bits >= 0 else ("x", 50.0 - width)
    return format_html(
        '<svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="{}" x="{}" width="{}" height="8"/>'
        '<rect class="a1" x="49.7" width=".6" height="8"/></svg>',
        tone,
        f"{start:.1f}",
        f"{width:.1f}",
    )


@register.filter
def signed(value: float) -> str:
    """A figure with its sign."""
    return formats.signed(value)


# A stacked table is laid out as a list on phones; then browsers forget what its parts are.
_ROLES = (
    ("<thead", '<thead role="rowgroup"'), ("<tbody", '<tbody role="rowgroup"'),
    ("<tr", '<tr role="row"'), ("<td", '<td role="cell"'),
    ('<th scope="col"', '<th scope="col" role="columnheader"'),
    ('<th scope="row', '<th role="rowheader" scope="row'),
)  # fmt: skip


@register.tag("stack")
def stack(parser: template.base.Parser, _token: template.base.Token) -> template.Node:
    """A table that becomes a list on phones, its parts named for readers; written once, here."""
    parts = parser.parse(("endstack",))
    parser.delete_first_token()
    kind = template.base.TextNode
    texts = [each for each in parts.get_nodes_by_type(kind) if isinstance(each, kind)]
    for text in texts:
        for plain, named in _ROLES:
            text.s = text.s.replace(plain, named)
    return _Stack(parts)


class _Stack(template.Node):
    def __init__(self, parts: template.NodeList) -> None:
        self.nodelist = parts

    def render(self, context: template.Context) -> SafeString:
        return format_html(
            '<table class="table stack" role="table">{}</table>', self.nodelist.render(context)
        )


@register.filter
def word(code: str | None, table: str) -> str:
    """A code in the reader's language: `{{ stay.channel|word:"CHANNEL" }}`."""
    return words.word(getattr(words, table), code)


@register.filter(name="evidence")
def evidence_word(code: str | None, table: str) -> str:
    """A code of recognition in the reader's language: `{{ value.state|evidence:"STATE" }}`."""
    return words.word(getattr(evidence, table), code)


@register.filter
def text_word(code: str | None, table: str) -> str:
    """A code of texts in the reader's language: `{{ line.kind|text_word:"KIND" }}`."""
    return words.word(getattr(text_words, table), code)


@register.filter
def sending_word(code: str, table: str) -> str:
    """A code of sending as people say it."""
    return str(getattr(sending_words, table).get(code, code))


@register.filter
def day(value: date | None, year: int | None = None) -> str:
    """A date."""
    return formats.day(value, year) if value else ""


@register.filter
def money(value: Any, currency: str | None = None) -> str:
    """An amount."""
    return formats.money(value, currency)


@register.filter
def number(value: Any) -> str:
    """A number."""
    return formats.number(value or 0)


@register.filter
def tenth(value: float) -> str:
    """A figure with one decimal."""
    return formats.tenth(value)


@register.filter
def percent(value: float) -> str:
    """A share."""
    return formats.percent(value)


@register.filter
def percent2(value: float) -> str:
    """A share to a hundredth of a percent."""
    return formats.share(value)


@register.simple_tag
def days(first: date, last: date, year: int | None = None) -> str:
    """From a day to a day."""
    return formats.days(first, last, year)


@register.simple_tag
def when(instant: datetime | None, zone: str, now: datetime) -> SafeString:
    """Day and time by the hotel's clock."""
    if instant is None:
        return SafeString("")
    return format_html(
        '<time datetime="{}">{}</time>', instant.isoformat(), formats.instant(instant, zone, now)
    )


@register.simple_tag
def delivered(of: Delivery, zone: str, now: datetime) -> str:
    """What a delivery is called."""
    return name_of(of, zone, now)


@register.filter
def nights(count: int | None) -> str:
    """How long a stay is; none at all is day use."""
    if count is None:
        return ""
    if count == 0:
        return _("day use")
    return ngettext("%(n)s night", "%(n)s nights", count) % {"n": formats.number(count)}


@register.simple_tag
def party(adults: int | None, children: int | None) -> str:
    """How many come."""
    told = []
    if adults:
        told.append(ngettext("%(n)s adult", "%(n)s adults", adults) % {"n": adults})
    if children:
        told.append(ngettext("%(n)s child", "%(n)s children", children) % {"n": children})
    return ", ".join(told)


@register.filter
def initials(name: str) -> str:
    """For the round mark beside a member's name, which is written in one field."""
    parts = [part for part in name.split() if part[:1].isalpha()]
    return (parts[0][:1] + (parts[-1][:1] if len(parts) > 1 else "")).upper() if parts else "·"


@register.filter
def entry(of: Mapping[str, Any], key: str) -> Any:
    """A value by a key that is a variable."""
    return of.get(key)


@register.simple_tag(takes_context=True)
def address(context: Mapping[str, Any], **changes: object) -> str:
    """The screen's address with some of its filters changed; empty ones go."""
    query = context["request"].GET.copy()
    for name, value in changes.items():
        query.pop(name, None)
        if value not in (None, ""):
            query[name] = str(value)
    return f"?{query.urlencode()}"


@register.filter
def control(field: BoundField) -> SafeString:
    """A form field in our look; its error is tied to it for readers."""
    kind = getattr(field.field.widget, "input_type", "")
    attrs: dict[str, str | bool] = {} if kind in ("checkbox", "radio") else {"class": "in"}
    if field.errors:
        attrs |= {"aria-invalid": "true", "aria-describedby": f"{field.auto_id}_error"}
    return field.as_widget(attrs=attrs)


@register.filter
def role_name(key: str, name: str) -> str:
    """A role by its name: the seven in the reader's language, one's own as it was written."""
    return _(name) if name else key


@register.filter
def language(code: str | None) -> str:
    """A language by its name."""
    return formats.language(code) if code else ""


@register.filter
def spoken(why: str) -> str:
    """Why a guest is written to in a language, as it was kept with the message."""
    return text_words.spoken(why)


@register.filter
def country(code: str | None) -> str:
    """A country by its name."""
    return formats.country(code) if code else ""


@register.filter
def span(seconds: int) -> str:
    """A length of time."""
    return formats.span(seconds)
