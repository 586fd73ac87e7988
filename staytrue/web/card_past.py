"""A guest as he was known at the end of a past day: his values, profiles and stays of then."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse

from staytrue.guests import identities, naming, past
from staytrue.guests.composing import FIELDS
from staytrue.guests.identities import Answer, State
from staytrue.guests.models import Guest
from staytrue.guests.past import Known, Moment
from staytrue.kit.errors import Forbidden
from staytrue.mirror.lists import hotels
from staytrue.staff.access import Access
from staytrue.staff.guard import access_in
from staytrue.web import given, golden_lines, guest_words, words
from staytrue.web.facts import Fact
from staytrue.web.pages import page
from staytrue.web.words import word


@dataclass(frozen=True)
class PastStay:
    """A stay as it stood then."""

    of: dict[str, Any]
    hotel: str
    arrival_on: date
    departure_on: date


def day_of(request: HttpRequest) -> date | None:
    """The day the address asks for; nonsense does not exist."""
    return given.day(request.GET.get("known", ""))


def shown(request: HttpRequest, public_id: UUID, on: date, now: datetime) -> HttpResponse:
    """What we knew of this id when that day ended."""
    access = access_in(request)
    zone = ZoneInfo(next((hotel.timezone for hotel in hotels(access)), "UTC"))
    end = datetime.combine(on + timedelta(days=1), time(), zone)
    known = _known(access, public_id, min(end, now), now)
    fields = known.golden.fields
    return page(
        request,
        "card_past.html",
        now,
        screen="guests",
        public_id=public_id,
        on=on,
        is_known=known.answer.state == State.ACTIVE and bool(known.profiles),
        answer=known.answer,
        current=called(access, known.answer, min(end, now)),
        name=known.golden.name,
        lines=[
            Fact(
                word(words.FIELD, name),
                golden_lines.value(name, fields[name].value),
                note=word(guest_words.STANDING, fields[name].candidates[0].standing.value)
                if fields[name].candidates[0].actor
                else "",
            )
            for name in FIELDS
            if name in fields and name != "kind"
        ],
        profiles=known.profiles,
        stays=_stays(access, known.stays),
    )


def called(access: Access, answer: Answer, at: datetime | None = None) -> list[tuple[Guest, str]]:
    """The guests that an id stands for, or stood for, by the names the reader knows."""
    names = naming.names(access, answer.current, at)
    return [(each, names.get(each.pk, "")) for each in answer.current]


def _known(access: Access, public_id: UUID, at: datetime, now: datetime) -> Known:
    try:
        return past.guest(access, public_id, Moment(known_at=at), now)
    except Forbidden:
        # Nothing of him was known then; whoever may not see him now is told no more than before.
        answer = identities.answer(access, public_id)
        return Known(replace(answer, state=State.ERASED, current=[]))


def _stays(access: Access, records: Any) -> list[PastStay]:
    names = {hotel.code: hotel.name for hotel in hotels(access)}
    return [
        PastStay(
            each,
            names.get(each["property"], each["property"]),
            date.fromisoformat(each["arrival_on"]),
            date.fromisoformat(each["departure_on"]),
        )
        for each in records
        if each["arrival_on"] and each["departure_on"]
    ]
