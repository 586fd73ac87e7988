"""Journeys as people say them: when a step goes, what a hotel gets of it, what a plan does, and why."""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from staytrue.journeys.availability import Available, Standing
from staytrue.journeys.queries import Planned
from staytrue.journeys.steps import Anchor, Point, Step
from staytrue.web import formats, message_words, words
from staytrue.web.words import Words

_l = gettext_lazy

STANDARD_NAME = _l("Around the stay")
STATE: Words = {
    "draft": pgettext_lazy("journey", "Draft"),
    "approved": pgettext_lazy("journey", "Approved"),
    "live": pgettext_lazy("journey", "Live"),
}
STATE_TONE = {"live": "good", "approved": "info", "draft": "warn"}
STANDING: Words = {
    "live": pgettext_lazy("step", "Live"),
    "held": pgettext_lazy("step", "Held"),
    "impossible": _l("Not possible"),
}
CELL = {"live": ("live", "check"), "held": ("held", "pause"), "impossible": ("no", "off")}
WHY: Words = {
    "asks_first": _l("asks the PMS first"),
    "not_measured": _l("nothing measured yet"),
    "stopped": _l("the connection is stopped"),
    "too_slow": _l("read every %(cadence)s, limit %(limit)s"),
    "next_reading": _l("goes after the next reading"),
    "confirmed_by_desk": _l("front desk confirms each one"),
    "no_check_in": _l("the PMS tells no check-in"),
    "no_check_out": _l("the PMS tells no check-out"),
    "no_addresses": _l("no addresses come"),
    "no_birth_dates": _l("no birth dates come"),
    "waived": _l("by the calendar, the hotel waived the check-in"),
}
PHASE: Words = {
    "creation": _l("Booking"),
    "change": _l("Booking"),
    "cancellation": _l("Booking"),
    "arrival": _l("Before arrival"),
    "check_in": _l("In house"),
    "departure": _l("In house"),
    "check_out": _l("After the stay"),
    "birthday": _l("After the stay"),
}
AT: Words = {
    "creation": _l("at booking"),
    "change": _l("%(minutes)s min after a change"),
    "cancellation": _l("at cancellation"),
    "check_in": _l("at check-in"),
    "check_out": _l("at check-out"),
}
LATE: Words = {
    "now": _l("Send now"),
    "skip": _l("Skip it"),
    "shorten": _l("Send at its next hour"),
}
TO: Words = {
    "booker": _l("Who booked"),
    "primary": _l("The main guest"),
    "companions": _l("Each companion"),
    "agency": _l("The agency"),
}
WHAT: Words = {
    "kept": pgettext_lazy("plan", "Kept"),
    "moved": pgettext_lazy("plan", "Moved"),
    "new": pgettext_lazy("plan", "New"),
    "held": pgettext_lazy("plan", "Held"),
    "sent": pgettext_lazy("plan", "Sent"),
    "dropped": pgettext_lazy("plan", "Dropped"),
    "expected": pgettext_lazy("plan", "Waits"),
    "absent": pgettext_lazy("plan", "Not planned"),
}
MARK = {
    "kept": ("sent", "check"), "sent": ("sent", "check"), "moved": ("moved", "right"),
    "new": ("new", "clock"), "held": ("held", "pause"), "dropped": ("closed", "x"),
    "expected": ("waits", "clock"), "absent": ("closed", "off"),
}  # fmt: skip
REFUSALS: dict[str, Promise] = {
    "step_impossible": _l(
        "A step of this journey is not possible there. Mend the connection, or switch the journey "
        "on without that step."
    ),
    "not_rehearsed": _l("Rehearse this version on the last twelve months first, then approve it."),
    "own_draft": _l("You wrote it, so someone else must approve."),
    "not_a_draft": _l("Only a draft can do this. Reload the page."),
    "version_not_approved": _l("Only an approved version goes live."),
    "nothing_live": _l("No version of this journey is live yet."),
    "bad_step": _l("The step cannot be read. Correct the field and save again."),
    "step_without_hour": _l("A step that hangs on a day needs a time of day, such as 10:00."),
    "wrong_anchor": _l("This kind of message cannot hang on that."),
}


def phase(step: Step) -> str:
    """The part of the table a step stands in."""
    return words.word(PHASE, step.when.anchor.value)


def when(step: Step) -> str:
    """When a step goes, in a few words: "3 days before arrival, 10:00"."""
    point = step.when
    if point.at is None:
        told = words.word(AT, point.anchor.value) % {"minutes": step.collect_minutes}
        if point.minutes:
            return _("%(span)s after check-out") % {"span": formats.span(point.minutes * 60)}
        return told
    return _("%(day)s, %(clock)s") % {"day": _day(point), "clock": point.at}


def _day(point: Point) -> str:
    count = {"n": formats.number(abs(point.days))}
    if point.anchor == Anchor.ARRIVAL and point.days < 0:
        return ngettext("%(n)s day before", "%(n)s days before", -point.days) % count
    if point.anchor == Anchor.CHECK_IN:
        return _("night %(n)s") % {"n": formats.number(point.days + 1)}
    if point.anchor == Anchor.CHECK_OUT and point.days:
        return ngettext("%(n)s day after", "%(n)s days after", point.days) % count
    names = {
        Anchor.ARRIVAL: _("day of arrival"),
        Anchor.DEPARTURE: _("day of departure"),
        Anchor.BIRTHDAY: _("on the day"),
    }
    if point.anchor == Anchor.DEPARTURE and point.days < 0:
        return ngettext(
            "%(n)s day before departure", "%(n)s days before departure", -point.days
        ) % count  # fmt: skip
    return names.get(point.anchor, _("that day"))


def cell(told: Available) -> dict[str, str]:
    """What a hotel gets of a step, for the table: its class, its sign, its word and the reason."""
    style, sign = CELL[told.standing.value]
    why = ""
    if told.why:
        why = words.word(WHY, told.why.value) % _spans(told.facts)
    return {
        "style": style,
        "sign": sign,
        "word": words.word(STANDING, told.standing.value),
        "why": why,
        "td": {Standing.HELD: "heldc", Standing.IMPOSSIBLE: "noc"}.get(told.standing, ""),
    }


def _spans(facts: dict[str, Any]) -> dict[str, str]:
    return {
        name: formats.span(facts[name]) if name in facts else "" for name in ("cadence", "limit")
    }


def reason(line: Planned) -> str:
    """Why a line of a plan is as it is, in one or two sentences."""
    told = []
    if line.reason:
        told.append(words.word(message_words.REASON, line.reason))
    if why := line.facts.get("why"):
        spans = {"cadence": "", "limit": ""}
        told.append(_("Here: %(why)s.") % {"why": words.word(WHY, str(why)) % spans})
    if line.what == "moved":
        told.append(_("Moved with the stay."))
    if line.what == "sent":
        told.append(_("What left is kept and never repeated."))
    if line.late and not line.reason:
        told.append(words.word(_LATE_WHY, line.late))
    if line.note:
        told.append(_("Will be held: the guest gets as many in these days as he may."))
    return " ".join(told)


_LATE_WHY: Words = {
    "now": _l("Booked or moved too late for its own moment: sent at once."),
    "shorten": _l("Booked or moved too late for its own moment: sent at its next hour."),
}
