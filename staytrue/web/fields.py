"""What a PMS holds, sends and fills, field by field; and how true the mirror of it was found."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from staytrue.connectors import registry
from staytrue.inbox.models import Connection
from staytrue.kit import clock
from staytrue.mirror import audits, capability
from staytrue.mirror.audits import Shares
from staytrue.mirror.capability import Day, FieldFacts
from staytrue.mirror.feeds import CONNECTIONS
from staytrue.mirror.fidelity import Share
from staytrue.mirror.models import FidelityDifference, FidelityRun
from staytrue.staff.access import Access, hides, one_of
from staytrue.staff.guard import access_in, needs
from staytrue.web import facts, formats, words
from staytrue.web.pages import page

RUNS = 14
DIFFERENCES_MAX = 500
SPARK_WIDTH, SPARK_HEIGHT = 96.0, 20.0


@dataclass(frozen=True)
class Line:
    """One field of the matrix, as it is drawn."""

    of: FieldFacts
    label: str
    spark: str
    told: str


@needs("connections.read")
def fields(request: HttpRequest, name: str) -> HttpResponse:
    """The matrix of fields: held, sent, filled with its trend, silent; and the depth of history."""
    access, now = access_in(request), clock.now()
    link = _link(access, name)
    today = now.astimezone(ZoneInfo(link.property.timezone)).date()
    found = _sheet(link, today)
    if form := request.GET.get("as"):
        return _exported(link, found, form)
    held = [each.field for each in found if each.object == "reservation" and each.held is not False]
    depth = capability.history_depth(link, today, held)
    return page(
        request,
        "fields.html",
        now,
        screen="connections",
        link=link,
        parts=[
            (words.word(words.OBJECT, object), [_line(of) for of in found if of.object == object])
            for object in capability.FIELDS
        ],
        measured=max((of.trend[-1].day for of in found if of.trend), default=None),
        silent=sum(1 for of in found if of.silent),
        unsent=sum(1 for of in found if of.declared and not of.sent),
        depth=depth,
        missing=[words.word(words.FIELD, field) for field in depth.missing],
        is_live=registry.live(link.dialect) is not None,
    )


def _link(access: Access, name: str) -> Connection:
    return one_of(access, Connection.objects.select_related("property"), CONNECTIONS, name=name)


def _sheet(link: Connection, today: date) -> list[FieldFacts]:
    declared = registry.manifest(link.dialect).get("fields", {})
    return capability.sheet(link, today, declared)


def _line(of: FieldFacts) -> Line:
    told = ", ".join(
        f"{formats.day(day.day)} {formats.percent(day.share)}" for day in of.trend[-7:]
    )
    return Line(of, words.word(words.FIELD, of.field), spark(of.trend), told)


def spark(trend: Iterable[Day]) -> str:
    """A trend as an SVG path: the whole height is all records filled."""
    days = list(trend)
    if len(days) < 2:
        return ""
    begin = days[0].day
    width = (days[-1].day - begin).days
    points = (
        f"{SPARK_WIDTH * (day.day - begin).days / width:.1f} "
        f"{1 + (SPARK_HEIGHT - 2) * (1 - day.share):.1f}"
        for day in days
    )
    return "M" + " L".join(points)


_COLUMNS = (
    "property", "connection", "object", "field", "held", "declared", "sent", "filled", "records",
    "day", "silent", "silent_at",
)  # fmt: skip


def _exported(link: Connection, found: list[FieldFacts], form: str) -> HttpResponse:
    """The sheet for the vendor of the PMS: numbers only, nothing of any guest."""
    rows = [dict(zip(_COLUMNS, _row(link, of), strict=True)) for of in found]
    name = f"fields-{link.name}"
    if form == "json":
        answer: HttpResponse = JsonResponse({"connection": link.name, "fields": rows})
        answer["Content-Disposition"] = content_disposition_header(True, f"{name}.json")
        return answer
    out = io.StringIO()
    writer = csv.DictWriter(out, _COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    answer = HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = content_disposition_header(True, f"{name}.csv")
    return answer


def _row(link: Connection, of: FieldFacts) -> tuple[Any, ...]:
    return (
        link.property.code, link.name, of.object, of.field, _yes_no(of.held),
        _yes_no(of.declared), _yes_no(of.sent), "" if of.filled is None else round(of.filled, 4),
        of.records, of.trend[-1].day.isoformat() if of.trend else "", of.silent,
        of.silent_at.isoformat() if of.silent_at else "",
    )  # fmt: skip


def _yes_no(value: bool | None) -> str:  # noqa: FBT001 - a fact, not a switch
    return "" if value is None else "yes" if value else "no"


@dataclass(frozen=True)
class ShownShare:
    """A share with its interval in the reader's language."""

    share: str
    interval: str
    of: int
    equal: int


@dataclass(frozen=True)
class ShownDifference:
    """One difference, with what the reader may see of it."""

    of: FidelityDifference
    label: str
    key: str
    ours: str
    theirs: str
    hidden: bool
    age: str


@needs("connections.read")
def fidelity(request: HttpRequest, name: str) -> HttpResponse:
    """The last audits with their intervals, and what the newest found, both values beside each other."""
    access, now = access_in(request), clock.now()
    link = _link(access, name)
    runs = audits.newest(link, RUNS)
    found = audits.differences(runs[0]) if runs else []
    return page(
        request,
        "fidelity.html",
        now,
        screen="connections",
        link=link,
        zone=link.property.timezone,
        runs=[(run, *_shares(audits.shares(run)[0])) for run in runs],
        windows=[
            (words.word(words.WINDOW, each.window), *_shares(each))
            for each in (audits.shares(runs[0])[1:] if runs else [])
        ],
        total=_shares(audits.shares(runs[0])[0]) if runs else None,
        differences=[_shown(access, link, runs[0], each) for each in found[:DIFFERENCES_MAX]],
        count=len(found),
        are_gone=bool(runs and runs[0].begun_at < now - audits.KEPT),
        is_live=registry.live(link.dialect) is not None,
    )


def _shares(of: Shares) -> tuple[ShownShare, ShownShare]:
    return _share(of.records), _share(of.fields)


def _share(share: Share) -> ShownShare:
    if share.value is None:
        return ShownShare("—", "", 0, 0)
    low, high = (formats.share(bound) for bound in share.interval)
    told = (
        _("all compared")
        if share.is_whole
        else _("%(low)s to %(high)s") % {"low": low, "high": high}
    )
    return ShownShare(formats.share(share.value), told, share.of, share.equal)


def _shown(
    access: Access, link: Connection, run: FidelityRun, of: FidelityDifference
) -> ShownDifference:
    property_id, zone = link.property_id, link.property.timezone
    key = "source_id" if of.object == "profile" else "number"
    hidden = hides(access, key, property_id)
    veiled = hidden or (bool(of.field) and hides(access, of.field, property_id))
    # Fields of a PMS's own may be those of papers.
    veiled = veiled or (of.field == "custom" and bool(access.masked))
    since = of.ours_since
    return ShownDifference(
        of,
        words.word(words.FIELD, of.field) if of.field else words.word(words.MISSING, of.kind),
        "" if hidden else of.key,
        "" if veiled else facts.value(of.field, of.ours, zone),
        "" if veiled else facts.value(of.field, of.theirs, zone),
        veiled and bool(of.field),
        formats.age(((run.ended_at or run.begun_at) - since).total_seconds()) if since else "",
    )
