"""The desk: a board of what is open by department, and a request written down in three fields."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from staytrue.desk import board as boards
from staytrue.desk import colleagues, opening, working
from staytrue.desk.board import Card, Column
from staytrue.desk.kinds import Kind, right_for
from staytrue.hotel.models import Property
from staytrue.kit import clock
from staytrue.kit.text import clean
from staytrue.mirror import lists
from staytrue.staff.access import Access, visible_to
from staytrue.staff.guard import access_in, needs
from staytrue.web import given, sentences
from staytrue.web.acting import tried
from staytrue.web.formats import number
from staytrue.web.pages import page

SEES = "stays.read"
_TEXT_MAX = 200


@dataclass(frozen=True)
class Shown:
    """A card as the board shows it: an ask says what it wants in the house's own sentence."""

    card: Card
    title: str
    reason: str = ""
    steps: int = 0


@needs(SEES)
@require_GET
def board(request: HttpRequest) -> HttpResponse:
    """What is open at one hotel or at all of his, what is late first."""
    access, now = access_in(request), clock.now()
    hotels = lists.hotels(access)
    code = given.plain(request.GET.get("hotel", ""))
    chosen = next((each for each in hotels if each.code == code), None)
    only, department = request.GET.get("only", ""), given.plain(request.GET.get("department", ""))
    if (code and chosen is None) or only not in ("", boards.MINE, boards.LATE):
        raise Http404
    ids = [chosen.pk] if chosen else None
    every = boards.board(access, now, ids)
    columns = boards.board(access, now, ids, department, only) if only or department else every
    title = _title(*boards.counts(access, now, ids))
    cases = sum(card.case is not None for column in columns for card in column.cards)
    return page(
        request, "desk.html", now, live=True, screen="desk", hotels=hotels, chosen=chosen,
        only=only, department=department, lanes=[(each, _shown(each)) for each in columns],
        departments=[(each.key, each.name, each.is_department) for each in every],
        title=title, is_cut=cases >= boards.LISTED_MAX,
        places=_places(access, [chosen] if chosen else hotels), text_max=_TEXT_MAX,
        shifts=[chosen] if chosen else hotels, role_names=role_names(),
        may_figures=access.may_anywhere("desk.figures"),
    )  # fmt: skip


def role_names() -> dict[str, str]:
    """Each role's name: the house's own in the reader's language, others as they were written."""
    return {each.key: _(each.name) if each.name else each.key for each in colleagues.roles()}


def _shown(column: Column) -> list[Shown]:
    steps: dict[tuple[int, str], int] = {}
    found = []
    for card in column.cards:
        if card.case is None:
            ask = card.ask
            told = sentences.ask(ask.kind, ask.facts) if ask else ("", "")
            found.append(Shown(card, *told))
            continue
        case = card.case
        key = case.property_id, case.type_key
        if key not in steps:
            steps[key] = len(working.terms_of(*key).steps)
        found.append(Shown(card, case.words, steps=steps[key]))
    return found


def _title(open_: int, late: int) -> str:
    if not open_:
        return _("Nothing is open")
    text = ngettext("%(n)s open", "%(n)s open", open_) % {"n": number(open_)}
    if late:
        text += ", " + ngettext("%(n)s late", "%(n)s late", late) % {"n": number(late)}
    return text


def _places(access: Access, hotels: list[Property]) -> list[tuple[Property, list[tuple[str, str]]]]:
    """Where a request can go: the departments of each hotel at which he may open one."""
    right = right_for(Kind.REQUEST)
    known = colleagues.departments([hotel.pk for hotel in hotels])
    return [
        (hotel, [(each.key, each.name) for each in known if each.property_id == hotel.pk])
        for hotel in hotels if access.may(right, hotel.pk)
    ]  # fmt: skip


@needs(SEES)
@require_POST
def capture(request: HttpRequest) -> HttpResponseBase:
    """A request in three fields: what, where, for whom."""
    access, now, form = access_in(request), clock.now(), request.POST
    code, _colon, department = given.plain(form.get("for", "")).partition(":")
    hotel = visible_to(access, Property.objects.filter(code=code), SEES).first()
    if hotel is None:
        raise Http404
    words, place = clean(form.get("words", "")), clean(form.get("place", ""))[:_TEXT_MAX]

    def write() -> None:
        opening.quick(access, hotel.pk, words, place, department, now)

    tried(request, write, _("Written down, with an owner and an end."))
    back = f"?hotel={hotel.code}" if form.get("back") else ""
    return redirect(f"{request.path.removesuffix('new/')}{back}")
