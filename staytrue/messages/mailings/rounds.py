"""What the worker does for mailings: counts long lists, plans the next batch, ends what is through.

A batch is a minute's worth at most, and a hotel's mailings share its minute; the gate decides each
message when it leaves. So a pause or a recall finds little that is planned, and stops that too.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet

from staytrue.hotel import scope
from staytrue.messages import planning, surroundings
from staytrue.messages.kinds import DEMANDS, OPEN, UNDERWAY, USED, Kind
from staytrue.messages.mailings.actions import GO, LIFE, State, step_of
from staytrue.messages.mailings.looking import AT_ONCE, look
from staytrue.messages.models import Mailing, MailingRecipient, Message
from staytrue.messages.reasons import Reason
from staytrue.messages.wanted import Wanted
from staytrue.messages.writing import reading
from staytrue.messages.writing.language import Chosen, chosen
from staytrue.messages.writing.live import by_id
from staytrue.staff import audit

BATCH = 250
LOOKED_PER_ROUND = 20 * AT_ONCE
ACTOR = "staytrue"
_MINUTE = timedelta(minutes=1)
HIS_OWN = frozenset(
    {
        Reason.CAPPED, Reason.SILENCE, Reason.NO_ADDRESS, Reason.NOT_AN_ADDRESS, Reason.SUPPRESSED,
        Reason.SHARED_ADDRESS, Reason.AGENCY_ADDRESS, Reason.RELAY_ADDRESS, Reason.OWN_ADDRESS,
        Reason.MISSING_FIELD, Reason.NO_BASIS, Reason.NOT_ON_ALLOW_LIST,
    }
)  # fmt: skip
"""Holds of one guest: they keep nobody else waiting. All others are the house's, and batches wait."""


def move(now: datetime) -> int:
    """One round over all mailings; how many messages were planned."""
    with scope.everything():
        asked = list(Mailing.objects.filter(asked_at__isnull=False, looked_at=None))
        going = list(Mailing.objects.filter(state=State.SENDING).values_list("pk", flat=True))
    for mailing in asked:
        look(mailing, now, LOOKED_PER_ROUND)
    return sum(_move(id_, now) for id_ in going)


@transaction.atomic
def _move(mailing_id: int, now: datetime) -> int:
    with scope.everything():
        held = Mailing.objects.select_for_update(of=("self",), skip_locked=True)
        mailing = held.filter(pk=mailing_id, state=State.SENDING).first()
        if mailing is None:
            return 0
        waiting = MailingRecipient.objects.filter(mailing=mailing, verdict=GO, message_id=None)
        if not waiting.exists():
            _end(mailing, now)
            return 0
        room = _room(mailing, now)
        if room <= 0 or _is_quiet(mailing, now):
            return 0
        # Whoever just gets the same words by another mailing waits for what becomes of it.
        elsewhere = _open(mailing).filter(profile_id=OuterRef("profile_id"))
        next_ones = waiting.exclude(Exists(elsewhere)).order_by("pk")[:room]
        _leave_out_written(mailing, list(next_ones.values_list("pk", flat=True)))
        batch = list(next_ones)
        plan(mailing, batch, now)
        return len(batch)


def _open(mailing: Mailing) -> QuerySet[Message]:
    """The open messages with its words, its own and other mailings'."""
    return Message.objects.filter(
        party=planning.MAILING, kind=Kind.MAILING, occurrence=mailing.words, reservation_id=None,
        state__in=sorted(OPEN),
    )  # fmt: skip


def _leave_out_written(mailing: Mailing, ids: list[int]) -> None:
    """Whoever got these very words by another mailing does not get them again."""
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE mailing_recipient r SET verdict = %s
                WHERE r.id = ANY(%s)
                  AND EXISTS (SELECT FROM message m
                               WHERE m.party = %s AND m.kind = 'mailing' AND m.occurrence = %s
                                 AND m.contact_point_id = r.contact_point_id
                                 AND m.state = ANY(%s::text[]))""",
            [Reason.ALREADY_SENT, ids, planning.MAILING, mailing.words,
             sorted(state.value for state in USED)],
        )  # fmt: skip


def _room(mailing: Mailing, now: datetime) -> int:
    """How many more may be planned now: this hotel's minute, less what the house itself keeps."""
    lately = Message.objects.filter(
        property_id=mailing.property_id, kind=Kind.MAILING, due_at__gt=now - _MINUTE
    ).count()
    mine = _open(mailing).filter(step=step_of(mailing))
    kept = mine.exclude(reason__in=sorted(HIS_OWN)).count()
    return min(BATCH, mailing.per_minute - lately, mailing.per_minute - kept)


def _is_quiet(mailing: Mailing, now: datetime) -> bool:
    """Whether the hotel's quiet hours last: they would all wait for the same instant."""
    hotel = surroundings.hotels({mailing.property_id}, frozenset())[mailing.property_id]
    return hotel.quiet_until(now) is not None


def plan(mailing: Mailing, batch: Sequence[MailingRecipient], now: datetime) -> None:
    """Plan a message for each of these, in the language he is written to."""
    known = reading.languages([(each.property_id, each.profile_id, None) for each in batch])
    texts = by_id({mailing.template_version})[mailing.template_version].texts
    wanted = [
        _wanted(mailing, each, chosen(told, texts), now)
        for each, told in zip(batch, known, strict=True)
    ]
    planning.add(wanted, now)
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE mailing_recipient r SET message_id = m.id FROM message m
                WHERE r.id = ANY(%s) AND m.party = %s AND m.kind = 'mailing' AND m.occurrence = %s
                  AND m.profile_id = r.profile_id AND m.reservation_id IS NULL AND m.step = %s
                  AND m.state IN ('planned', 'held')""",
            [
                [each.pk for each in batch],
                planning.MAILING,
                mailing.words,
                step_of(mailing),
            ],
        )


def _wanted(mailing: Mailing, to: MailingRecipient, language: Chosen, now: datetime) -> Wanted:
    return Wanted(
        kind=Kind.MAILING, property_id=to.property_id, profile_id=to.profile_id,
        contact_point_id=to.contact_point_id, purpose=DEMANDS[Kind.MAILING].purpose,
        due_at=now, not_before=now, not_after=now + LIFE, language=language.language,
        language_why=language.why, step=step_of(mailing), step_version=1,
        party=planning.MAILING, occurrence=mailing.words, template_version=mailing.template_version,
    )  # fmt: skip


def _end(mailing: Mailing, now: datetime) -> None:
    """Through, once nothing of it is open or under way."""
    ids = MailingRecipient.objects.filter(mailing=mailing).exclude(message_id=None)
    still = Message.objects.filter(
        pk__in=ids.values("message_id"), state__in=sorted(OPEN | UNDERWAY)
    )
    if still.exists():
        return
    with audit.acting(ACTOR, now):
        mailing.state, mailing.ended_at = State.DONE, now
        mailing.save(update_fields=["state", "ended_at"])
