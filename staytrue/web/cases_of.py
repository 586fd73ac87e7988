"""The cases of a guest and of a stay, where one looks at them, and a new one opened from there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from staytrue.desk import colleagues, opening, queries
from staytrue.desk.kinds import Cause, Kind, right_for
from staytrue.desk.models import Case
from staytrue.desk.opening import NewCase
from staytrue.guests.card import Card
from staytrue.kit import clock
from staytrue.kit.text import clean
from staytrue.mirror.models import Profile, Reservation
from staytrue.mirror.sheets import PROFILES, StaySheet
from staytrue.staff.access import Access, one_of
from staytrue.staff.guard import access_in, needs
from staytrue.web import card, given
from staytrue.web.acting import tried

SEES = "stays.read"
# A promise is held against the house rules where it is made, a reply comes with its message.
_KINDS = (Kind.REQUEST, Kind.PREFERENCE, Kind.RECOVERY, Kind.FEEDBACK)


@dataclass(frozen=True)
class Opening:
    """What a new case can be: about which stay or profile, of which kinds, for which department."""

    abouts: list[tuple[str, str]]
    kinds: list[str]
    departments: list[tuple[str, str]]
    causes: list[str]


@dataclass(frozen=True)
class Cases:
    """The cases to be seen here, those that are open first, and how a new one is opened."""

    found: list[Case]
    opening: Opening | None

    @property
    def open(self) -> int:
        """How many are open."""
        return sum(each.closed_at is None for each in self.found)


@needs(PROFILES)
@require_GET
def tab(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Every case of a guest, as far as the reader sees them."""
    access, now = access_in(request), clock.now()
    shown = card.card_of(request, public_id, now)
    if isinstance(shown, HttpResponse):
        return shown
    return card.card_page(
        request, "card_cases.html", shown, now, live=True, cases=_of_guest(access, shown)
    )


def of_stay(access: Access, sheet: StaySheet) -> Cases:
    """The cases about a stay."""
    kinds = _kinds(access, sheet.hotel.pk)
    made = None
    if kinds:
        departments = [(each.key, each.name) for each in colleagues.departments([sheet.hotel.pk])]
        made = Opening([(f"stay:{sheet.id}", "")], kinds, departments, _causes())
    return Cases(_sorted(queries.of_stay(access, sheet.id)), made)


def _of_guest(access: Access, shown: Card) -> Cases:
    found = queries.of_profiles(access, [each.id for each in shown.sources])
    hotels: dict[int, tuple[str, str]] = {}
    for each in shown.sources:
        if each.hotel is not None and _kinds(access, each.hotel.pk):
            hotels.setdefault(each.hotel.pk, (f"profile:{each.id}", each.hotel.name))
    for stay in shown.history.stays:
        # While he is in house it is about his stay.
        if stay.status == "in_house" and not stay.until_at and stay.property_id in hotels:
            hotels[stay.property_id] = (f"stay:{stay.id}", stay.hotel)
    kinds = [kind.value for kind in _KINDS if any(_may(access, kind, hotel) for hotel in hotels)]
    made = Opening(list(hotels.values()), kinds, [], _causes()) if hotels else None
    return Cases(_sorted(found), made)


def _sorted(found: Iterable[Case]) -> list[Case]:
    return sorted(found, key=lambda each: each.closed_at is not None)


def _kinds(access: Access, hotel: int) -> list[str]:
    return [kind.value for kind in _KINDS if _may(access, kind, hotel)]


def _may(access: Access, kind: Kind, hotel: int) -> bool:
    return access.may(right_for(kind), hotel)


def _causes() -> list[str]:
    return [each.value for each in Cause]


@needs(SEES)
@require_POST
def open_new(request: HttpRequest) -> HttpResponseBase:
    """Open a case about a stay or a guest, from the page that shows it."""
    access, now, form = access_in(request), clock.now(), request.POST
    sort, _colon, id_ = form.get("about", "").partition(":")
    of = _about(access, sort, given.known(id_))
    made: list[Case] = []

    def write() -> None:
        new = replace(
            of, kind=form.get("kind", ""), words=clean(form.get("words", "")),
            cause=form.get("cause", ""), department=given.plain(form.get("department", "")),
        )  # fmt: skip
        made.append(opening.open_case(access, new, now))

    if tried(request, write, _("Written down, with an owner and an end.")):
        return redirect("case", made[0].pk)
    return redirect("stay" if sort == "stay" else "guest", id_)


def _about(access: Access, sort: str, id_: int) -> NewCase:
    """A case about this stay or profile, as yet of no kind; what is not his does not exist."""
    if sort == "stay":
        stay = one_of(access, Reservation.objects.all(), SEES, pk=id_)
        return NewCase(property_id=stay.property_id, kind="", reservation_id=id_)
    if sort != "profile":
        raise Http404
    found = one_of(access, Profile.objects.all(), PROFILES, pk=id_)
    if found.property_id is None:
        raise Http404
    return NewCase(property_id=found.property_id, kind="", profile_id=id_)
