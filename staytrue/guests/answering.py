"""What a reviewer says of the pair before him: one door for proposals and for checks alike."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from staytrue.guests import deciding, safety_reviews, undoing
from staytrue.guests.deciding import Shown
from staytrue.guests.matching.safety import Answer
from staytrue.guests.models import Proposal
from staytrue.guests.reviewing import Item
from staytrue.kit.errors import Refused
from staytrue.staff.access import Access


class Said(StrEnum):
    """The three answers."""

    SAME = "same"
    DIFFERENT = "different"
    LATER = "later"


_OF_CHECK = {
    Said.SAME: Answer.SAME,
    Said.DIFFERENT: Answer.DIFFERENT,
    Said.LATER: Answer.UNSURE,
}


@dataclass(frozen=True)
class Answered:
    """What is needed to take an answer back; kept with the reviewer's session."""

    key: str
    said: str
    event: int | None = None
    proposal: int | None = None
    check: int | None = None

    def kept(self) -> dict[str, Any]:
        """In a form that a session holds."""
        return asdict(self)


def answer(
    access: Access,
    item: Item,
    said: Said,
    profiles: Collection[int],
    lifting: Collection[int],
    now: datetime,
) -> Answered:
    """Decide as the reviewer says; `profiles` and `lifting` are what his page showed."""
    if item.check is not None:
        event = safety_reviews.answer(access, item.check, _OF_CHECK[said], now)
        return Answered(item.key, said, event, check=item.check)
    if item.proposal is None:
        raise Refused("This pair is no longer to be decided.", "moved_on")
    if said == Said.LATER:
        deciding.later(access, item.proposal, now)
        return Answered(item.key, said, proposal=item.proposal)
    shown = Shown(item.proposal, profiles)
    if said == Said.SAME:
        event = deciding.merge(access, item.one, item.other, now, shown=shown, lifting=lifting)
    else:
        event = deciding.reject(access, item.one, item.other, now, shown=shown)
    return Answered(item.key, said, event, proposal=item.proposal)


def take_back(access: Access, last: Answered, now: datetime) -> None:
    """As if the last answer had not been given: the pair is asked again."""
    if last.check is not None:
        safety_reviews.take_back(access, last.check, last.event, now)
    elif last.event is not None:
        undoing.undo(access, last.event, now)
    elif last.proposal is not None:
        _ask_again(access, last.proposal, now)


def _ask_again(access: Access, proposal_id: int, now: datetime) -> None:
    with deciding.acting(access, now):
        asked = Proposal.objects.select_for_update().get(pk=proposal_id)
        deciding.require_over(access, [asked.one_profile, asked.other_profile])
        Proposal.objects.filter(pk=proposal_id).update(later_until=None)
