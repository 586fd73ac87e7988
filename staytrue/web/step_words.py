"""Steps of journeys in sentences: to whom and when, on what condition, and what a version changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from staytrue.journeys.differences import Difference, Differs
from staytrue.journeys.steps import (
    NUMBERS,
    OF_MEMBERS,
    YES,
    Anchor,
    Asks,
    Condition,
    Field,
    Point,
    Step,
)
from staytrue.kit.text import fold
from staytrue.loyalty import modules, versions
from staytrue.messages.kinds import DEMANDS
from staytrue.web import formats, journey_words, message_words, text_words, words
from staytrue.web.words import Words

FIELD: Words = {
    "nights": gettext_lazy("nights"),
    "lead_days": gettext_lazy("days between booking and arrival"),
    "people": gettext_lazy("people on the booking"),
    "children": gettext_lazy("children"),
    "channel": gettext_lazy("channel"),
    "source": gettext_lazy("source"),
    "segment": gettext_lazy("market segment"),
    "room_category": gettext_lazy("room category"),
    "rate_code": gettext_lazy("rate code"),
    "board": gettext_lazy("board"),
    "language": gettext_lazy("language he is written in"),
    "returning": gettext_lazy("has stayed with us before"),
    "tier": gettext_lazy("tier of the member"),
    "points": gettext_lazy("points of the member"),
}
ASKS: Words = {
    "is": gettext_lazy("%(field)s: %(values)s"),
    "is_not": gettext_lazy("%(field)s: not %(values)s"),
    "at_least": gettext_lazy("%(field)s: at least %(values)s"),
    "at_most": gettext_lazy("%(field)s: at most %(values)s"),
}
SENTENCE: dict[tuple[str, str], Any] = {
    ("nights", "at_least"): gettext_lazy("Only stays of at least %(values)s nights."),
    ("nights", "at_most"): gettext_lazy("Only stays of at most %(values)s nights."),
    ("nights", "is"): gettext_lazy("Only stays of %(values)s nights."),
    ("lead_days", "at_least"): gettext_lazy(
        "Only where it was booked at least %(values)s days before arrival."
    ),
    ("lead_days", "at_most"): gettext_lazy(
        "Only where it was booked at most %(values)s days before arrival."
    ),
    ("people", "at_least"): gettext_lazy("Only for parties of at least %(values)s people."),
    ("people", "at_most"): gettext_lazy("Only for parties of at most %(values)s people."),
    ("children", "at_least"): gettext_lazy("Only with at least %(values)s children."),
    ("children", "at_most"): gettext_lazy("Only with at most %(values)s children."),
    ("channel", "is"): gettext_lazy("Only bookings from the channel %(values)s."),
    ("channel", "is_not"): gettext_lazy("Not for bookings from the channel %(values)s."),
    ("source", "is"): gettext_lazy("Only bookings from %(values)s."),
    ("source", "is_not"): gettext_lazy("Not for bookings from %(values)s."),
    ("segment", "is"): gettext_lazy("Only the market segment %(values)s."),
    ("segment", "is_not"): gettext_lazy("Not for the market segment %(values)s."),
    ("room_category", "is"): gettext_lazy("Only the room category %(values)s."),
    ("room_category", "is_not"): gettext_lazy("Not for the room category %(values)s."),
    ("language", "is"): gettext_lazy("Only for guests who are written in %(values)s."),
    ("language", "is_not"): gettext_lazy("Not for guests who are written in %(values)s."),
    ("tier", "is"): gettext_lazy("Only for members of the tier %(values)s."),
    ("tier", "is_not"): gettext_lazy("Not for members of the tier %(values)s."),
    ("points", "at_least"): gettext_lazy("Only for members with at least %(values)s points."),
    ("points", "at_most"): gettext_lazy("Only for members with at most %(values)s points."),
}
RETURNING: Words = {
    "yes": gettext_lazy("Only for guests who have stayed with us before."),
    "no": gettext_lazy("Only for guests who come for the first time."),
}
ANSWER: Words = {"yes": gettext_lazy("yes"), "no": gettext_lazy("no")}
VALUES: dict[Field, Words] = {
    Field.CHANNEL: words.CHANNEL,
    Field.SEGMENT: words.SEGMENT,
    Field.BOARD: words.BOARD,
    Field.RETURNING: ANSWER,
}
CHOICES: tuple[tuple[Field, Asks], ...] = tuple(
    (field, asks)
    for field in Field
    for asks in (
        (Asks.AT_LEAST, Asks.AT_MOST, Asks.IS)
        if field in NUMBERS
        else (Asks.IS,) if field == Field.RETURNING else (Asks.IS, Asks.IS_NOT)
    )
)  # fmt: skip
"""What the editor knows."""
HOW: Words = {
    "added": gettext_lazy("New step"),
    "removed": gettext_lazy("Taken out"),
    "moved": gettext_lazy("Stands elsewhere"),
}
PART: Words = {
    "when": gettext_lazy("When"),
    "to": gettext_lazy("To whom"),
    "channel": gettext_lazy("Channel"),
    "late": gettext_lazy("Booked too late"),
    "lives_minutes": gettext_lazy("Leaves within"),
    "until": gettext_lazy("Never after"),
    "only_if": gettext_lazy("Conditions"),
    "nights_min": gettext_lazy("Nights at least"),
    "freshness_minutes": gettext_lazy("Oldest mirror it tolerates"),
    "collect_minutes": gettext_lazy("Collects further changes for"),
    "fields": gettext_lazy("Changes it tells of"),
    "sells": gettext_lazy("Advertises"),
    "to_blocks": gettext_lazy("Also to group blocks"),
    "each_room": gettext_lazy("To every room of a booking"),
    "kind": gettext_lazy("Kind"),
}


def offered(used: Iterable[Field]) -> list[tuple[str, str]]:
    """What the editor offers: of a programme only where there is one, and what is used already."""
    known = set(Field) if modules.is_on() else {*Field} - OF_MEMBERS | {*used}
    return [(f"{field}:{asks}", choice(field, asks)) for field, asks in CHOICES if field in known]


def tiers() -> dict[str, str]:
    """The tiers of the programme by their keys, as the newest terms name them."""
    live = versions.live() if modules.is_on() else []
    return {tier.key: tier.name for each in live for tier in each.ladder.tiers}


def value(field: Field, code: str) -> str:
    """A value of a condition as people say it."""
    if field == Field.TIER:
        return tiers().get(code, code)
    if field == Field.LANGUAGE:
        return formats.language(code)
    return words.word(VALUES.get(field, {}), code)


def code(field: Field, told: str) -> str:
    """The code of what somebody typed: a word of the list in his language, or the code itself."""
    wanted = fold(told.strip())
    known: dict[str, str] = {fold(str(word)): key for key, word in VALUES.get(field, {}).items()}
    if field == Field.LANGUAGE:
        known = {fold(formats.language(each)): each for each in ("en", "fr", "es")}
    if field == Field.TIER:
        known = {fold(name): key for key, name in tiers().items()}
    return known.get(wanted, told.strip())


def choice(field: Field, asks: Asks) -> str:
    """One entry of the editor's list: "nights: at least …"."""
    if _is_off(field):
        return _("of a module that is switched off")
    return words.word(ASKS, asks.value) % {
        "field": words.word(FIELD, field.value),
        "values": "…",
    }


def _is_off(field: Field) -> bool:
    return field in OF_MEMBERS and not modules.is_on()


def condition(told: Condition) -> str:
    """A condition as a sentence."""
    if _is_off(told.field):
        return _("A condition of a module that is switched off: nobody is a member.")
    if told.field == Field.RETURNING:
        is_yes = (YES in told.values) == (told.asks == Asks.IS)
        return words.word(RETURNING, "yes" if is_yes else "no")
    shown = {"values": _(" or ").join(value(told.field, each) for each in told.values)}
    said = SENTENCE.get((told.field.value, told.asks.value))
    if said is not None:
        return str(said) % shown
    facts = shown | {"field": words.word(FIELD, told.field.value)}
    return _("Only if %(told)s.") % {"told": words.word(ASKS, told.asks.value) % facts}


def sentences(step: Step) -> list[str]:
    """What a step says, each part one sentence."""
    return list(_sentences(step))


def _sentences(step: Step) -> Iterator[str]:
    facts = {
        "when": _moment(step),
        "to": words.word(journey_words.TO, step.to.value),
        "channel": words.word(text_words.CHANNEL, step.channel),
    }
    yield _("%(when)s · %(channel)s · %(to)s") % facts
    yield from (condition(each) for each in step.only_if)
    if step.nights_min:
        yield ngettext(
            "Only stays of at least %(n)s night.", "Only stays of at least %(n)s nights.",
            step.nights_min,
        ) % {"n": formats.number(step.nights_min)}  # fmt: skip
    if step.until:
        yield _("Not later than: %(when)s.") % {"when": point(step.until)}
    if step.sells and DEMANDS[step.kind].purpose != "marketing":
        yield _("It advertises: it goes only to who may be advertised to.")
    if step.to_blocks:
        yield _("Also to the rooms of group blocks.")
    if step.each_room:
        yield _("To every room of a booking, not once per party.")


def _moment(step: Step) -> str:
    """When it goes, so that it stands alone: "3 days before arrival, 10:00"."""
    told = step.when
    if told.anchor == Anchor.ARRIVAL and told.days < 0:
        days = ngettext("%(n)s day before arrival", "%(n)s days before arrival", -told.days)
    elif told.anchor == Anchor.CHECK_OUT and told.days > 0:
        days = ngettext("%(n)s day after check-out", "%(n)s days after check-out", told.days)
    else:
        return journey_words.when(step)
    shown = days % {"n": formats.number(abs(told.days))}
    return _("%(day)s, %(clock)s") % {"day": shown, "clock": told.at}


def point(told: Point) -> str:
    """A moment of a stay: "1 day before arrival, 10:00"."""
    anchor = words.word(ANCHOR, told.anchor.value)
    if told.at is None:
        if not told.minutes:
            return anchor
        return _("%(span)s after: %(anchor)s") % {
            "span": formats.span(told.minutes * 60), "anchor": anchor,
        }  # fmt: skip
    day = _("%(anchor)s %(days)s") % {"anchor": anchor, "days": _days(told.days)}
    return _("%(day)s, %(clock)s") % {"day": day if told.days else anchor, "clock": told.at}


def _days(days: int) -> str:
    told = ngettext("%(n)s day", "%(n)s days", abs(days)) % {"n": formats.number(abs(days))}
    return (_("minus %(span)s") if days < 0 else _("plus %(span)s")) % {"span": told}


ANCHOR: Words = {
    "creation": gettext_lazy("Booking"),
    "change": gettext_lazy("Change of the booking"),
    "cancellation": gettext_lazy("Cancellation"),
    "arrival": gettext_lazy("Day of arrival"),
    "check_in": gettext_lazy("Check-in, once the PMS says it"),
    "departure": gettext_lazy("Day of departure"),
    "check_out": gettext_lazy("Check-out, once the PMS says it"),
    "birthday": gettext_lazy("Birthday of the guest"),
}


def difference(line: Difference) -> dict[str, str]:
    """One line of what a version changed, for the table: step, what, before, after."""
    shown = _SHOWN.get(line.field, str)
    is_place = line.how == Differs.MOVED
    return {
        "step": words.word(message_words.KIND, line.step.kind.value),
        "what": words.word(PART, line.field) if line.field else words.word(HOW, line.how.value),
        "before": ""
        if line.before is None
        else str(line.before)
        if is_place
        else shown(line.before),
        "after": "" if line.after is None else str(line.after) if is_place else shown(line.after),
    }


def _minutes(count: int) -> str:
    return formats.span(count * 60)


def _yes_no(told: bool) -> str:  # noqa: FBT001 - a value that is shown
    return words.word(ANSWER, "yes" if told else "no")


_SHOWN: dict[str, Callable[[Any], str]] = {
    "when": point,
    "until": point,
    "to": lambda each: words.word(journey_words.TO, each.value),
    "channel": lambda each: words.word(text_words.CHANNEL, each),
    "late": lambda each: words.word(journey_words.LATE, each.value),
    "kind": lambda each: words.word(message_words.KIND, each.value),
    "only_if": lambda told: " ".join(condition(each) for each in told),
    "fields": lambda told: ", ".join(words.word(words.FIELD, each) for each in told),
    "lives_minutes": _minutes,
    "freshness_minutes": _minutes,
    "collect_minutes": _minutes,
    "sells": _yes_no,
    "to_blocks": _yes_no,
    "each_room": _yes_no,
}
