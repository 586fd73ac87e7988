"""Next actions: what waits for one, the soonest first, with the field it fills and its right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from staytrue.desk import board as boards
from staytrue.desk.board import Card
from staytrue.desk.models import Case
from staytrue.desk.next_rules import Next
from staytrue.guests.consequences import PARTED
from staytrue.hotel.models import Property
from staytrue.kit import clock
from staytrue.staff.guard import access_in, signed_in
from staytrue.staff.rights import RIGHTS
from staytrue.web import desk_words, sentences, words
from staytrue.web.formats import number
from staytrue.web.pages import menu_of, page


@dataclass(frozen=True)
class Todo:
    """One thing to do as its line says it: an ask, or a case.

    Of a case also which field to fill, where one is, and which right it takes.
    """

    card: Card
    title: str
    reason: str
    link: str
    field: str = ""
    right: str = ""

    @property
    def hotel(self) -> Property | None:
        """Where it is to be done; an ask of the whole group is nowhere."""
        of = self.card.case or self.card.ask
        return of.property if of else None

    @property
    def may_close(self) -> bool:
        """Whether it ends when somebody says so, not by itself."""
        return self.card.ask is not None and self.card.ask.kind.startswith(PARTED)


@signed_in
@require_GET
def every(request: HttpRequest) -> HttpResponse:
    """Everything that waits for him: also the home of who may see no stays."""
    access, now = access_in(request), clock.now()
    cards, entries = boards.next_actions(access, now), menu_of(access)
    is_home = all(entry.name != "today" for entry in entries)
    return page(
        request, "next.html", now, live=True, screen="today", title=title(cards),
        todos=[todo(card) for card in cards], entries=entries if is_home else [],
    )  # fmt: skip


def title(cards: Sequence[Card]) -> str:
    """How much waits, and how much of it is late."""
    if not cards:
        return _("Nothing needs you")
    open_, late = len(cards), sum(card.is_late for card in cards)
    text = ngettext("%(n)s thing needs you", "%(n)s things need you", open_) % {"n": number(open_)}
    if late:
        told = ngettext("%(n)s is late", "%(n)s are late", late) % {"n": number(late)}
        return f"{text}, {told}"
    return text


def todo(card: Card) -> Todo:
    """A card as a line of what to do."""
    if card.ask is not None:
        return Todo(card, *sentences.ask(card.ask.kind, card.ask.facts), card.ask.link)
    if card.case is None:
        raise TypeError("A card is a case or an ask.")
    name = _name(card.case, card.room)
    link = reverse("case", args=[card.case.pk])
    if card.is_named and not card.is_mine:
        return Todo(card, name, _("A colleague named you"), link)
    return Todo(card, name, *_next(card.next, link))


def _name(case: Case, room: str) -> str:
    about = case.words or words.word(desk_words.KIND, case.kind)
    place = room or case.place
    return f"{about}, {place}" if place else about


def _next(of: Next | None, link: str) -> tuple[str, str, str, str]:
    """The act, where it is done, the field it fills, the right it takes."""
    if of is None:
        return "", link, "", ""
    field = words.word(desk_words.FIELD, of.field) if of.field else ""
    right = _(RIGHTS[of.right]) if of.right in RIGHTS else ""
    return words.word(desk_words.NEXT, of.act), link, field, right
