"""Journeys as people say them: when a step goes, what a hotel gets of it, what a plan does, and why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from staytrue.journeys import following
from staytrue.journeys.availability import Available, Standing
from staytrue.journeys.queries import Planned
from staytrue.journeys.steps import Anchor, Point, Step
from staytrue.web import formats, message_words, words
from staytrue.web.words import Words

STANDARD_NAME = gettext_lazy("Around the stay")
STATE: Words = {
    "draft": pgettext_lazy("journey", "Draft"),
    "approved": pgettext_lazy("journey", "Approved"),
    "live": pgettext_lazy("journey", "Live"),
    "retired": pgettext_lazy("journey", "Retired"),
}
STATE_TONE = {"live": "good", "approved": "info", "draft": "warn", "retired": ""}
STANDING: Words = {
    "live": pgettext_lazy("step", "Live"),
    "held": pgettext_lazy("step", "Held"),
    "impossible": gettext_lazy("Not possible"),
}
CELL = {"live": ("live", "check"), "held": ("held", "pause"), "impossible": ("no", "off")}
WHY: Words = {
    "asks_first": gettext_lazy("asks the PMS first"),
    "not_measured": gettext_lazy("nothing measured yet"),
    "stopped": gettext_lazy("the connection is stopped"),
    "too_slow": gettext_lazy("read every %(cadence)s, limit %(limit)s"),
    "next_reading": gettext_lazy("goes after the next reading"),
    "confirmed_by_desk": gettext_lazy("front desk confirms each one"),
    "no_check_in": gettext_lazy("the PMS tells no check-in"),
    "no_check_out": gettext_lazy("the PMS tells no check-out"),
    "no_addresses": gettext_lazy("no addresses come"),
    "no_birth_dates": gettext_lazy("no birth dates come"),
    "waived": gettext_lazy("by the calendar, the hotel waived the check-in"),
}
PHASE: Words = {
    "creation": gettext_lazy("Booking"),
    "change": gettext_lazy("Booking"),
    "cancellation": gettext_lazy("Booking"),
    "arrival": gettext_lazy("Before arrival"),
    "check_in": gettext_lazy("In house"),
    "departure": gettext_lazy("In house"),
    "check_out": gettext_lazy("After the stay"),
    "birthday": gettext_lazy("After the stay"),
}
AT: Words = {
    "creation": gettext_lazy("at booking"),
    "change": gettext_lazy("%(minutes)s min after a change"),
    "cancellation": gettext_lazy("at cancellation"),
    "check_in": gettext_lazy("at check-in"),
    "check_out": gettext_lazy("at check-out"),
}
LATE: Words = {
    "now": gettext_lazy("Send now"),
    "skip": gettext_lazy("Skip it"),
    "shorten": gettext_lazy("Send at its next hour"),
}
TO: Words = {
    "booker": gettext_lazy("Who booked"),
    "primary": gettext_lazy("The main guest"),
    "companions": gettext_lazy("Each companion"),
    "agency": gettext_lazy("The agency"),
}
LEAVES = pgettext_lazy("plan", "Leaves")
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
    "step_impossible": gettext_lazy(
        "A step of this journey is not possible there. Mend the connection, or switch the journey "
        "on without that step."
    ),
    "not_rehearsed": gettext_lazy(
        "Rehearse this version on the last twelve months first, then approve it."
    ),
    "own_draft": gettext_lazy("You wrote it, so someone else must approve."),
    "not_a_draft": gettext_lazy("Only a draft can do this. Reload the page."),
    "version_not_approved": gettext_lazy("Only an approved version goes live."),
    "nothing_live": gettext_lazy("No version of this journey is live yet."),
    "bad_step": gettext_lazy("The step cannot be read. Correct the field and save again."),
    "step_without_hour": gettext_lazy(
        "A step that hangs on a day needs a time of day, such as 10:00."
    ),
    "wrong_anchor": gettext_lazy("This kind of message cannot hang on that."),
    "wrong_kind": gettext_lazy("A mailing is no step: it has a list and a page of its own."),
    "too_many_steps": gettext_lazy("A journey has at most 40 steps."),
    "bad_condition": gettext_lazy(
        "A condition says nothing that can be compared. Give a whole number where something is "
        "counted, else one or several words, with commas between."
    ),
}


ASK = following.ASK


def asked(facts: Mapping[str, Any]) -> tuple[str, str]:
    """What a manager is asked of a step that a hotel no longer gets."""
    kind = words.word(message_words.KIND, str(facts.get("step")))
    told = {"hotel": facts.get("hotel", ""), "step": kind}
    why = words.word(WHY, str(facts.get("why"))) % _spans(facts)
    return (
        _("%(hotel)s no longer gets: %(step)s") % told,
        _("Here: %(why)s. Nothing of it leaves. Mend the connection, or take the step out.")
        % {"why": why},
    )


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


def _spans(facts: Mapping[str, Any]) -> dict[str, str]:
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
        told.append(words.word(LATE_WHY, line.late))
    if line.note:
        told.append(_("Will be held: the guest gets as many in these days as he may."))
    return " ".join(told)


LATE_WHY: Words = {
    "now": gettext_lazy("Booked or moved too late for its own moment: sent at once."),
    "shorten": gettext_lazy("Booked or moved too late for its own moment: sent at its next hour."),
}
