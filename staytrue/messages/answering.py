"""What a person says of a message that waits: the stay is so in the PMS, or it is dropped."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from staytrue.messages import looking
from staytrue.messages.kinds import OPEN, State
from staytrue.messages.models import Message
from staytrue.messages.queries import ANSWER
from staytrue.messages.reasons import CONFIRMABLE
from staytrue.staff import audit
from staytrue.staff.access import Access, one_of


@transaction.atomic
def confirm(access: Access, public_id: UUID, now: datetime) -> bool:
    """The stay stands in the PMS as it stands here; whether the message still waited."""
    message = _held(access, public_id)
    if message.state != State.HELD or message.reason not in CONFIRMABLE:
        return False
    looking.confirm(message, access.actor, now)
    audit.record("message_confirmed", f"message:{message.pk}", property_id=message.property_id)
    return True


@transaction.atomic
def drop(access: Access, public_id: UUID, now: datetime) -> bool:
    """It is not to be sent; whether it was still open."""
    message = _held(access, public_id)
    if message.state not in OPEN:
        return False
    audit.record("message_dropped", f"message:{message.pk}", property_id=message.property_id)
    return looking.drop(message, access.actor, now)


def _held(access: Access, public_id: UUID) -> Message:
    rows = Message.objects.select_for_update(of=("self",))
    return one_of(access, rows, ANSWER, public_id=public_id)
