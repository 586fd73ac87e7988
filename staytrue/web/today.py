"""Today: what needs me first, then the four lists of the business date, hotel by hotel."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import ngettext

from staytrue.desk import board as boards
from staytrue.guests import capturing
from staytrue.hotel.models import Property
from staytrue.kit import clock
from staytrue.messages import wrong_sends
from staytrue.mirror import lists
from staytrue.mirror.lists import ListedStay, Tally
from staytrue.mirror.rules import Verdict
from staytrue.staff.guard import access_in, needs
from staytrue.web import formats, sentences, todos, words
from staytrue.web.pages import page
from staytrue.web.sentences import Standing

SHOWN_MAX = 8
"""So many next actions stand above the day; the page of them all has every one."""


@dataclass(frozen=True)
class Line:
    """A listed stay with what a message now would be."""

    stay: ListedStay
    verdict: Verdict
    brief: str
    lacks_address: bool = False


@dataclass(frozen=True)
class HotelLines:
    """The lines of one hotel under its name and age."""

    hotel: Property
    note: str
    true_through: datetime | None
    lines: list[Line]


@dataclass(frozen=True)
class Held:
    """One cause that holds the next message of some stays."""

    title: str
    why: str
    hotel: Property
    tab: str


@needs("stays.read")
def today(request: HttpRequest, code: str = "") -> HttpResponse:
    """The day of one hotel, or of all he works for."""
    access, now = access_in(request), clock.now()
    hotels = lists.hotels(access)
    chosen = [hotel for hotel in hotels if not code or hotel.code == code]
    if code and not chosen:
        raise Http404
    tab = request.GET.get("list", "arrivals")
    if tab not in lists.TABS:
        raise Http404
    tallies = lists.day_tallies(access, chosen, now)
    rows = lists.day_list(access, tab, chosen, now)
    cards = boards.next_actions(access, now, [each.pk for each in chosen] if code else None)
    return page(
        request,
        "today.html",
        now,
        live=True,
        screen="today",
        hotels=hotels,
        chosen=chosen[0] if code else None,
        day=formats.weekday(lists.day_of(chosen[0], now)) if chosen else "",
        title=todos.title(cards),
        todos=[todos.todo(card) for card in cards[:SHOWN_MAX]],
        todos_all=len(cards) if len(cards) > SHOWN_MAX else 0,
        tabs=[(name, words.TAB[name], _count(tallies, name)) for name in lists.TABS],
        tab=tab,
        groups=_groups(
            chosen,
            rows,
            [each for each in tallies if each.tab == tab],
            now,
            capturing.unreached([row.id for row in rows]) if tab == "arrivals" else frozenset(),
        ),
        is_cut=len(rows) >= lists.LIST_MAX,
        holds=_holds(chosen, tallies, now),
        done=sum(each.stays for each in tallies if each.tab == "arrivals" and _is_done(each)),
        arrivals=_count(tallies, "arrivals"),
        in_house=_count(tallies, "in_house"),
        lost=_count(tallies, "out_of_sight"),
        rate=wrong_sends.rate(access, chosen, now),
    )


def _count(tallies: Iterable[Tally], tab: str) -> int:
    return sum(each.stays for each in tallies if each.tab == tab)


def _is_done(tally: Tally) -> bool:
    return tally.status in ("in_house", "checked_out")


def _standing(of: ListedStay | Tally, hotel: Property, now: datetime) -> Standing:
    return Standing(
        status=of.status,
        is_history=of.is_history,
        newest_parked=of.newest_parked,
        lost=of.out_of_sight_since is not None,
        cause=of.out_of_sight_cause,
        since=of.out_of_sight_since,
        true_through=of.true_through,
        hotel=hotel.name,
        zone=hotel.timezone,
        now=now,
    )


def _groups(
    hotels: Sequence[Property],
    rows: list[ListedStay],
    tallies: list[Tally],
    now: datetime,
    unreached: Collection[int],
) -> list[HotelLines]:
    known = {hotel.pk: hotel for hotel in hotels}
    groups = []
    for pk, stays in groupby(rows, key=lambda row: row.property_id):
        hotel, mine = known[pk], [each for each in tallies if each.property_id == pk]
        lines = [_line(stay, hotel, now, is_bare=stay.id in unreached) for stay in stays]
        oldest = [line.stay.true_through for line in lines]
        groups.append(
            HotelLines(
                hotel,
                _note(mine),
                min((each for each in oldest if each), default=None),
                lines,
            )
        )
    return groups


def _note(tallies: list[Tally]) -> str:
    if not tallies or tallies[0].tab != "arrivals":
        return ""
    total, done = sum(t.stays for t in tallies), sum(t.stays for t in tallies if _is_done(t))
    arrivals = ngettext("%(n)s arrival", "%(n)s arrivals", total) % {"n": total}
    return f"{arrivals}, " + ngettext("%(n)s done", "%(n)s done", done) % {"n": done}


def _line(stay: ListedStay, hotel: Property, now: datetime, *, is_bare: bool) -> Line:
    standing = _standing(stay, hotel, now)
    verdict = standing.would_be()
    return Line(stay, verdict, sentences.brief(verdict, standing), is_bare)


def _holds(hotels: Sequence[Property], tallies: list[Tally], now: datetime) -> list[Held]:
    """Each cause once: which message of how many stays waits, and why."""
    known = {hotel.pk: hotel for hotel in hotels}
    found: dict[tuple[int, str, str], list[Any]] = {}
    for tally in tallies:
        hotel = known[tally.property_id]
        standing = _standing(tally, hotel, now)
        verdict = standing.would_be()
        # A guest in house is in one list of two: count him once.
        counted_elsewhere = tally.tab in ("arrivals", "departures") and tally.status == "in_house"
        if verdict.answer != "held" or counted_elsewhere:
            continue
        key = (hotel.pk, verdict.message, verdict.code)
        entry = found.setdefault(key, [0, standing, verdict, tally.tab])
        entry[0] += tally.stays
    held = []
    for (pk, message, _code), (count, standing, verdict, tab) in found.items():
        stays = ngettext("%(n)s stay", "%(n)s stays", count) % {"n": count}
        title = f"{words.word(words.MESSAGE, message)}, {stays}"
        held.append(Held(title, sentences.why(verdict, standing), known[pk], tab))
    return held
