"""What the hotel may write: the page behind the visible link, and the one click of RFC 8058."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from staytrue.consent.purposes import Purpose, Within
from staytrue.forms import choosing
from staytrue.forms.choosing import Reach, Wording
from staytrue.messages.guest_links import Opens
from staytrue.messages.models import GuestLink
from staytrue.web.guest_pages import back_to, guest_page, opened_by

WORDING_VERSION = "2026-11"
"""Raised with the words below: each act of consent keeps both."""
WORDS: dict[Purpose, tuple[str | Promise, str | Promise]] = {
    Purpose.MARKETING: (
        gettext_lazy("News and offers"),
        gettext_lazy("A letter now and then, and greetings on your birthday."),
    ),
    Purpose.SURVEY: (
        gettext_lazy("Asking how it was"),
        gettext_lazy("One short survey after a stay."),
    ),
    Purpose.SERVICE: (
        gettext_lazy("Making your stay easier"),
        gettext_lazy("Tips before you come, a welcome, a word of thanks."),
    ),
    Purpose.STAY: (
        gettext_lazy("What your stay needs"),
        gettext_lazy(
            "Confirmation, changes, cancellation and how to arrive. If you stop these too, "
            "everything is settled by phone or at the reception."
        ),
    ),
}


@dataclass(frozen=True)
class Choice:
    """One switch of the page."""

    name: str
    label: str | Promise
    text: str | Promise
    is_on: bool


def wording() -> Wording:
    """The words of this page as they stand before the guest now."""
    texts = {purpose: f"{label}: {text}" for purpose, (label, text) in WORDS.items()}
    return Wording(texts, WORDING_VERSION, get_language() or "")


@opened_by(Opens.PREFERENCES)
def preferences(request: HttpRequest, link: GuestLink, now: datetime) -> HttpResponse:
    """See and change what this hotel, its company or the group writes to this address."""
    reaches = choosing.reaches(link.property)
    if request.method == "POST":
        wanted = {purpose for purpose in Purpose if request.POST.get(purpose)}
        if request.POST.get("only_stay"):
            wanted &= {Purpose.STAY}
        within = _within(request.POST.get("within", ""), reaches)
        before = choosing.choose(link, wanted, within, wording(), now)
        was = ".".join(sorted(before))
        return back_to(request, saved="yes", was=was, within=within)
    on = choosing.allowed(link, now)
    choices = [Choice(each, *WORDS[each], each in on) for each in WORDS]
    return guest_page(
        request, "guest_choices.html", link,
        optional=choices[:-1], stay=choices[-1], channel=link.channel,
        reaches=[(each.within, _named(each)) for each in reaches],
        within=_within(request.GET.get("within", ""), reaches),
        is_saved="saved" in request.GET,
        was=[word for word in request.GET.get("was", "").split(".") if word in set(Purpose)],
        remaining=[choice.label for choice in choices if choice.is_on],
    )  # fmt: skip


@opened_by(Opens.PREFERENCES)
def stop(request: HttpRequest, link: GuestLink, now: datetime) -> HttpResponse:
    """One click, as mail programs send it: no marketing and no surveys any more, twice is once.

    Whoever only looks (a scanner, a preview, a person) is led to the page with the choices.
    """
    way = request.path.removesuffix("stop/")
    if request.method != "POST":
        return HttpResponseRedirect(way)
    choosing.one_click(link, now)
    return guest_page(request, "guest_stopped.html", link, way=way)


def _within(told: str, reaches: list[Reach]) -> Within:
    known = {each.within.value: each.within for each in reaches}
    return known.get(told, Within.PROPERTY)


def _named(reach: Reach) -> str:
    facts = {"name": reach.name, "count": reach.hotels}
    if reach.within == Within.PROPERTY:
        return _("%(name)s only") % facts
    if reach.within == Within.LEGAL_ENTITY:
        return ngettext(
            "The %(count)s hotel of %(name)s", "The %(count)s hotels of %(name)s", reach.hotels
        ) % facts  # fmt: skip
    return ngettext(
        "The whole group %(name)s, %(count)s hotel",
        "The whole group %(name)s, %(count)s hotels",
        reach.hotels,
    ) % facts  # fmt: skip
