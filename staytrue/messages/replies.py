"""What guests answer to messages of ours: kept once, for the desk, which opens or moves a case."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from staytrue.consent import opt_out_words
from staytrue.kit.cards import mask_cards
from staytrue.kit.text import clean, clean_lines
from staytrue.messages.models import GuestReply, Message
from staytrue.messages.queries import READ
from staytrue.staff.access import Access, visible_to

WORDS_MAX, SUBJECT_MAX = 4_000, 200
_SHOWN = 50


@dataclass(frozen=True)
class Came:
    """An answer as it came in; `key` is the same however often it is told."""

    key: str
    channel: str
    sender: str
    subject: str
    words: str


def keep(message: Message, came: Came, now: datetime) -> bool:
    """Keep it for the desk; whether it is new and says anything. Card numbers are masked first."""
    words = _safe(clean_lines(opt_out_words.own_words(came.words)))[:WORDS_MAX]
    if not words:
        return False
    _, is_new = GuestReply.objects.get_or_create(
        property_id=message.property_id,
        key=came.key,
        defaults={
            "at": now, "channel": came.channel, "message_id": message.pk,
            "profile_id": message.profile_id, "sender": clean(came.sender),
            "subject": _safe(clean(came.subject))[:SUBJECT_MAX], "words": words,
        },
    )  # fmt: skip
    return is_new


def waiting(limit: int) -> list[tuple[GuestReply, Message]]:
    """Those the desk does not know yet, oldest first, held; with the message each answers."""
    found = list(
        GuestReply.objects.select_for_update(skip_locked=True)
        .filter(taken_at=None)
        .order_by("pk")[:limit]
    )
    answered = Message.objects.in_bulk([each.message_id for each in found])
    return [(each, answered[each.message_id]) for each in found if each.message_id in answered]


def taken(reply: GuestReply, now: datetime) -> None:
    """The desk has it."""
    reply.taken_at = now
    reply.save(update_fields=["taken_at"])


def of_profiles(access: Access, profile_ids: Collection[int]) -> list[GuestReply]:
    """The newest answers of a guest with these profiles, as far as the reader sees the hotel's."""
    mine = GuestReply.objects.filter(profile_id__in=list(profile_ids))
    return list(visible_to(access, mine, READ).select_related("property").order_by("-pk")[:_SHOWN])


def _safe(text: str) -> str:
    return mask_cards(text)[0]
