"""Where guests go next: the matrix of hotels, and the stays behind one of its numbers."""

from __future__ import annotations

from datetime import timedelta

from django.http import Http404, HttpRequest, HttpResponse

from staytrue.guests import flows as moving
from staytrue.guests.flows import MOVES_MAX, Matrix, Move, Period
from staytrue.hotel.models import Property
from staytrue.kit import clock
from staytrue.mirror import lists
from staytrue.mirror.sheets import PROFILES
from staytrue.staff.access import Access
from staytrue.staff.guard import access_in, needs
from staytrue.web.pages import page
from staytrue.web.stays import read_day

_YEAR = timedelta(days=364)


@needs(PROFILES)
def flows(request: HttpRequest) -> HttpResponse:
    """From each stay of a guest to his next one, of the past year unless the address says so."""
    access, now = access_in(request), clock.now()
    last = read_day(request, "to") or lists.today_of(access, now)
    period = Period(read_day(request, "from") or last - _YEAR, last)
    found = moving.matrix(access, period)
    chosen = _chosen(request, found)
    return page(
        request,
        "flows.html",
        now,
        screen="guests",
        period=period,
        found=found,
        lines=[_line(found, hotel) for hotel in found.hotels],
        chosen=chosen,
        moves=_moves(access, period, chosen),
        count=found.moves.get((chosen[0].pk, chosen[1].pk), 0) if chosen else 0,
        moves_max=MOVES_MAX,
    )


Pair = tuple[Property, Property]


def _chosen(request: HttpRequest, found: Matrix) -> Pair | None:
    """The number that is opened; of a hotel without moves there is none."""
    codes = request.GET.get("at", ""), request.GET.get("next", "")
    if not any(codes):
        return None
    known = {hotel.code: hotel for hotel in found.hotels}
    if not all(code in known for code in codes):
        raise Http404
    return known[codes[0]], known[codes[1]]


def _moves(access: Access, period: Period, chosen: Pair | None) -> list[Move]:
    return moving.moves(access, period, chosen[0].pk, chosen[1].pk) if chosen else []


def _line(found: Matrix, hotel: Property) -> tuple[Property, list[tuple[Property, int]], int]:
    """A hotel, its moves to each, and all of them."""
    cells = [(other, found.moves.get((hotel.pk, other.pk), 0)) for other in found.hotels]
    return hotel, cells, sum(count for _other, count in cells)
