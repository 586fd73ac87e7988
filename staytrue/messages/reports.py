"""What carriers told later of our messages: kept once, and an address that is dead is suppressed.

Only a report that names a message by its mark, or comes over a carrier's own signed line, counts;
and it concerns the address that message went to, whatever address it names.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from staytrue.consent import acts
from staytrue.consent.acts import About, Spoken
from staytrue.consent.purposes import Channel, Origin
from staytrue.consent.ratchet import Cause
from staytrue.hotel import scope
from staytrue.hotel.models import Property
from staytrue.messages import decisions, marks, ways_out
from staytrue.messages.carriers import notices
from staytrue.messages.carriers.notices import What
from staytrue.messages.decisions import Said
from staytrue.messages.kinds import State
from staytrue.messages.models import CarrierReport, Message

ACTOR = "carrier"
_MOVES: dict[What, tuple[State, frozenset[str]]] = {
    What.DELIVERED: (State.DELIVERED, frozenset({State.ACCEPTED, State.UNKNOWN})),
    What.BOUNCED: (
        State.BOUNCED, frozenset({State.ACCEPTED, State.UNKNOWN, State.DELIVERED}),
    ),
    What.COMPLAINED: (
        State.COMPLAINED, frozenset({State.ACCEPTED, State.UNKNOWN, State.DELIVERED}),
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Told:
    """One report about one message, from a source that is believed."""

    public_id: UUID
    what: What
    origin: str
    key: str
    is_hard: bool = False
    detail: str = ""


def take_mail(raw: bytes, now: datetime) -> bool:
    """A mail that came back; False where it is no report of a message of ours."""
    notice = notices.read(raw)
    named = (marks.marked(quote) for quote in notice.quotes) if notice else iter(())
    public_id = next((found for found in named if found), None)
    if notice is None or public_id is None:
        return False
    key = hashlib.sha256(raw).hexdigest()
    return take(
        Told(public_id, notice.what, "mail", key, notice.is_hard, notice.detail or notice.status),
        now,
    )


@transaction.atomic
def take(told: Told, now: datetime) -> bool:
    """Keep a report once, move its message on, and suppress an address that is dead or complains."""
    with scope.everything():
        message = (
            Message.objects.select_for_update(of=("self",)).filter(public_id=told.public_id).first()
        )
        if message is None:
            return _of_forgotten(told, now)
        _, is_new = CarrierReport.objects.get_or_create(
            key=f"{told.origin}:{told.key}",
            defaults={
                "message": message, "property_id": message.property_id, "what": told.what,
                "origin": told.origin, "at": now, "detail": told.detail,
            },
        )  # fmt: skip
        if is_new:
            _move(message, told, now)
            if _is_final(told):
                suppress(message, told.what, told.detail, now)
    return True


def suppress(message: Message, what: What, detail: str, now: datetime) -> None:
    """Nothing more to the address that this message went to."""
    # One that a lost database sent may have gone to another address than it stands here for.
    went = None if message.address else ways_out.led_to(message.public_id)
    if went is not None:
        about = About(address_hash=bytes.fromhex(went["address"]))
    elif message.contact_point_id is not None:
        about = About(contact_point_id=message.contact_point_id)
    else:
        return
    told = Told(message.public_id, what, "", "", detail=detail)
    _suppress(about, Channel(message.channel), message.property_id, told, now)


def _of_forgotten(told: Told, now: datetime) -> bool:
    """Of a message that this restored database does not know, the journal knows the address."""
    went = ways_out.led_to(told.public_id)
    hotel = Property.objects.filter(code=went["hotel"]).first() if went else None
    if went is None or hotel is None:
        return False
    if _is_final(told):
        about = About(address_hash=bytes.fromhex(went["address"]))
        _suppress(about, Channel(went["channel"]), hotel.pk, told, now)
    return True


def _is_final(told: Told) -> bool:
    return told.is_hard or told.what is What.COMPLAINED


def _suppress(about: About, channel: Channel, hotel: int, told: Told, now: datetime) -> None:
    cause = Cause.COMPLAINT if told.what is What.COMPLAINED else Cause.BOUNCE
    proof = {"message": str(told.public_id), "detail": told.detail}
    spoken = Spoken(Origin.CARRIER, ACTOR, hotel, proof=proof)
    acts.suppress([about], channel, cause, spoken, now)


def _move(message: Message, told: Told, now: datetime) -> None:
    move = _MOVES.get(told.what)
    if move is None or message.state not in move[1]:
        return
    message.state, message.settled_at = move[0], now
    message.save(update_fields=["state", "settled_at"])
    facts = {"origin": told.origin, "detail": told.detail}
    decisions.note([Said(message.pk, message.property_id, move[0], facts=facts)], now)
