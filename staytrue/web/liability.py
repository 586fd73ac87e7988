"""What the house owes its members over time: a line, a table, and the entries behind a month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from babel.dates import format_skeleton
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from staytrue.guests.side_by_side import names
from staytrue.kit import clock
from staytrue.loyalty import months as monthly
from staytrue.loyalty import queries
from staytrue.loyalty.models import PointsEntry
from staytrue.loyalty.queries import READ, Month
from staytrue.staff.access import require_everywhere
from staytrue.staff.guard import access_in, needs
from staytrue.web import formats, given, loyalty, loyalty_words, words
from staytrue.web.chart import HEIGHT, LEFT, TOP, WIDTH, Mark
from staytrue.web.pages import page

_LABELS_MAX = 8
_STEPS = (1, 2, 5)


@dataclass(frozen=True)
class Chart:
    """What the template draws, in the picture's own units."""

    line: str
    area: str
    scale: list[Mark]
    months: list[Mark]
    end: tuple[float, float]
    most: str
    now_text: str


@dataclass(frozen=True)
class ShownMonth:
    """A month with its name."""

    of: Month
    name: str


@dataclass(frozen=True)
class ShownEntry:
    """An entry with its guest's name."""

    of: PointsEntry
    name: str
    kind: str


@needs(READ)
@require_GET
def liability(request: HttpRequest) -> HttpResponse:
    """What is owed at the end of each month, and what makes one of them."""
    loyalty.require_module()
    access, now = access_in(request), clock.now()
    # The sum over all hotels is for those who may see all of them.
    require_everywhere(access, READ)
    found = queries.liability(access)
    month = _month(request.GET.get("month", ""), found)
    entries = monthly.entries_in(access, month) if month else []
    called = names(access, {each.profile_id for each in entries})
    return page(
        request, "liability.html", now, screen=loyalty.SCREEN, chart=chart(found), month=month,
        months=[ShownMonth(each, month_name(each.month)) for each in reversed(found)],
        month_name=month_name(month) if month else "",
        outstanding=found[-1].outstanding if found else 0,
        years=[(str(year), points) for year, points in queries.owed_by_year(access).items()],
        entries=[ShownEntry(each, called.get(each.profile_id, ""),
                            words.word(loyalty_words.ENTRY, each.kind)) for each in entries],
    )  # fmt: skip


def _month(text: str, found: Sequence[Month]) -> date | None:
    asked = given.day(f"{text}-01") if text else None
    return next((each.month for each in found if each.month == asked), None)


def month_name(month: date) -> str:
    """A month as people write it."""
    return str(format_skeleton("yMMM", month, locale=formats.locale()))


def chart(found: Sequence[Month]) -> Chart | None:
    """The line of what is owed; none where there is no second month."""
    if len(found) < 2:
        return None
    first, last = _number(found[0].month), _number(found[-1].month)
    most = max(1, *(each.outstanding for each in found))
    step = _step(most)
    top = -(-most // step) * step
    at = [LEFT + WIDTH * (_number(each.month) - first) / (last - first) for each in found]
    up = [_y(max(0, each.outstanding), top) for each in found]
    line = "M" + " L".join(f"{x:.1f} {y:.1f}" for x, y in zip(at, up, strict=True))
    floor = TOP + HEIGHT
    every = -(-len(found) // _LABELS_MAX)
    return Chart(
        line=line,
        area=f"{line} L{at[-1]:.1f} {floor:.1f} L{at[0]:.1f} {floor:.1f}Z",
        scale=[Mark(_y(n, top), formats.number(n)) for n in range(0, top + 1, step)],
        months=[
            Mark(x, month_name(each.month))
            for place, (x, each) in enumerate(zip(at, found, strict=True))
            if place % every == 0
        ],
        end=(at[-1], up[-1]),
        most=formats.number(most),
        now_text=formats.number(found[-1].outstanding),
    )


def _number(month: date) -> int:
    return month.year * 12 + month.month


def _y(value: float, top: int) -> float:
    return TOP + HEIGHT * (1 - value / top)


def _step(most: int) -> int:
    """A round distance between the lines of the scale: at most five of them."""
    scale = 1
    while True:
        for step in _STEPS:
            if most <= 5 * step * scale:
                return step * scale
        scale *= 10
