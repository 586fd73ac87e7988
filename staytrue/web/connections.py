"""Connections: how fresh each feed is, what came, what waits for a person, and what it may carry."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from staytrue.changes import log
from staytrue.connectors import registry
from staytrue.connectors.base import SHAPE_CHANGED
from staytrue.connectors.export_files.connector import load_mapping
from staytrue.flow import release, restored, watching
from staytrue.inbox import queries as inbox
from staytrue.inbox.loading import Loading, loading
from staytrue.inbox.models import Connection, Delivery, ParkedPart
from staytrue.kit import clock
from staytrue.kit.errors import Misconfigured, Refused
from staytrue.messages import looking
from staytrue.mirror import feeds
from staytrue.mirror.feeds import CONNECTIONS
from staytrue.staff import audit
from staytrue.staff.access import Access, one_of, require
from staytrue.staff.guard import access_in, needs
from staytrue.web import facts, formats, reasons, sentences, words
from staytrue.web.acting import tried
from staytrue.web.chart import age_chart
from staytrue.web.deliveries import title_of
from staytrue.web.health import health
from staytrue.web.pages import page

LAG_DAYS = 30
DELIVERIES = 20
PARTS_MAX = 200


@dataclass(frozen=True)
class ShownDelivery:
    """A delivery with its counts and reason in words."""

    delivery: Delivery
    title: str
    state: str
    counts: str
    reason: str
    detail: str
    mark: str


@dataclass(frozen=True)
class ParkedGroup:
    """Parts parked for one reason."""

    code: str
    reason: str
    parts: list[ParkedPart]


@needs("connections.read")
def connections(request: HttpRequest) -> HttpResponse:
    """Every feed: its age, its promise, what waits."""
    access, now = access_in(request), clock.now()
    found = feeds.feeds(access, CONNECTIONS)
    return page(
        request, "connections.html", now, live=True, connections=found,
        may_connect=access.may_anywhere("connections.manage"),
    )  # fmt: skip


@needs("connections.read")
def connection(request: HttpRequest, name: str) -> HttpResponse:
    """One feed: state, age, deliveries, parked parts, words, and what may not be automated."""
    access, now = access_in(request), clock.now()
    link = _link(access, name)
    feed = next(each for each in feeds.feeds(access, CONNECTIONS) if each.id == link.pk)
    deliveries = list(inbox.newest_deliveries(link, 200))
    fills, sample = feeds.filled(link)
    is_live = registry.live(link.dialect) is not None
    state = health(link, now, request.GET.get("lag", "")) if is_live else None
    stopped = str(link.stopped_facts.get("reason", ""))
    return page(
        request,
        "connection.html",
        now,
        live=True,
        screen="connections",
        link=link,
        feed=feed,
        chart=age_chart(_readings(deliveries), now, feed.zone),
        lag=state.week if state else _lag(link, now),
        waiting=[_shown(each) for each in deliveries if each.state == Delivery.State.HELD],
        deliveries=[_shown(each) for each in deliveries[:DELIVERIES]],
        parked=_groups(link),
        fills=[(words.word(words.FIELD, fill.name), fill.share) for fill in fills],
        sample=sample,
        unmapped=feeds.unmapped(link),
        may_stays=access.may("stays.read", link.property_id),
        may_money=access.may("money.read", link.property_id),
        calls=looking.calls(link.property_id, now) if link.lookups_only else None,
        rules=sentences.may_automate(feed.cadence_seconds),
        mappings=_mappings(deliveries),
        may_profiles=access.may("profiles.read", link.property_id),
        may_raw=access.may("deliveries.raw", link.property_id),
        may_parts=access.may("parked.release", link.property_id),
        may_deliveries=access.may("deliveries.release", link.property_id),
        may_manage=access.may("connections.manage", link.property_id),
        load=_first_load(link),
        health=state,
        is_reshaped=link.stopped_code in SHAPE_CHANGED,
        learned_days=restored.BACKUP_AGE.days if link.stopped_code == restored.CODE else None,
        stopped_why=reasons.told(link.stopped_code, stopped),
        stopped_said=stopped,
    )


def _link(access: Access, name: str) -> Connection:
    return one_of(access, Connection.objects.select_related("property"), CONNECTIONS, name=name)


def _first_load(link: Connection) -> Loading | None:
    """What came so far of a living PMS that was never read to its end."""
    if link.stopped_at or registry.live(link.dialect) is None:
        return None
    state = loading(link)
    return None if state.is_over else state


def _readings(deliveries: Iterable[Delivery]) -> list[tuple[datetime, datetime]]:
    return [
        (each.settled_at, each.made_at or each.received_at)
        for each in deliveries
        if each.state == Delivery.State.APPLIED
        and each.object == "reservation"
        and each.settled_at is not None
    ]


def _lag(link: Connection, now: datetime) -> dict[str, str]:
    measured = log.lag_seconds(link.pk, now - timedelta(days=LAG_DAYS))
    return {
        name: formats.age(seconds)
        for name in ("p50", "p95")
        if (seconds := measured[name]) is not None
    }


_DELIVERY_MARK = {"applied": "good", "received": "info", "refused": "bad", "held": "warn"}


def _shown(of: Delivery) -> ShownDelivery:
    return ShownDelivery(
        of,
        title_of(of),
        words.word(words.DELIVERY, of.state),
        sentences.counts(of.counts) if of.counts else "",
        reason := _reason(of),
        of.reason if of.state == Delivery.State.REFUSED and of.reason != reason else "",
        _DELIVERY_MARK.get(of.state, ""),
    )


def _reason(of: Delivery) -> str:
    if not of.reason_code:
        return ""
    explain = reasons.brake if of.state == Delivery.State.HELD else _refusal
    return explain(of.reason_code, of.reason_facts, of.reason)


def _refusal(code: str, facts_: dict[str, Any], said: str) -> str:
    return reasons.told(code, said, facts_)


def _groups(link: Connection) -> list[ParkedGroup]:
    """Parked parts by reason: those of one word together."""
    groups: dict[tuple[str, str], list[ParkedPart]] = {}
    for part in inbox.parked_now(link)[:PARTS_MAX]:
        groups.setdefault((part.code, str(part.facts.get("word", ""))), []).append(part)
    return [
        ParkedGroup(code, reasons.parked(code, parts[0].facts, parts[0].reason), parts)
        for (code, _word), parts in groups.items()
    ]


@dataclass(frozen=True)
class WordTable:
    """The source's words for one field, and what each becomes."""

    field: str
    pairs: list[tuple[str, str]]


def _mappings(deliveries: Iterable[Delivery]) -> list[tuple[str, list[WordTable]]]:
    """The layouts in use, newest first, each with its tables of words (FEATURES E11)."""
    newest: dict[str, Delivery] = {}
    for each in deliveries:
        if name := each.facts.get("mapping"):
            newest.setdefault(str(name), each)
    found = []
    for name, delivery in newest.items():
        try:
            layout = load_mapping(name, delivery.facts["mapping_text"]).mapping
        except Misconfigured:
            # Its file was changed for the worse since; the next import says so aloud.
            continue
        if layout.values:
            found.append((name, [_table(*item) for item in layout.values.items()]))
    return found


def _table(table: str, values: dict[str, Any]) -> WordTable:
    field = "payment_method" if table == "payment" else table
    pairs = [(word, facts.value(field, code, "UTC")) for word, code in values.items()]
    return WordTable(words.word(words.FIELD, field), pairs)


@needs("deliveries.release")
@require_POST
def release_delivery(request: HttpRequest, pk: int) -> HttpResponse:
    """A person answers for a held delivery: it is taken whole."""
    access = access_in(request)
    delivery = one_of(
        access, Delivery.objects.select_related("connection__property"), CONNECTIONS, pk=pk
    )
    require(access, "deliveries.release", delivery.property_id)
    try:
        outcome = release.release_delivery(delivery, by=access.actor, now=clock.now())
    except Refused as refusal:
        messages.error(request, reasons.of(refusal))
    else:
        audit.record("delivery_released", f"delivery:{pk}", property_id=delivery.property_id)
        told = sentences.counts({"read": outcome.read, "created": outcome.created,
                                 "changed": outcome.changed})  # fmt: skip
        messages.success(request, _("Released: %(counts)s.") % {"counts": told})
    return redirect("connection", delivery.connection.name)


@needs("connections.manage")
@require_POST
def resume(request: HttpRequest, name: str) -> HttpResponse:
    """What stopped the connection is mended: take deliveries again."""
    access = access_in(request)
    link = _link(access, name)
    require(access, "connections.manage", link.property_id)
    tried(
        request,
        lambda: watching.resume(link, by=access.actor, now=clock.now()),
        _("Deliveries are taken again."),
    )
    return redirect("connection", name)


@needs("parked.release")
@require_POST
def settle_parts(request: HttpRequest, name: str) -> HttpResponse:
    """Read parked parts again, or drop them."""
    access, now = access_in(request), clock.now()
    link = _link(access, name)
    require(access, "parked.release", link.property_id)
    ids = [id_ for id_ in request.POST.getlist("part") if id_.isdecimal()]
    parts = list(inbox.parked_now(link).filter(pk__in=ids).select_related("delivery__connection"))
    act = request.POST.get("act")
    if not parts or act not in ("release", "drop"):
        raise Http404
    settle = release.release_parts if act == "release" else release.drop_parts
    try:
        count = settle(parts, by=access.actor, now=now)
    except Refused as refusal:
        messages.error(request, reasons.of(refusal))
        return redirect("connection", link.name)
    done = "parts_released" if act == "release" else "parts_dropped"
    audit.record(
        done, f"connection:{link.pk}", property_id=link.property_id, facts={"parts": count}
    )
    told = (
        ngettext("%(n)s part was read again.", "%(n)s parts were read again.", count)
        if act == "release"
        else ngettext("%(n)s part was dropped.", "%(n)s parts were dropped.", count)
    )
    messages.success(request, told % {"n": formats.number(count)})
    return redirect("connection", link.name)


@needs("deliveries.raw")
def raw_part(request: HttpRequest, pk: int) -> HttpResponse:
    """A parked part as it came, card numbers masked; reading it is noted."""
    access = access_in(request)
    part = one_of(access, ParkedPart.objects.select_related("connection__property", "delivery"),
                  "deliveries.raw", pk=pk)  # fmt: skip
    audit.record("raw_read", f"parked_part:{pk}", property_id=part.property_id)
    return page(
        request, "raw.html", clock.now(), screen="connections", part=part,
        zone=part.connection.property.timezone,
        reason=reasons.parked(part.code, part.facts, part.reason),
    )  # fmt: skip
