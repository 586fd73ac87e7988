"""What guests answered to our messages, put on their cases at the desk."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from staytrue.desk import corresponding
from staytrue.desk.corresponding import Answer
from staytrue.hotel import scope
from staytrue.messages import replies
from staytrue.messages.models import GuestReply, Message

AT_ONCE = 50


def take(now: datetime) -> int:
    """Bring the desk what it does not know yet; how many answers there were."""
    with transaction.atomic(), scope.everything():
        waiting = replies.waiting(AT_ONCE)
        for reply, message in waiting:
            corresponding.hear(_answer(reply, message), now)
            replies.taken(reply, now)
    return len(waiting)


def _answer(reply: GuestReply, message: Message) -> Answer:
    return Answer(
        property_id=reply.property_id,
        profile_id=reply.profile_id,
        message=message.public_id,
        kind=message.kind,
        party=message.party,
        reservation_id=message.reservation_id,
        subject=reply.subject,
        words=reply.words,
        reply=reply.pk,
    )
