"""What people do with a mailing: write it, hand it in, approve, send, pause and recall it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from staytrue.hotel.models import Property
from staytrue.kit import ids
from staytrue.kit.errors import Refused
from staytrue.messages import planning
from staytrue.messages.kinds import Kind
from staytrue.messages.mailings import lists
from staytrue.messages.models import Mailing, MailingRecipient, TemplateVersion
from staytrue.messages.reasons import Reason
from staytrue.staff import audit
from staytrue.staff.access import Access, one_of, require
from staytrue.staff.queries import others_may

WRITE, APPROVE, SEND = "mailings.write", "mailings.approve", "mailings.send"
GO = "go"
LIFE = timedelta(days=3)
"""So long after its turn a message of a mailing still makes sense."""
PAUSE_MAX = timedelta(days=365)
NAME_MAX, PER_MINUTE_MAX = 120, 3_000

State, Source = Mailing.State, Mailing.Source
_GOES = (State.SENDING, State.PAUSED)


def step_of(mailing: Mailing) -> str:
    """What its messages say they belong to."""
    return f"mailing:{mailing.pk}"


def _fingerprint(text: TemplateVersion) -> str:
    told = json.dumps(text.texts, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def texts(access: Access, hotel: Property) -> list[TemplateVersion]:
    """The approved texts a mailing of this hotel may be made of, the newest first."""
    require(access, WRITE, hotel)
    return list(
        TemplateVersion.objects.filter(
            Q(property_id=hotel.pk) | Q(property_id=None),
            template__kind=Kind.MAILING,
            template__channel="email",
            state__in=["live", "retired"],
        ).order_by("-approved_at", "-pk")
    )


@transaction.atomic
def write(
    access: Access,
    hotel: Property,
    name: str,
    text_id: int,
    source: str,
    now: datetime,
    per_minute: int = 300,
) -> Mailing:
    """A draft: which text, to what sort of list, how fast."""
    require(access, WRITE, hotel)
    if not name.strip() or len(name) > NAME_MAX:
        raise Refused(f"Give the mailing a name of up to {NAME_MAX} letters.", "mailing_name")
    text = next((each for each in texts(access, hotel) if each.pk == text_id), None)
    if text is None:
        raise Refused("Choose a text that was approved for this hotel.", "mailing_text")
    if not 1 <= per_minute <= PER_MINUTE_MAX:
        raise Refused(f"Between 1 and {PER_MINUTE_MAX} a minute.", "mailing_pace")
    with audit.acting(access.actor, now):
        return Mailing.objects.create(
            public_id=ids.new(), property=hotel, name=name.strip(), template_version=text.pk,
            words=_fingerprint(text), source=Source(source), per_minute=per_minute, written_by=access.actor, written_at=now,
        )  # fmt: skip


@transaction.atomic
def add(access: Access, public_id: UUID, profile_ids: Collection[int], now: datetime) -> int:
    """Put guests on a list chosen by hand; how many of them are guests of this hotel."""
    mailing = _held(access, public_id, WRITE, State.DRAFT)
    found = sorted(set(lists.at_hotel(access, mailing.property_id, profile_ids).values()))
    lists.put(mailing, dict.fromkeys(found), now)
    return len(found)


@transaction.atomic
def remove(access: Access, public_id: UUID, profile_id: int, now: datetime) -> None:
    """Take a guest off the list of a draft."""
    mailing = _held(access, public_id, WRITE, State.DRAFT)
    MailingRecipient.objects.filter(mailing=mailing, profile_id=profile_id).delete()
    lists.changed(mailing, now)


@transaction.atomic
def take_file(access: Access, public_id: UUID, data: bytes, now: datetime) -> Mapping[str, Any]:
    """Take the list from a file in place of the one before; the report of what was not found."""
    mailing = _held(access, public_id, WRITE, State.DRAFT)
    named = lists.read(data)
    found, report = lists.known(access, mailing.property_id, named)
    MailingRecipient.objects.filter(mailing=mailing).delete()
    lists.put(mailing, found, now)
    mailing.report = report
    mailing.save(update_fields=["report"])
    return report


@transaction.atomic
def ask(access: Access, public_id: UUID, now: datetime) -> None:
    """Have counted who would get it, as things stand now."""
    mailing = _held(access, public_id, WRITE, State.DRAFT)
    lists.forget(mailing)
    mailing.asked_at = now
    mailing.save(update_fields=["asked_at"])


@transaction.atomic
def hand_in(access: Access, public_id: UUID, now: datetime) -> None:
    """The draft is finished: its list is frozen, counted once more, and somebody else looks at it."""
    mailing = _held(access, public_id, WRITE, State.DRAFT)
    if mailing.source != Source.EVERYONE and not _lines(mailing).exists():
        raise Refused("Nobody is on the list yet.", "mailing_empty")
    lists.forget(mailing)
    with audit.acting(access.actor, now):
        mailing.state, mailing.handed_in_at, mailing.asked_at = State.WAITING, now, now
        # Addresses of people who are no guests here are kept no longer than somebody corrects them.
        mailing.report = {name: told for name, told in mailing.report.items() if name != "lines"}
        mailing.save(update_fields=["state", "handed_in_at", "asked_at", "report"])


@transaction.atomic
def send_back(access: Access, public_id: UUID, why: str, now: datetime) -> None:
    """Not so: it becomes a draft again, and the audit says why."""
    mailing = _held(access, public_id, APPROVE, State.WAITING)
    if not why.strip():
        raise Refused("Say what should be different.", "reason_missing")
    with audit.acting(access.actor, now, why.strip()):
        mailing.state, mailing.handed_in_at = State.DRAFT, None
        mailing.save(update_fields=["state", "handed_in_at"])


@transaction.atomic
def approve(access: Access, public_id: UUID, now: datetime) -> None:
    """Let this text go to exactly this list; not by whoever wrote it, where another can."""
    mailing = _held(access, public_id, APPROVE, State.WAITING)
    if mailing.written_by == access.actor and others_may(access, APPROVE, mailing.property_id):
        raise Refused(
            "You wrote it, so someone else must approve it.", "own_mailing", mailing=mailing.name
        )
    if mailing.looked_at is None:
        raise Refused("It is still being counted who gets it. Wait a moment.", "mailing_uncounted")
    if not _lines(mailing).filter(verdict=GO).exists():
        raise Refused("Nobody on this list may get it.", "mailing_reaches_nobody")
    with audit.acting(access.actor, now):
        mailing.state, mailing.approved_by, mailing.approved_at = (
            State.APPROVED, access.actor, now,
        )  # fmt: skip
        mailing.save(update_fields=["state", "approved_by", "approved_at"])


@transaction.atomic
def send(access: Access, public_id: UUID, now: datetime) -> None:
    """Begin: the rounds plan its messages batch by batch, and the gate decides each."""
    mailing = _held(access, public_id, SEND, State.APPROVED)
    with audit.acting(access.actor, now):
        mailing.state, mailing.started_by, mailing.started_at = State.SENDING, access.actor, now
        mailing.save(update_fields=["state", "started_by", "started_at"])


@transaction.atomic
def pause(access: Access, public_id: UUID, now: datetime) -> None:
    """Nothing more of it leaves, at once; what is at the carrier already cannot be called back."""
    mailing = _held(access, public_id, SEND, State.SENDING)
    _stop(mailing, access, State.PAUSED, now)
    planning.hold(
        mailing.words, step_of(mailing), Reason.PAUSED, now + PAUSE_MAX, now, by=access.actor
    )


@transaction.atomic
def resume(access: Access, public_id: UUID, now: datetime) -> None:
    """Go on: what waited is decided anew at the gate."""
    mailing = _held(access, public_id, SEND, State.PAUSED)
    with audit.acting(access.actor, now):
        mailing.state, mailing.stopped_by, mailing.stopped_at = State.SENDING, "", None
        mailing.save(update_fields=["state", "stopped_by", "stopped_at"])
    planning.release(mailing.words, step_of(mailing), Reason.PAUSED, now + LIFE, now)


@transaction.atomic
def recall(access: Access, public_id: UUID, now: datetime) -> None:
    """Take back the unsent part for good; a mailing that has not begun is withdrawn."""
    open_ = [each for each in State if each not in (State.DONE, State.RECALLED)]
    mailing = one_of(access, Mailing.objects.all(), WRITE, public_id=public_id)
    right = SEND if mailing.state in _GOES else WRITE
    mailing = _held(access, public_id, right, *open_)
    _stop(mailing, access, State.RECALLED, now)
    waiting = planning.open_of(mailing.words, step_of(mailing))
    planning.close(waiting, Reason.RECALLED, now, by=access.actor)


def _stop(mailing: Mailing, access: Access, state: Mailing.State, now: datetime) -> None:
    with audit.acting(access.actor, now):
        mailing.state, mailing.stopped_by, mailing.stopped_at = state, access.actor, now
        mailing.ended_at = now if state == State.RECALLED else None
        mailing.save(update_fields=["state", "stopped_by", "stopped_at", "ended_at"])


def _lines(mailing: Mailing) -> Any:
    return MailingRecipient.objects.filter(mailing=mailing)


def _held(access: Access, public_id: UUID, right: str, *states: Mailing.State) -> Mailing:
    """The mailing, locked, where he has the right and it is in one of these states."""
    held = Mailing.objects.select_for_update(of=("self",)).select_related("property")
    mailing = one_of(access, held, right, public_id=public_id)
    if mailing.state not in states:
        raise Refused(
            "The mailing has moved on meanwhile. Look at it again.", "mailing_moved_on",
            state=mailing.state,
        )  # fmt: skip
    return mailing


ACTS: Mapping[str, Callable[[Access, UUID, datetime], None]] = {
    "ask": ask, "hand_in": hand_in, "approve": approve, "send": send, "pause": pause,
    "resume": resume, "recall": recall,
}  # fmt: skip
"""The acts that need nothing but the mailing, by the name screens and commands call them."""
