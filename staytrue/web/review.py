"""The review queue: is this one person? One key per decision, everything on one screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from staytrue.guests import answering, reviewing, side_by_side
from staytrue.guests.answering import Answered, Said
from staytrue.guests.reviewing import MERGE, Item
from staytrue.kit import clock
from staytrue.kit.errors import Forbidden, Refused
from staytrue.mirror.lists import hotels
from staytrue.staff.access import Access
from staytrue.staff.guard import access_in, needs
from staytrue.web import evidence, given, pair, reasons
from staytrue.web.pages import page

LAST = "last_review"


@needs(MERGE)
@require_http_methods(["GET", "POST"])
def review(request: HttpRequest) -> HttpResponseBase:
    """The next pair, or the one the address names; a decision answers with the pair after it."""
    access, now = access_in(request), clock.now()
    if request.method == "GET":
        asked = request.GET.get("pair", "")
        return _answer(request, now, _asked(access, asked, now) if asked else None)
    trouble = ""
    one, other = _pair(request.POST.get("pair", ""))
    try:
        said = Said(request.POST.get("said", ""))
        item = reviewing.item(access, one, other, now)
        last = answering.answer(
            access, item, said, _numbers(request, "profiles"), _numbers(request, "lifting"), now
        )
        request.session[LAST] = last.kept()
    except ValueError as error:
        raise Http404 from error
    except Refused as refusal:
        trouble = reasons.of(refusal)
    except Forbidden as error:
        if error.code != "not_visible":
            raise
        # Somebody else was faster: the pair is decided, and the next one is there.
        trouble = _("This pair was decided meanwhile.")
    return _answer(request, now, None, trouble)


@needs(MERGE)
@require_POST
def undo(request: HttpRequest) -> HttpResponseBase:
    """Take the last answer back and show its pair again."""
    access, now = access_in(request), clock.now()
    kept, trouble, item = request.session.pop(LAST, None), "", None
    if kept is None:
        trouble = _("There is no decision of yours to take back.")
    else:
        last = Answered(**kept)
        try:
            answering.take_back(access, last, now)
            item = _asked(access, last.key, now)
        except Refused as refusal:
            trouble = reasons.of(refusal)
    return _answer(request, now, item, trouble)


def _answer(
    request: HttpRequest, now: datetime, item: Item | None, trouble: str = ""
) -> HttpResponseBase:
    access = access_in(request)
    items = reviewing.queue(access, now)
    if item is None:
        item = items[0] if items else None
    rest = [each for each in items if item is None or each.key != item.key]
    zone = next((hotel.timezone for hotel in hotels(access)), "UTC")
    last = request.session.get(LAST)
    context: dict[str, Any] = {
        "shown": pair.shown(access, item, zone, now) if item else None,
        "next": pair.shown(access, rest[0], zone, now) if item and rest else None,
        "waiting": len(items),
        "is_many": len(items) >= reviewing.WINDOW,
        "queue": _named(access, rest[: pair.NEXT_SHOWN]),
        "last": _said(last["said"]) if last else "",
        "trouble": trouble,
    }
    # htmx is named by middleware.
    if getattr(request, "htmx", False):
        return render(request, "parts/pair.html", {"now": now} | context)
    if request.method == "POST":
        query = f"?pair={item.key}" if item else ""
        return redirect(reverse("review") + query)
    return page(request, "review.html", now, screen="review", **context)


def _said(said: str) -> str:
    return {
        "same": _("Said: the same person."),
        "different": _("Said: not the same."),
        "later": _("Put off."),
    }[said]


def _pair(key: str) -> tuple[int, int]:
    one, _dash, other = key.partition("-")
    return given.known(one), given.known(other)


def _asked(access: Access, key: str, now: datetime) -> Item:
    return reviewing.item(access, *_pair(key), now)


def _numbers(request: HttpRequest, name: str) -> list[int]:
    found = map(given.number, request.POST.get(name, "").split(","))
    return [id_ for id_ in found if id_ is not None]


@dataclass(frozen=True)
class Waiting:
    """A pair in the list of those that come next."""

    key: str
    names: str
    share: str


def _named(access: Access, items: Sequence[Item]) -> list[Waiting]:
    names = side_by_side.names(access, {pk for each in items for pk in (each.one, each.other)})
    return [
        Waiting(each.key, f"{names[each.one]} / {names[each.other]}", evidence.likely(each.person))
        for each in items
    ]
