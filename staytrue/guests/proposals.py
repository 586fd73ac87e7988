"""Open questions about two guests, kept with the guests their profiles belong to now."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import connection
from django.db.models import Q

from staytrue.guests import links
from staytrue.guests.models import Proposal

State = Proposal.State


def decide(guests: tuple[int, int], state: State, event: int, actor: str, now: datetime) -> None:
    """The question about these two guests is answered by this event."""
    one, other = sorted(guests)
    Proposal.objects.filter(one=one, other=other, state=State.OPEN).update(
        state=state, event_id=event, decided_by=actor, decided_at=now
    )


def follow(guest_ids: Collection[int], event: int, now: datetime) -> None:
    """After moves: open questions about these guests go with the profiles they were asked of.

    One guest by now: answered. Asked of the pair already: gone, for the stronger one stays.
    """
    asked = Q(one__in=guest_ids) | Q(other__in=guest_ids)
    found = list(
        Proposal.objects.select_for_update().filter(asked, state=State.OPEN).order_by("-gain", "pk")
    )
    at = links.guests_of({id_ for each in found for id_ in (each.one_profile, each.other_profile)})
    # All leave before any arrives: a pair may take the place of one that leaves later.
    wanted: list[tuple[Proposal, int, int]] = []
    for each in found:
        one, other = at.get(each.one_profile), at.get(each.other_profile)
        if {one, other} == {each.one_id, each.other_id}:
            continue
        if one is None or other is None or one == other:
            state = State.GONE if one is None or other is None else State.MERGED
            _close(each, state, event, now)
            continue
        wanted.append((each, min(one, other), max(one, other)))
    for each, one, other in wanted:
        taken = Proposal.objects.filter(one=one, other=other, state=State.OPEN)
        if taken.exclude(pk=each.pk).exists():
            _close(each, State.GONE, event, now)
            continue
        Proposal.objects.filter(pk=each.pk).update(one=one, other=other)


def answered_by(event: int, actor: str) -> bool:
    """Whether this event was this person's answer to a question."""
    return Proposal.objects.filter(event_id=event, decided_by=actor, state=State.MERGED).exists()


def reopen(event: int) -> None:
    """What this event answered or did away with is asked again."""
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE proposal p SET state = 'open', event_id = NULL, decided_by = '',
                      decided_at = NULL, later_until = NULL
                WHERE p.event_id = %s AND p.state <> 'open'
                  AND NOT EXISTS (SELECT FROM proposal o WHERE o.one_id = p.one_id
                                     AND o.other_id = p.other_id AND o.state = 'open')""",
            [event],
        )


def _close(each: Proposal, state: State, event: int, now: datetime) -> None:
    Proposal.objects.filter(pk=each.pk).update(state=state, event_id=event, decided_at=now)
