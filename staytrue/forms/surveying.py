"""How a guest says it was: one question is enough, and who was not happy is spoken with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db import transaction

from staytrue.forms import arriving, reading
from staytrue.forms.models import SurveyAnswer
from staytrue.forms.reading import LOW_SCORE
from staytrue.kit.errors import Refused
from staytrue.messages import silences
from staytrue.messages.models import GuestLink, Silence
from staytrue.messages.queries import ANSWER
from staytrue.messages.silences import Quiet
from staytrue.mirror.models import Reservation
from staytrue.staff import audit
from staytrue.staff.access import Access, one_of

SCORES = range(11)


class Topic(StrEnum):
    """What a guest may ask the hotel to get better at."""

    ROOM = "room"
    QUIET = "quiet"
    BREAKFAST = "breakfast"
    WELCOME = "welcome"
    WIFI = "wifi"
    CLEANLINESS = "cleanliness"


@dataclass(frozen=True)
class Told:
    """An answer as it was typed."""

    score: str
    topics: tuple[str, ...] = ()
    comment: str = ""
    wants_call: bool = False


def answer_of(link: GuestLink) -> SurveyAnswer | None:
    """What he answered before, if he did."""
    return SurveyAnswer.objects.filter(
        reservation_id=link.stay_id(), profile_id=link.profile_id
    ).first()


def answer(link: GuestLink, told: Told, now: datetime) -> SurveyAnswer:
    """Keep his answer; a second one replaces the first."""
    if told.score not in {str(score) for score in SCORES}:
        raise Refused("Choose a number from 0 to 10.", "score_missing")
    made, _ = SurveyAnswer.objects.update_or_create(
        reservation_id=link.stay_id(),
        defaults={
            "property_id": link.property_id,
            "profile_id": link.profile_id,
            "link_id": link.pk,
            "at": now,
            "language": link.language,
            "read_at": None,
            "read_by": "",
            "score": int(told.score),
            "topics": [topic.value for topic in Topic if topic in told.topics],
            "comment": arriving.words(told.comment),
            "wants_call": told.wants_call,
        },
    )
    reading.settle_asks([made.reservation_id], now)
    _settle_quiet(made, now)
    return made


@transaction.atomic
def release(access: Access, reservation_id: int, now: datetime) -> bool:
    """Somebody spoke with him: other messages may reach him again; whether it was quiet."""
    stay = one_of(access, Reservation.objects.all(), ANSWER, pk=reservation_id)
    with audit.acting(access.actor, now):
        audit.record("silence_ended", f"reservation:{stay.pk}", property_id=stay.property_id)
    return bool(silences.end([quiet_key(stay.pk)], now))


def is_quiet(reservation_id: int) -> bool:
    """Whether a low score of this stay keeps other messages from its guest."""
    return Silence.objects.filter(key=quiet_key(reservation_id), until_at=None).exists()


def quiet_key(reservation_id: int) -> str:
    """The one silence that a survey of this stay begins."""
    return f"survey:{reservation_id}"


def _settle_quiet(answer: SurveyAnswer, now: datetime) -> None:
    """Who was not happy gets only what his stay needs, until somebody has spoken with him."""
    key = quiet_key(answer.reservation_id)
    if answer.score > reading.LOW:
        silences.end([key], now)
        return
    quiet = Quiet(key, LOW_SCORE, answer.profile_id, None, answer.property_id, reading.RELATIONS)
    silences.begin([quiet], now)
