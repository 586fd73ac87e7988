"""What a guest wrote about a stay on his own pages, beside the stay; and the word that it was read."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from staytrue.forms import reading, surveying
from staytrue.forms.models import ArrivalForm, SurveyAnswer
from staytrue.kit import clock
from staytrue.messages import silences
from staytrue.messages.models import Silence
from staytrue.messages.queries import ANSWER
from staytrue.staff.access import Access
from staytrue.staff.guard import access_in, needs
from staytrue.web.guest_arrival import COMES
from staytrue.web.guest_survey import TOPICS


@dataclass(frozen=True)
class Wrote:
    """His words, and whether somebody has yet to read them."""

    arrival: ArrivalForm | None
    survey: SurveyAnswer | None
    comes: str | Promise
    topics: list[str | Promise]
    is_quiet: bool
    may_release: bool

    @property
    def is_unread(self) -> bool:
        """Whether something of it was read by nobody yet."""
        return any(each and each.read_at is None for each in (self.arrival, self.survey))


def wrote(access: Access, reservation_id: int) -> Wrote | None:
    """What guests wrote about this stay, for who reads notes."""
    arrival, survey = reading.of_stay(access, reservation_id)
    if arrival is None and survey is None:
        return None
    comes = {str(key): label for key, label in COMES.items()}
    topics = {str(key): label for key, label in TOPICS.items()}
    return Wrote(
        arrival,
        survey,
        comes.get(arrival.comes, "") if arrival else "",
        [topics[name] for name in survey.topics if name in topics] if survey else [],
        bool(survey) and surveying.is_quiet(reservation_id),
        bool(survey) and access.may(ANSWER, survey.property_id if survey else None),
    )


def quiet(access: Access, profile_ids: Collection[int]) -> list[Silence]:
    """What keeps other messages from a guest now, for his card."""
    return silences.open_of(access, profile_ids)


@needs(reading.RIGHT)
@require_POST
def read(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody has read it; what was asked because of it ends."""
    reading.read(access_in(request), pk, clock.now())
    return redirect("stay", pk)


@needs(ANSWER)
@require_POST
def release(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody spoke with a guest who was not happy: he may be written to again."""
    surveying.release(access_in(request), pk, clock.now())
    messages.success(request, _("He may be written to again."))
    return redirect("stay", pk)
