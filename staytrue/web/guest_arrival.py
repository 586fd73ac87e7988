"""Before the arrival: a guest gives his own address, says when he comes and what he wishes."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from staytrue.consent.purposes import Purpose
from staytrue.forms import arriving, choosing
from staytrue.forms.arriving import Comes, Told
from staytrue.kit.errors import Refused
from staytrue.messages.guest_links import Opens
from staytrue.messages.models import GuestLink
from staytrue.web import reasons
from staytrue.web.guest_choices import WORDS, wording
from staytrue.web.guest_pages import back_to, guest_page, nothing, opened_by

COMES = {
    Comes.MORNING: gettext_lazy("Before 15:00"),
    Comes.AFTERNOON: gettext_lazy("15:00 to 18:00"),
    Comes.EVENING: gettext_lazy("18:00 to 22:00"),
    Comes.NIGHT: gettext_lazy("After 22:00"),
}
_TYPED = ("email", "phone", "comes", "wishes")


@opened_by(Opens.ARRIVAL)
def arrival(request: HttpRequest, link: GuestLink, now: datetime) -> HttpResponse:
    """Prepare one stay; what he typed and the hotel cannot read is said beside it."""
    known = arriving.known(link)
    if known is None:
        return nothing(request)
    typed = {name: request.POST.get(name, "") for name in _TYPED}
    errors: dict[str, str] = {}
    if request.method == "POST" and not known.is_over:
        try:
            made = arriving.tell(link, Told(**typed), now)
        except Refused as refusal:
            errors = _beside(refusal)
        else:
            _agree(request, link, made, now)
            return back_to(request, saved="yes")
    else:
        typed |= {"comes": known.comes, "wishes": known.wishes}
    return guest_page(
        request, "guest_arrival.html", link,
        known=known, stay=known.stay, typed=typed, errors=errors,
        comes=[(each.value, label) for each, label in COMES.items()],
        asks_news=link.channel == "email" and Purpose.MARKETING not in choosing.allowed(link, now),
        news=WORDS[Purpose.MARKETING], is_saved="saved" in request.GET, year=now.year,
    )  # fmt: skip


def _agree(request: HttpRequest, link: GuestLink, made: int | None, now: datetime) -> None:
    """News, if he ticked it: at his new address, else at the one that this link came to."""
    point = made or link.contact_point_id
    if request.POST.get("news") and link.channel == "email" and point:
        is_same = point == link.contact_point_id
        choosing.agree(link, point, wording(), now, confirmed=is_same)


def _beside(refusal: Refused) -> dict[str, str]:
    field = refusal.code.partition("_")[0]
    if field not in ("email", "phone"):
        return {"": _("This could not be kept. Check what you wrote.")}
    return {field: reasons.of(refusal)}
