"""How a guest says it was: one question is enough, and who was not happy is spoken with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from staytrue.forms import arriving, reading
from staytrue.forms.models import SurveyAnswer
from staytrue.kit.errors import Refused
from staytrue.messages.models import GuestLink

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
    return made
