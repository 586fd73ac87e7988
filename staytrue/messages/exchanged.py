"""All that went between the house and one guest: messages out, answers in, newest first."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models.functions import Coalesce

from staytrue.hotel.models import Property
from staytrue.messages import replies
from staytrue.messages.kinds import LEFT, OPEN, UNDERWAY
from staytrue.messages.models import GuestReply, Message
from staytrue.messages.queries import READ
from staytrue.staff.access import Access, visible_to

MOST = 50
WORDS = "notes.read"
"""A guest's own words are for who reads notes."""
_SHOWN = sorted(state.value for state in LEFT | UNDERWAY | OPEN)


@dataclass(frozen=True)
class Exchanged:
    """A message or an answer; `public_id` is the message's, also of the one that is answered."""

    at: datetime
    is_ours: bool
    hotel: Property
    channel: str
    public_id: UUID
    kind: str
    state: str = ""
    subject: str = ""
    words: str = ""


def of_profiles(access: Access, profile_ids: Collection[int]) -> list[Exchanged]:
    """What a guest with these profiles got, gets and answered, as far as the reader sees."""
    ids = list(profile_ids)
    found = Message.objects.filter(profile_id__in=ids, is_shadow=False, state__in=_SHOWN)
    out = visible_to(access, found, READ).annotate(moment=Coalesce("handed_at", "due_at"))
    ours = list(out.select_related("property").order_by("-moment", "-pk")[:MOST])
    theirs = replies.of_profiles(access, ids)
    answered = Message.objects.in_bulk([each.message_id for each in theirs])
    made = [
        Exchanged(
            at=each.handed_at or each.due_at, is_ours=True, hotel=each.property,
            channel=each.channel, public_id=each.public_id, kind=each.kind, state=each.state,
            subject=each.subject,
        )
        for each in ours
    ]  # fmt: skip
    made += [
        _answer(access, each, answered[each.message_id])
        for each in theirs
        if each.message_id in answered
    ]
    return sorted(made, key=lambda each: each.at, reverse=True)[:MOST]


def _answer(access: Access, reply: GuestReply, of: Message) -> Exchanged:
    may_read = access.may(WORDS, reply.property_id)
    return Exchanged(
        at=reply.at, is_ours=False, hotel=reply.property, channel=reply.channel,
        public_id=of.public_id, kind=of.kind,
        subject=reply.subject if may_read else "", words=reply.words if may_read else "",
    )  # fmt: skip
