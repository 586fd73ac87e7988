"""The house explains itself: why a message may leave or not, what an ask asks, why a file waits.

Each sentence states the fact, then the limit, then the next step, in the reader's language.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from staytrue.consent import other_address, pms_asks, proposals
from staytrue.guests.consequences import PARTED
from staytrue.messages import vanishing, wrong_finding
from staytrue.mirror.rules import AGE_LIMITS, EVIDENCE, NEXT_MESSAGE, Verdict, verdict
from staytrue.staff import throttle
from staytrue.web import (
    consent_words,
    deliveries,
    desk_manager_words,
    desk_words,
    formats,
    guest_asks,
    journey_words,
    message_words,
    parted_words,
    reasons,
    staff_words,
    words,
    wrong_words,
)
from staytrue.web.reasons import brake_brief


@dataclass(frozen=True)
class Standing:
    """All that a message now depends on, and what its sentence needs to know beside it."""

    status: str
    is_history: bool
    newest_parked: bool
    lost: bool
    cause: str | None
    since: datetime | None
    true_through: datetime | None
    hotel: str
    zone: str
    now: datetime
    seen_on: date | None = None

    def would_be(self, message: str | None = None) -> Verdict:
        """What this message, or else the next one of this stay, would be now."""
        return verdict(
            message or NEXT_MESSAGE[self.status],
            status=self.status,
            out_of_sight=self.lost,
            imported=self.is_history,
            newest_parked=self.newest_parked,
            true_through=self.true_through,
            now=self.now,
        )


ANSWER_MARK = {"allowed": "sent", "held": "held", "closed": "closed"}


def answer(found: Verdict) -> str:
    """The answer in one word."""
    return {"allowed": _("Allowed"), "held": _("Held"), "closed": _("Closed")}[found.answer]


def why(found: Verdict, s: Standing) -> str:
    """Why, in one or two sentences."""
    message = words.word(words.MESSAGE, found.message)
    if found.code == "history_import":
        return _("Suppressed: history import. Imported stays send nothing.")
    if found.code in ("cancelled", "no_show"):
        return {
            "cancelled": _("The booking is cancelled: nothing more about this stay may leave."),
            "no_show": _("The guest did not come: nothing about a stay may leave."),
        }[found.code]
    if found.code == "out_of_sight":
        return out_of_sight(s)
    if found.code == "newest_parked":
        return str(reasons.NEWEST_PARKED)
    if found.code == "no_evidence":
        needed = ", ".join(
            words.word(words.STATUS, each) for each in sorted(EVIDENCE[found.message])
        )
        return _("The PMS says “%(status)s”; %(message)s needs “%(needed)s”.") % {
            "status": words.word(words.STATUS, s.status),
            "message": message,
            "needed": needed,
        }
    if found.code == "never_read":
        return _("%(hotel)s was never read, so nothing may leave.") % {"hotel": s.hotel}
    return _read(found, s)


def _read(found: Verdict, s: Standing) -> str:
    if s.true_through is None:
        return _("%(hotel)s was never read, so nothing may leave.") % {"hotel": s.hotel}
    facts = {
        "hotel": s.hotel,
        "at": formats.at(s.true_through, s.zone, s.now),
        "age": formats.age((s.now - s.true_through).total_seconds()),
        "limit": formats.span(AGE_LIMITS[found.message].total_seconds()),
    }
    if found.allowed:
        return (
            _("%(hotel)s was read %(at)s, %(age)s ago; this message tolerates %(limit)s.") % facts
        )
    return (
        _("%(hotel)s was last read %(at)s, %(age)s ago. This message tolerates %(limit)s.") % facts
    )


def brief(found: Verdict, s: Standing) -> str:
    """Which message, and why in a few words: for lists, whose head says the age."""
    message = words.word(words.MESSAGE, found.message)
    facts = {"message": message, "status": words.word(words.STATUS, s.status)}
    if found.code == "out_of_sight":
        return _("ask the hotel, it is not cancelled")
    if found.code == "newest_parked":
        return _("%(message)s: its newest record is parked") % facts
    if found.code == "no_evidence":
        return _("%(message)s: “%(status)s” is not enough") % facts
    if found.code == "never_read":
        return _("%(message)s: never read") % facts
    if found.code == "too_old":
        limit = formats.span(AGE_LIMITS[found.message].total_seconds())
        return _("%(message)s: older than %(limit)s") % {"message": message, "limit": limit}
    return {
        "history_import": _("history import"),
        "cancelled": _("cancelled"),
        "no_show": _("did not come"),
    }.get(found.code, message)


def out_of_sight(s: Standing) -> str:
    """Since when and why a stay is out of sight; never a cancellation (FEATURES A09, A10)."""
    since = s.since.astimezone(ZoneInfo(s.zone)).date() if s.since else None
    day = formats.day(since, s.now.year) if since else "?"
    if s.cause == "window":
        return _(
            "Out of window since %(day)s: its dates may have moved beyond the days this feed "
            "covers. Ask the hotel; nothing leaves meanwhile."
        ) % {"day": day}
    return _(
        "Missing since %(day)s: a complete file no longer shows it. That is not a cancellation: "
        "ask the hotel; nothing leaves meanwhile."
    ) % {"day": day}


@dataclass(frozen=True)
class Rule:
    """Whether a message may be automated on a feed of this pace, and why not."""

    message: str
    allowed: bool
    why: str


def may_automate(cadence_seconds: int) -> list[Rule]:
    """What a feed's declared pace allows, message by message (FEATURES C05)."""
    worst = timedelta(seconds=cadence_seconds)
    pace = formats.span(cadence_seconds)
    rules = []
    for message, limit in AGE_LIMITS.items():
        facts = {"age": pace, "limit": formats.span(limit.total_seconds())}
        if worst <= limit:
            text = _("The feed is %(age)s old at worst; the limit is %(limit)s.") % facts
        else:
            text = (
                _("Not allowed: the feed is %(age)s old at worst; the limit is %(limit)s.") % facts
            )
        rules.append(Rule(words.word(words.MESSAGE, message), worst <= limit, text))
    return rules


def ask(kind: str, facts: Mapping[str, Any]) -> tuple[str, str]:
    """What is asked, verb first, and the reason; the bare kind where the house has no sentence."""
    told = {name: str(value) for name, value in facts.items()}
    number, file, name = told.get("number", "?"), _file(facts), told.get("connection", "?")
    if kind == "verify_stay":
        reason = words.word(words.CAUSE, told.get("cause")) or _("it left the feed")
        return (
            _("Ask the hotel about booking %(number)s") % {"number": number},
            _("Out of sight: %(cause)s. Not a cancellation.") % {"cause": reason},
        )
    if kind == "held_delivery":
        return (
            _("Release %(file)s, or ask for another") % {"file": file},
            _("%(connection)s: the file waits because %(why)s")
            % {"connection": name, "why": brake_brief(told.get("reason", ""))},
        )
    if kind == "complaints":
        return (
            _("Look at what %(domain)s writes to guests") % {"domain": told.get("domain", "?")},
            _("Too many guests complained: only what their stay needs still leaves."),
        )
    if kind == vanishing.KIND:
        return (
            _("Find out why mail to %(domain)s does not arrive")
            % {"domain": told.get("domain", "?")},
            _("The mail provider took %(sent)s messages; of %(silent)s nobody heard again.")
            % {"sent": told.get("sent", "?"), "silent": told.get("silent", "?")},
        )
    if kind == "number_reused":
        return (
            _("Check booking %(number)s") % {"number": number},
            _("The PMS used this number for another booking."),
        )
    if kind == "correction_contradicted":
        fields = [words.word(words.FIELD, str(name)) for name in facts.get("fields", ())]
        return (
            _("Decide what is right of a guest: %(fields)s") % {"fields": ", ".join(fields)},
            _("The PMS now says something else than a person corrected. Nothing is changed yet."),
        )
    if kind in (pms_asks.KIND, other_address.KIND, proposals.KIND):
        return _about_consent(kind, told)
    if kind == wrong_finding.ASK:
        return wrong_words.asked(facts)
    if kind == journey_words.ASK:
        return journey_words.asked(facts)
    if kind == message_words.ASK:
        return message_words.asked(facts)
    if kind in desk_words.ASKED or kind == desk_words.REPORT:
        return desk_words.asked(kind, facts)
    if kind == desk_manager_words.HOOK:
        return desk_manager_words.asked(facts)
    if kind in guest_asks.KINDS:
        return guest_asks.asked(kind, facts)
    if kind == throttle.KIND:
        return staff_words.guessed(facts)
    if kind.startswith(PARTED):
        return parted_words.asked(kind.removeprefix(PARTED), facts)
    return _about_connection(kind, facts, told)


def _about_consent(kind: str, told: Mapping[str, str]) -> tuple[str, str]:
    channel = {"channel": words.word(consent_words.CHANNEL, told.get("channel"))}
    if kind == pms_asks.KIND:
        return (
            _("Also enter the opt-out in %(connection)s")
            % {"connection": told.get("connection", "?")},
            _("A guest wants no more %(channel)s. This closes itself once the PMS shows it.")
            % channel,
        )
    if kind == other_address.KIND:
        return (
            _("Ask for another e-mail address: booking %(number)s")
            % {"number": told.get("number", "?")},
            _("Nothing reaches him at the one we have, or he complained of our mail."),
        )
    return (
        _("Read a guest’s words: are they an opt-out?"),
        _("By %(channel)s. Nothing is changed until somebody confirms.") % channel,
    )


def _file(facts: Mapping[str, Any]) -> str:
    """The file that is asked about, or the reading of a living PMS in words."""
    if "by" in facts:
        return deliveries.what_of(facts["by"], str(facts.get("object", "")))
    return str(facts.get("file", "?"))


def _about_connection(
    kind: str, facts: Mapping[str, Any], told: Mapping[str, str]
) -> tuple[str, str]:
    file, name = _file(facts), told.get("connection", "?")
    connection, reason = {"connection": name}, told.get("reason", "")
    if kind == "stale_feed":
        return (
            _("Find out why %(connection)s is silent") % connection,
            _("It is late against its own promise; what it would change is not known here."),
        )
    if kind == "stopped_connection":
        return (
            _("Mend and resume %(connection)s") % connection,
            _("It takes nothing since: %(why)s")
            % {"why": reasons.told(told.get("code", ""), reason)},
        )
    if kind == "unmapped_files":
        return (
            _("Say how to read %(file)s") % {"file": file},
            _("%(connection)s: no mapping is named for it, so it is left alone.") % connection,
        )
    if kind == "crowded_folder":
        return (
            _("Clear the folder of %(connection)s") % connection,
            _("It holds so many files that only the newest %(count)s are looked at.")
            % {"count": told.get("count", "?")},
        )
    if kind == "card_numbers_removed":
        return (
            _("Stop card numbers in %(connection)s") % connection,
            _("%(count)s were removed from %(file)s before anything was kept.")
            % {"count": told.get("count", "?"), "file": file},
        )
    if kind == "objective_missed":
        return (
            _("Bring %(connection)s back to what it must reach") % connection,
            reasons.objective(facts),
        )
    if kind == "fill_dropped":
        return (
            _("Ask why %(connection)s sends less") % connection,
            _("Filled less often than in the week before: %(fields)s.")
            % {"fields": _fallen(facts.get("fields", []))},
        )
    return kind.replace("_", " ").capitalize(), ", ".join(filter(None, [name, file]))


def _fallen(fields: Iterable[Mapping[str, Any]]) -> str:
    return "; ".join(
        _("%(field)s, %(now)s instead of %(before)s")
        % {
            "field": words.word(words.FIELD, str(each["field"])),
            "now": formats.percent(float(each["now"])),
            "before": formats.percent(float(each["before"])),
        }
        for each in fields
    )


def counts(of: Mapping[str, Any]) -> str:
    """What became of a delivery's lines, in words."""

    def told(name: str) -> int:
        value = of.get(name, 0)
        return value if isinstance(value, int) else 0

    parts = [
        ngettext("%(n)s line read", "%(n)s lines read", told("read")) % _n(told("read")),
        ngettext("%(n)s new", "%(n)s new", told("created")) % _n(told("created"))
        if told("created")
        else "",
        ngettext("%(n)s changed", "%(n)s changed", told("changed")) % _n(told("changed"))
        if told("changed")
        else "",
        ngettext("%(n)s parked", "%(n)s parked", told("parked_count")) % _n(told("parked_count"))
        if told("parked_count")
        else "",
        ngettext("%(n)s out of sight", "%(n)s out of sight", told("out_of_sight"))
        % _n(told("out_of_sight"))
        if told("out_of_sight")
        else "",
    ]
    return ", ".join(part for part in parts if part)


def _n(count: int) -> dict[str, str]:
    return {"n": formats.number(count)}
