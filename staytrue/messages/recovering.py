"""What a worker that was killed left under way: what surely did not leave is free, the rest unknown.

Its journal lines outlive it unless the machine lost its power: a message without the line of its
beginning never reached a carrier.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction

from staytrue.hotel import scope
from staytrue.messages import decisions, leases, turns
from staytrue.messages.decisions import Said
from staytrue.messages.journal import SETTLED, Journal
from staytrue.messages.kinds import State
from staytrue.messages.models import Message
from staytrue.messages.reasons import Reason


@dataclass(frozen=True)
class Recovered:
    """How many went free again, how many had ended without our noting it, how many nobody knows."""

    freed: int = 0
    ended: int = 0
    unknown: int = 0


@transaction.atomic
def recover(fence: int, now: datetime) -> Recovered:
    """Settle what was claimed under an older fence; whoever claimed it can hand nothing over now."""
    with scope.everything():
        left = list(
            Message.objects.select_for_update(no_key=True)
            .filter(state__in=[State.CLAIMED, State.HANDED_OVER], claim_token__lt=fence)
            .order_by("pk")
        )
        journal = Journal(settings.HOME)
        told = turns.told(journal.tail(), leases.boot()) if left else {}
        for message in left:
            end = turns.left_over(message.state, told.get(str(message.public_id)))
            message.state = end
            message.reason = Reason.NO_REPLY if end == State.UNKNOWN else ""
            message.settled_at = None if end == State.PLANNED else now
            message.claim_token = None if end == State.PLANNED else message.claim_token
            if end == State.PLANNED:
                message.claimed_at = message.handed_at = None
            message.save(
                update_fields=["state", "reason", "settled_at", "claim_token", "claimed_at",
                               "handed_at"]
            )  # fmt: skip
        decisions.note(
            [Said(each.pk, each.property_id, each.state, each.reason, facts={"recovered": fence})
             for each in left], now,
        )  # fmt: skip
        free = [each for each in left if each.state == State.PLANNED]
        # Known to be free before anybody sees it: else it is what the journal has and we forgot.
        lines = [{"message": str(each.public_id), "state": State.PLANNED} for each in free]
        journal.write(SETTLED, lines, now)
    freed = len(free)
    unknown = sum(each.state == State.UNKNOWN for each in left)
    return Recovered(freed, len(left) - freed - unknown, unknown)
