"""The health of a living PMS's connection, in plain words: what it does, what waits, what it promised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from staytrue.changes import log
from staytrue.flow import lag, living
from staytrue.inbox import actions as inbox
from staytrue.inbox import notifications, objectives, pace, wanted
from staytrue.inbox.models import Connection
from staytrue.staff.queries import roles
from staytrue.web import chart, formats, reasons, words
from staytrue.web.chart import LagChart

CHARTED = {"day": timedelta(days=1), "week": timedelta(days=7)}


@dataclass(frozen=True)
class Health:
    """`state` is reading, resting or loading; a stopped connection says so above."""

    state: str
    told: str
    walked: datetime | None
    true_through: list[tuple[str, datetime | None]]
    wanted: int
    wanted_since: datetime | None
    calls: int
    calls_since: datetime | None
    pace: list[tuple[str, str]]
    must: list[str]
    role: str
    lag: list[tuple[str, str, str, str]]
    week: dict[str, str]
    chart: LagChart | None
    span: str


def health(link: Connection, now: datetime, span: str) -> Health:
    """What a person must know of it now; `span` is what the chart shows, a day or a week."""
    span = span if span in CHARTED else "day"
    report = lag.report(link, now)
    walk, _at = inbox.bookmark(link, living.WALK)
    state, told = _state(link, now)
    calls, calls_since = notifications.unread(link.pk)
    begin, zone = now - CHARTED[span], link.property.timezone
    limit = objectives.wanted(link.objectives).get("lag_p95")
    hours = log.lag_by_hour(link.pk, begin)
    return Health(
        state=state,
        told=told,
        walked=datetime.fromisoformat(walk["through"]) if walk else None,
        true_through=[
            (words.word(words.OBJECT, name), at) for name, at in report.true_through.items()
        ],
        wanted=wanted.waiting(link),
        wanted_since=wanted.oldest(link),
        calls=calls,
        calls_since=calls_since,
        pace=[
            (words.word(words.TASK, task), pace_told(pauses))
            for task, pauses in report.cadence.items()
        ],
        must=must_told(link),
        role=role_named(objectives.role(link.objectives)),
        lag=[_measured(name, found) for name, found in report.measured.items()],
        week={
            name: formats.exact(seconds)
            for name in ("p50", "p95")
            if (seconds := report.measured["week"][name]) is not None
        },
        chart=chart.lag_chart(hours, begin, now, zone, limit),
        span=span,
    )


def _state(link: Connection, now: datetime) -> tuple[str, str]:
    """What it does at this moment, and the sentence that says so."""
    rest, _at = inbox.bookmark(link, living.REST)
    zone = link.property.timezone
    if rest and now < datetime.fromisoformat(rest["until"]):
        why = reasons.told(str(rest.get("code", "")), str(rest["reason"]))
        until = formats.at(datetime.fromisoformat(rest["until"]), zone, now)
        return "resting", _("It is asked again %(until)s. %(why)s") % {"until": until, "why": why}
    mark, last = inbox.bookmark(link, f"turn {pace.CHANGES}")
    local = now.astimezone(ZoneInfo(zone))
    pause = pace.seconds(link.cadence, pace.CHANGES, local, found=bool(mark.get("found")))
    due = pace.due_at(last, pause)
    if due is None or due <= now:
        return "reading", _("It is asked for changes at the next turn.")
    return "reading", _("It is asked for changes again %(at)s.") % {
        "at": formats.at(due, zone, now)
    }


def pace_told(pauses: Sequence[tuple[str, int]]) -> str:
    """A pace in force: "every 1 min from 13:00 to 23:00, else every 5 min"."""
    *spans, (_span, otherwise) = pauses
    parts = [
        _("every %(pause)s from %(first)s to %(last)s")
        % {
            "pause": formats.span(pause),
            "first": formats.hour(hours.partition("-")[0]),
            "last": formats.hour(hours.partition("-")[2]),
        }
        for hours, pause in spans
    ]
    rest = _("else every %(pause)s") if parts else _("every %(pause)s")
    return ", ".join([*parts, rest % {"pause": formats.span(otherwise)}])


def must_told(link: Connection) -> list[str]:
    """What it must reach, one sentence each."""
    wanted_ = objectives.wanted(link.objectives)
    told = []
    if "lag_p95" in wanted_:
        limit = formats.span(wanted_["lag_p95"])
        told.append(_("95 of 100 changes arrive within %(limit)s.") % {"limit": limit})
    if "fidelity" in wanted_:
        share = formats.share(wanted_["fidelity"])
        told.append(_("%(share)s of the compared records are equal.") % {"share": share})
    if objectives.SAMPLE in link.objectives:
        n = formats.number(objectives.sample(link.objectives))
        told.append(_("%(n)s bookings and %(n)s guests are compared each night.") % {"n": n})
    return told


def role_named(key: str) -> str:
    """A role by its name, in the reader's language where it is one of ours."""
    return next((_(role.name) for role in roles() if role.key == key and role.name), key)


def _measured(span: str, found: log.Lag) -> tuple[str, str, str, str]:
    """Since when, p50, p95, and of how many changes."""
    p50, p95 = (
        formats.exact(value) if (value := found[name]) is not None else "—"
        for name in ("p50", "p95")
    )
    return words.word(words.SINCE, span), p50, p95, formats.number(found["count"] or 0)
