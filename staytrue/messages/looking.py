"""The last look into the PMS before a message leaves: by its interface, or by a person.

Each look is kept: it is the proof, and it counts against the calls a hotel allows per hour.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from django.db import transaction

from staytrue.hotel import scope
from staytrue.kit import clock
from staytrue.messages import decisions, planning
from staytrue.messages.case import Act, Answer, Told
from staytrue.messages.kinds import OPEN, State
from staytrue.messages.models import GateSetting, LookUp, Message
from staytrue.messages.reasons import CONFIRMABLE, WAITS_FOR_PERSON, Reason
from staytrue.mirror.models import Reservation
from staytrue.staff.actions import NewAsk

ASK = "confirm_message"
ENDS_HOLDS = frozenset({Told.SAME, Told.CONFIRMED})
"""What a look must say to end the hold of a message that did not ask itself."""
SECONDS = 2.0
"""No look begins later than this after the first: what it says must be so when the message leaves."""
_HOUR = timedelta(hours=1)


class Lookup(Protocol):
    """A way to ask PMSs about single reservations; flow wires it to the connectors that can."""

    def hotels(self) -> Collection[int]:
        """The hotels whose PMS can be asked."""
        ...

    def ask(self, reservation_id: int, now: datetime) -> Told:
        """Read this one now, within two seconds. What differs is applied by the normal inbox."""
        ...


def look_up(messages: Sequence[Message], lookup: Lookup, now: datetime) -> dict[int, Told]:
    """Ask the PMS about the stays of these held messages; reservation → what it said.

    Earliest arrivals first, within the hotel's calls per hour; no lock is held while it answers.
    Who was asked about first leaves when the last was: the rest is asked about in the next round.
    """
    until = clock.monotonic() + SECONDS
    with scope.everything():
        left = _left({each.property_id for each in messages}, now)
    ordered = sorted(messages, key=lambda each: (each.basis.get("arrival_on", ""), each.pk))
    told: dict[int, Told] = {}
    for each in ordered:
        stay = each.reservation_id
        if stay is None or stay in told:
            continue
        if clock.monotonic() > until:
            break
        before = _version(stay)
        has_calls = left[each.property_id] > 0
        left[each.property_id] -= has_calls
        answer = lookup.ask(stay, now) if has_calls else Told.BUSY
        # What was read and applied meanwhile is another version, of which this proves nothing.
        told[stay] = Told.DIFFERS if _version(stay) != before else answer
        _note(each, told[stay], before, now)
    with scope.everything():
        # Who asked is told whatever it is. The stay's other messages are woken only by what may
        # end their hold: woken by anything else, each would ask again for the other.
        Message.objects.filter(pk__in=[each.pk for each in ordered], state=State.HELD).update(
            held_until=now
        )
        _wake([stay for stay, answer in told.items() if answer in ENDS_HOLDS], now)
    return told


def calls(property_id: int, now: datetime) -> tuple[int, int]:
    """How many calls the last hour took at a hotel, and how many it allows."""
    left = _left([property_id], now)[property_id]
    chosen = GateSetting.objects.filter(pk=property_id).first() or GateSetting()
    return chosen.look_ups_per_hour - left, chosen.look_ups_per_hour


def _left(property_ids: Collection[int], now: datetime) -> Counter[int]:
    chosen = GateSetting.objects.in_bulk(list(property_ids))
    asked = Counter(
        LookUp.objects.filter(property_id__in=property_ids, at__gt=now - _HOUR, told_by="")
        .exclude(answer=Told.BUSY)
        .values_list("property_id", flat=True)
    )
    calls = {
        id_: chosen[id_].look_ups_per_hour if id_ in chosen else GateSetting().look_ups_per_hour
        for id_ in property_ids
    }
    return Counter({id_: most - asked[id_] for id_, most in calls.items()})


def _version(reservation_id: int) -> int | None:
    with scope.everything():
        found = Reservation.objects.filter(pk=reservation_id).values_list("content_hash", flat=True)
        return found.first()


def _note(message: Message, told: Told, version: int | None, now: datetime, by: str = "") -> None:
    with scope.everything():
        LookUp.objects.create(
            property_id=message.property_id,
            reservation_id=message.reservation_id or 0,
            at=now,
            answer=told,
            stay_version=version,
            told_by=by,
        )


def _wake(reservation_ids: Collection[int], now: datetime) -> None:
    Message.objects.filter(
        reservation_id__in=reservation_ids,
        state=State.HELD,
        reason__in=[reason.value for reason in CONFIRMABLE],
    ).update(held_until=now)


def is_for_person(answer: Answer) -> bool:
    """Whether only somebody who looks into the PMS can end this hold."""
    is_held = answer.act == Act.HOLD and answer.reason in WAITS_FOR_PERSON
    return is_held and (not answer.wants_look_up or bool(answer.facts.get("not_found")))


def ask_for(message: Message) -> NewAsk:
    """Confirm or drop: the front desk looks into the PMS."""
    return NewAsk(
        key=f"{decisions.ASK}{message.pk}",
        kind=ASK,
        role="front_desk",
        property_id=message.property_id,
        facts={"kind": message.kind, "arrival_on": message.basis.get("arrival_on", "")},
        link=f"/messages/{message.public_id}/",
        due_at=message.not_after,
    )


@transaction.atomic
def confirm(message: Message, by: str, now: datetime) -> None:
    """Somebody looked into the PMS: the stay is as it stands here, and the message may leave."""
    _note(message, Told.CONFIRMED, _version(message.reservation_id or 0), now, by)
    _wake([message.reservation_id or 0], now)
    decisions.close_asks([message.pk], "confirmed", now)


def drop(message: Message, by: str, now: datetime) -> bool:
    """Somebody decided that it is not to be sent; whether it was still open."""
    if message.state not in OPEN:
        return False
    return bool(planning.close([message.pk], Reason.DROPPED_BY_STAFF, now, by=by))
