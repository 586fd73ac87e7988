"""Stays: the list with its filters in the address, and the page of one stay."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from staytrue.changes import log, rooms
from staytrue.changes.rooms import RoomSpan
from staytrue.hotel import queries
from staytrue.hotel.codes import Status
from staytrue.journeys.queries import plan_of
from staytrue.kit import clock
from staytrue.mirror import canonical, lists, sheets
from staytrue.mirror.lists import ListedStay, Wish
from staytrue.mirror.rules import AGE_LIMITS, Verdict
from staytrue.mirror.sheets import StaySheet
from staytrue.staff.access import Access
from staytrue.staff.guard import access_in, needs
from staytrue.staff.masks import without_papers
from staytrue.web import (
    bills,
    cases_of,
    facts,
    formats,
    given,
    guest_wrote,
    reasons,
    revealing,
    sentences,
    words,
)
from staytrue.web.facts import Told
from staytrue.web.pages import page
from staytrue.web.sentences import Standing

PAGE = 50


@needs("stays.read")
def stays(request: HttpRequest) -> HttpResponse:
    """Stays by arrival, from today on unless the address says otherwise."""
    access, now = access_in(request), clock.now()
    hotels = lists.hotels(access)
    chosen = next((hotel for hotel in hotels if hotel.code == request.GET.get("hotel")), None)
    status = request.GET.get("status", "")
    if status not in {"", "out_of_sight", *Status}:
        raise Http404
    first, last = read_day(request, "from"), read_day(request, "to")
    after, before = _place(request.GET.get("after")), _place(request.GET.get("before"))
    if not (first or last or after or before) and hotels:
        after, before = _begin(status, min(lists.day_of(hotel, now) for hotel in hotels))
    wish = Wish(frozenset({chosen.pk}) if chosen else None, status, first, last, after, before)
    rows, goes_on = lists.stays(access, wish, PAGE)
    return page(
        request,
        "stays.html",
        now,
        hotels=hotels,
        chosen=chosen,
        status=status,
        statuses=[(key, label) for key, label in words.STATUS.items()],
        first=first,
        last=last,
        lines=[(row, next(h for h in hotels if h.pk == row.property_id)) for row in rows],
        ways=_ways_on(rows, wish, is_more=goes_on),
    )


Place = tuple[date, int]


def _begin(status: str, today: date) -> tuple[Place | None, Place | None]:
    """Where a list without dates begins: what is to come from today on, what is over before it."""
    if status in ("in_house", "out_of_sight"):
        return None, None
    if status in ("checked_out", "no_show"):
        return None, (today + timedelta(days=1), 0)
    return (today - timedelta(days=1), 2**62), None


def _ways_on(rows: list[ListedStay], wish: Wish, *, is_more: bool) -> dict[str, str]:
    """Where the walk goes on in both directions, as the address says it."""
    if not rows:
        return {"earlier": "", "later": ""}
    first, last = (f"{row.arrival_on.isoformat()}.{row.id}" for row in (rows[0], rows[-1]))
    is_back = wish.before is not None
    has_earlier = is_more if is_back else wish.after is not None
    return {"earlier": first if has_earlier else "", "later": last if is_back or is_more else ""}


def _place(text: str | None) -> Place | None:
    if not text:
        return None
    day, _dot, id_ = text.partition(".")
    try:
        return date.fromisoformat(day), int(id_)
    except ValueError as error:
        raise Http404 from error


def read_day(request: HttpRequest, name: str) -> date | None:
    """A date of the address; nonsense is nothing that exists."""
    return given.day(request.GET.get(name, ""))


@dataclass(frozen=True)
class MessageLine:
    """One message and what it would be now."""

    name: str
    verdict: Verdict
    why: str


@dataclass(frozen=True)
class Step:
    """One state on the way of a stay."""

    status: str
    at: datetime | None


@needs("stays.read")
def stay(request: HttpRequest, pk: int) -> HttpResponse:
    """One stay: facts, people, what might leave now, and every version of it."""
    now = clock.now()
    revealing.apply(request, f"stay:{pk}", now)
    access = access_in(request)
    sheet = sheets.stay(access, pk)
    versions = facts.versions_of("reservation", pk, access, sheet.hotel.pk, sheet.hotel.timezone)
    on = read_day(request, "on")
    record, known, end = sheet.record, True, None
    if on is not None:
        end = _end_of(on, sheet)
        record, known = _as_known(sheet, pk, end)
        if access.masked:
            record["custom"] = without_papers(record["custom"])
        versions = [told for told in versions if told.at < end] or versions[-1:]
    names = {line.source_id: line.person.name for line in sheet.roster if line.person}
    standing = _standing(sheet, record, now)
    told = standing.would_be()
    return page(
        request,
        "stay.html",
        now,
        live=on is None,
        screen="stays",
        sheet=sheet,
        record=record,
        stay_facts=facts.of_stay(record, versions, sheet, _labels(sheet, record)),
        on=on,
        known=known,
        arrival=date.fromisoformat(record["arrival_on"]),
        departure=date.fromisoformat(record["departure_on"]),
        wrote=guest_wrote.wrote(access, pk) if on is None else None,
        cases=cases_of.of_stay(access, sheet) if on is None else None,
        verdict=told,
        verdict_why=sentences.why(told, standing),
        hold_title=_hold_title(told),
        hold_ways=_parked_ways(sheet, now) if told.code == "newest_parked" else _ways(sheet, now),
        hold_link=_parked_link(access, sheet) if told.code == "newest_parked" else None,
        messages_now=list(_messages(standing)),
        plan=plan_of(access, pk, now) if on is None else [],
        zone=sheet.hotel.timezone,
        path=path_of(record, versions),
        rooms=_rooms(sheet, rooms.room_moves(access, pk, end)),
        custom_facts=facts.of_custom(record, versions, sheet),
        masked=revealing.labels(sheet.record["masked"]),
        versions=facts.shown(versions, sheet.hotel.timezone, names),
        extras=bills.money_lines(record["extras"], record["currency"], record["hidden"]),
        folio=bills.money_lines(record["folio"], record["currency"], record["hidden"]),
    )


def _labels(sheet: StaySheet, record: Mapping[str, Any]) -> dict[str, str]:
    """What people read for the hotel's own codes, where it differs from them (FEATURES E19)."""
    on, hotel = date.fromisoformat(record["arrival_on"]), sheet.hotel.pk
    rate, category = record["rate_code"], record["room_category"]
    told = {
        "rate_code": queries.rate_label(hotel, rate, on) if rate else "",
        "room_category": queries.category_label(hotel, category) if category else "",
    }
    return {name: label for name, label in told.items() if label != record[name]}


def _rooms(sheet: StaySheet, spans: list[RoomSpan]) -> list[tuple[RoomSpan, str]]:
    """Each room with what people read for its category (FEATURES E17, E19)."""
    codes = {span.room_category for span in spans if span.room_category}
    labels = {code: queries.category_label(sheet.hotel.pk, code) for code in codes}
    return [(span, labels.get(span.room_category or "", "")) for span in spans]


def _end_of(day: date, sheet: StaySheet) -> datetime:
    return datetime.combine(day + timedelta(days=1), time.min, ZoneInfo(sheet.hotel.timezone))


def _as_known(sheet: StaySheet, pk: int, end: datetime) -> tuple[dict[str, Any], bool]:
    """The record as we knew it at this instant, and whether we knew it."""
    first = log.first_known("reservation", pk)
    record = canonical.undo(sheet.record, log.diffs_since("reservation", pk, end))
    # What the role hides now was hidden then.
    for name in sheet.record["hidden"]:
        record[name] = sheet.record[name]
    return record, first is not None and first < end


def _standing(sheet: StaySheet, record: Mapping[str, Any], now: datetime) -> Standing:
    since = record["out_of_sight_since"]
    return Standing(
        status=record["status"],
        is_history=sheet.is_history,
        newest_parked=sheet.parked is not None,
        lost=since is not None,
        cause=record["out_of_sight_cause"],
        since=datetime.fromisoformat(since) if since else None,
        true_through=sheet.true_through,
        hotel=sheet.hotel.name,
        zone=sheet.hotel.timezone,
        now=now,
    )


def _hold_title(verdict: Verdict) -> str:
    facts_ = {"message": words.word(words.MESSAGE, verdict.message)}
    if verdict.code == "history_import":
        return _("Imported history: nothing leaves for this stay")
    if verdict.answer == "closed":
        return _("Nothing leaves for this stay")
    return _("%(message)s would be held now") % facts_


def _ways(sheet: StaySheet, now: datetime) -> list[tuple[str, str]]:
    if sheet.true_through is None:
        return [(_("Then"), _("the first delivery of this connection"))]
    due = sheet.true_through + timedelta(seconds=sheet.cadence_seconds)
    told = formats.instant(due, sheet.hotel.timezone, now)
    late = _("%(when)s, late already") % {"when": told}
    return [
        (_("Next reading due"), told if due > now else late),
        (_("Who may act"), _("Front desk, %(hotel)s") % {"hotel": sheet.hotel.name}),
    ]


def _parked_ways(sheet: StaySheet, now: datetime) -> list[tuple[str, str]]:
    if sheet.parked is None:
        return []
    since = formats.instant(sheet.parked.parked_at, sheet.hotel.timezone, now)
    why = reasons.parked(sheet.parked.code, sheet.parked.facts, sheet.parked.reason)
    return [
        (_("Parked since"), since),
        (_("Because"), why),
        (_("Who may act"), _("Guest relations, on the page of the connection")),
    ]


def _parked_link(access: Access, sheet: StaySheet) -> tuple[str, str] | None:
    if not access.may("connections.read", sheet.hotel.pk):
        return None
    return _("See the parked record"), reverse("connection", args=[sheet.connection]) + "#parked"


def _messages(standing: Standing) -> Iterator[MessageLine]:
    for message in AGE_LIMITS:
        verdict = standing.would_be(message)
        why = sentences.why(verdict, standing)
        if verdict.code == "newest_parked":
            # Said whole above; the same ten times would say less.
            why = _("Its newest record is parked.")
        yield MessageLine(words.word(words.MESSAGE, message), verdict, why)


def path_of(record: Mapping[str, Any], versions: list[Told]) -> list[Step]:
    """Every state it went through, oldest first (FEATURES A16)."""
    changed = [each for each in versions if "status" in each.diff]
    steps = [Step(each.diff["status"][1], each.source_at or each.at) for each in reversed(changed)]
    first = changed[-1].diff["status"][0] if changed else record["status"]
    began = versions[-1].source_at or versions[-1].at if versions else None
    return [Step(first, began), *steps]
