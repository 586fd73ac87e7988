"""After the stay: one question is enough. What guests write is shown as text, nowhere as more."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from staytrue.forms import arriving, surveying
from staytrue.forms.surveying import SCORES, Told, Topic
from staytrue.kit.errors import Refused
from staytrue.messages.guest_links import Opens
from staytrue.messages.models import GuestLink
from staytrue.web.guest_pages import back_to, guest_page, nothing, opened_by

TOPICS = {
    Topic.ROOM: gettext_lazy("Room"),
    Topic.QUIET: gettext_lazy("Quiet"),
    Topic.BREAKFAST: gettext_lazy("Breakfast"),
    Topic.WELCOME: pgettext_lazy("judged in a survey", "Welcome"),
    Topic.WIFI: gettext_lazy("Wi-Fi"),
    Topic.CLEANLINESS: gettext_lazy("Cleanliness"),
}


@opened_by(Opens.SURVEY)
def survey(request: HttpRequest, link: GuestLink, now: datetime) -> HttpResponse:
    """Answer, or change the answer while the link lives."""
    known = arriving.known(link)
    if known is None:
        return nothing(request)
    told, error = _before(request, link), ""
    if request.method == "POST":
        told = Told(
            request.POST.get("score", ""),
            tuple(request.POST.getlist("topic")),
            request.POST.get("comment", ""),
            wants_call=bool(request.POST.get("call")),
        )
        try:
            surveying.answer(link, told, now)
            return back_to(request, saved="yes")
        except Refused:
            error = _("Choose a number from 0 to 10.")
    return guest_page(
        request, "guest_survey.html", link,
        stay=known.stay, first_name=known.first_name, told=told, error=error, year=now.year,
        scores=[str(score) for score in SCORES],
        topics=[(each.value, label) for each, label in TOPICS.items()],
        is_saved="saved" in request.GET,
    )  # fmt: skip


def _before(request: HttpRequest, link: GuestLink) -> Told:
    """What he answered before, else the number that he tapped in the mail: shown, not kept yet."""
    answer = surveying.answer_of(link)
    if answer is None:
        return Told(request.GET.get("score", ""))
    return Told(
        str(answer.score), tuple(answer.topics), answer.comment, wants_call=answer.wants_call
    )
