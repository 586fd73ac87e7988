"""Messages of the demo house: some due, some that wait, one sent, one nobody knows of, one closed."""

from __future__ import annotations

from datetime import datetime, timedelta

from staytrue.consent import actions as consent
from staytrue.hotel import scope
from staytrue.hotel.models import Property
from staytrue.messages import gate, planning
from staytrue.messages.carriers.base import Outcome, Result
from staytrue.messages.claims import settled
from staytrue.messages.kinds import DEMANDS, Kind, State
from staytrue.messages.models import Decision, Message, MessageText, WrongSend
from staytrue.messages.reasons import Reason
from staytrue.messages.wanted import Wanted
from staytrue.messages.wrong_finding import Found, Sent, keep
from staytrue.messages.wrongness import Cause, Learnt
from staytrue.mirror.models import Profile, Reservation
from tests.messages import ways

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def pages() -> dict[str, str]:
    """The outbox heap by heap, and a message of each state."""
    with scope.everything():
        of = {
            state: Message.objects.filter(state=state).earliest("pk").public_id
            for state in (State.HELD, State.ACCEPTED, State.UNKNOWN, State.CLOSED)
        }
        wrong = WrongSend.objects.get().pk
    return {
        "outbox": "/messages/",
        **{f"outbox-{heap}": f"/messages/?heap={heap}" for heap in ("held", "sent", "closed")},
        "outbox-empty": "/messages/?day=2026-01-01",
        **{f"message-{state}": f"/messages/{id_}/" for state, id_ in of.items()},
        "wrong": "/sending/wrong/",
        "wrong-one": f"/sending/wrong/{wrong}/",
    }


def build(now: datetime) -> None:
    """Lisbon is armed for a moment and sends; Bilbao's daily file is too slow for most of it."""
    with scope.everything():
        lisbon, sirga = (Property.objects.get(code=code) for code in ("LIS", "BIO"))
        for hotel in (lisbon, sirga):
            _plan(hotel, now)
    ways.armed(lisbon, now=now, limit=100)
    ways.armed(sirga, now=now, limit=100)
    claims = gate.claim(6, ways.WORKER, now)
    for place, each in enumerate(claims[:3]):
        if gate.last_looks([each], now):
            result = Result.UNKNOWN if place == 1 else Result.ACCEPTED
            settled([(each, Outcome(result, "250 2.0.0 Ok"))], now)
            _say(each.message)
    gate.claim(50, ways.WORKER, now)
    with scope.everything():
        waiting = Message.objects.filter(state=State.HELD).latest("pk")
        planning.close([waiting.pk], Reason.DROPPED_BY_STAFF, now, by="member:1")
        _prove_wrong(now)


def _prove_wrong(now: datetime) -> None:
    """The PMS says of one that left that its stay had been cancelled an hour before."""
    sent = Message.objects.filter(state=State.ACCEPTED).earliest("pk")
    facts = Decision.objects.filter(message=sent, answer="send").latest("pk").facts
    of = Sent(
        sent.pk, sent.property_id, Kind(sent.kind), sent.recipient_role, sent.reservation_id or 0,
        sent.profile_id, sent.contact_point_id or 0, now, facts,
    )  # fmt: skip
    then = {"status": "confirmed", **sent.basis, "stay_version": sent.stay_version}
    stands = {"status": "cancelled", **sent.basis, "no": 2}
    keep([Found(of, Cause.CANCELLED, Learnt(now - HOUR, now), then, stands)], now)


def _plan(hotel: Property, now: datetime) -> None:
    """For the next arrivals: arrival information due now, the rest this evening and later."""
    stays = Reservation.objects.filter(
        property=hotel, status="confirmed", arrival_on__gt=now.date(), out_of_sight_since=None
    ).order_by("arrival_on", "pk")[:8]
    kinds = (Kind.PRE_CHECKIN, Kind.PRE_STAY, Kind.ARRIVAL_INFO)
    for place, stay in enumerate(stays):
        person = Profile.objects.filter(
            connection=stay.connection_id, source_id=stay.primary_profile
        ).first()
        if person is None:
            continue
        consent.learn_roles(consent.keep_contacts([person.pk], now), now)
        kind, due = kinds[place % 3], now if place < 6 else now + 2 * HOUR
        wanted = Wanted(
            kind=kind, property_id=hotel.pk, profile_id=person.pk, contact_point_id=None,
            purpose=DEMANDS[kind].purpose, due_at=due, not_before=due, not_after=due + DAY,
            language="en", language_why="profile", step=f"stay:{kind}", step_version=1,
            basis={"arrival_on": stay.arrival_on.isoformat(),
                   "departure_on": stay.departure_on.isoformat()},
        )  # fmt: skip
        planning.settle({stay.pk: [wanted]}, now - HOUR)


def _say(message: Message) -> None:
    with scope.everything():
        Message.objects.filter(pk=message.pk).update(subject="Your stay at Casa Andorinha")
        MessageText.objects.create(
            message=message, property_id=message.property_id,
            text="Good afternoon,\n\nyour room is ready from three o’clock.\n\nCasa Andorinha",
        )  # fmt: skip
