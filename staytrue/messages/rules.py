"""May this message leave now? Pure: everything known goes in, one answer comes out.

The checks stand in one ordered list, what can never be right before what may become so. Whatever
is not known holds: no check passes on silence.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from staytrue.hotel.codes import Status
from staytrue.messages import reaching
from staytrue.messages.case import Act, Answer, Case, Proof, Told
from staytrue.messages.kinds import Kind, Needs
from staytrue.messages.reaching import Meant, Way
from staytrue.messages.reasons import Reason

PROOF_LASTS = timedelta(seconds=3)
"""So long a look-up at the PMS counts as "just before": for the round that asked, for no later one.
"""
CONFIRMED_LASTS = timedelta(minutes=30)
"""So long counts the word of a person who looked into the PMS."""
SOON, LATER, SELDOM = timedelta(minutes=2), timedelta(minutes=15), timedelta(hours=1)
"""When a hold is looked at again that nothing wakes earlier."""

Check = Callable[[Case], Answer | None]


def decide(case: Case) -> Answer:
    """The first check that objects answers; what none objects to may leave."""
    for check in CHECKS:
        if answer := check(case):
            return answer
    return Answer(Act.SEND)


def _close(reason: Reason, **facts: Any) -> Answer:
    return Answer(Act.CLOSE, reason, facts=facts)


def _hold(case: Case, reason: Reason, until: datetime | timedelta, **facts: Any) -> Answer:
    """Hold, never longer than the message makes sense; then it is looked at and expires."""
    end = case.now + until if isinstance(until, timedelta) else until
    # Past its own end it is looked at once more, to be expired.
    latest = case.not_after + timedelta(seconds=1)
    return Answer(Act.HOLD, reason, min(max(end, case.now), latest), facts)


def _time(case: Case) -> Answer | None:
    if case.now > case.not_after:
        return Answer(Act.EXPIRE, Reason.TOO_LATE, facts={"not_after": case.not_after.isoformat()})
    if case.now < case.not_before:
        return _hold(case, Reason.TOO_EARLY, case.not_before)
    return None


def _past(case: Case) -> Answer | None:
    if case.stay and case.stay.is_history:
        return _close(Reason.HISTORY_IMPORT)
    return _close(Reason.BEFORE_GO_LIVE) if case.is_before_go_live else None


def _once(case: Case) -> Answer | None:
    if case.is_sent:
        return _close(Reason.ALREADY_SENT)
    return _close(Reason.PARTY_ALREADY_WRITTEN) if case.is_party_written else None


_LOST = {Status.CANCELLED: Reason.CANCELLED, Status.NO_SHOW: Reason.NO_SHOW}
_AWAITED = {
    Needs.CHECKED_IN: Reason.NOT_CHECKED_IN,
    Needs.CHECKED_OUT: Reason.NOT_CHECKED_OUT,
    Needs.NOTHING: Reason.NOT_CONFIRMED,
}
_PASSED = {Status.IN_HOUSE: Reason.ALREADY_ARRIVED, Status.CHECKED_OUT: Reason.ALREADY_LEFT}
_STATUSES = frozenset(status.value for status in Status)
_ORDER = (Status.CONFIRMED, Status.IN_HOUSE, Status.CHECKED_OUT)


def _status(case: Case) -> Answer | None:
    """Whether the stay stands where this kind needs it, on the PMS's own positive word."""
    if not case.demands.of_stay:
        return None
    if case.stay is None:
        return _close(Reason.STAY_GONE)
    told = {"status": case.stay.status, "status_origin": case.stay.status_origin}
    if case.stay.status not in _STATUSES:
        return _hold(case, Reason.UNKNOWN_STATUS, LATER, **told)
    status = Status(case.stay.status)
    if status in case.demands.statuses:
        if case.demands.needs == Needs.NOTHING or case.stay.status_origin == "pms":
            return None
        return _hold(case, _AWAITED.get(case.demands.needs, Reason.NOT_CANCELLED), LATER, **told)
    if status in _LOST:
        return _close(_LOST[status], **told)
    if case.demands.needs == Needs.CANCELLED:
        return _close(Reason.NOT_CANCELLED, **told)
    if _is_waived(case, status):
        return None
    if status in _PASSED and _ORDER.index(status) > max(map(_ORDER.index, case.demands.statuses)):
        return _close(_PASSED[status], **told)
    return _hold(case, _AWAITED[case.demands.needs], LATER, **told)


def _is_waived(case: Case, status: Status) -> bool:
    """The hotel's own rule: its PMS says nothing of check-ins, so the calendar must do."""
    if case.stay is None or not case.chosen.waives_check_in:
        return False
    if case.demands.needs == Needs.CHECKED_IN:
        return status == Status.CONFIRMED and (
            case.stay.arrival_on <= case.today <= case.stay.departure_on
        )
    is_over = case.today > case.stay.departure_on
    return case.demands.needs == Needs.CHECKED_OUT and is_over and status in _ORDER


def _dates(case: Case) -> Answer | None:
    """What it was planned on must still be so: else the plan says anew when, and whether."""
    if case.stay is None or not case.demands.of_stay:
        return None
    now = {
        "arrival_on": case.stay.arrival_on.isoformat(),
        "departure_on": case.stay.departure_on.isoformat(),
    }
    planned = {name: case.basis.get(name, "") for name in now}
    if planned == now:
        return None
    facts = {"planned": planned, "stands": now}
    return Answer(Act.REPLAN, Reason.DATES_MOVED, case.now + SOON, facts)


def _person(case: Case) -> Answer | None:
    if case.recipient is None or case.recipient.is_gone:
        return _close(Reason.ERASED)
    if case.recipient.is_child:
        return _close(Reason.CHILD)
    if case.demands.of_stay and not case.recipient.is_on_stay:
        facts = {"role": case.recipient_role}
        return Answer(Act.REPLAN, Reason.GUEST_REPLACED, case.now + SOON, facts)
    return None


_FINAL_REFUSALS = frozenset({Reason.OPTED_OUT, Reason.NO_BASIS})


def _consent(case: Case) -> Answer | None:
    if case.point is None:
        return None  # `_address` says so; there is nothing to permit
    if case.permitted is None:
        return _hold(case, Reason.NO_BASIS, LATER)
    found = reaching.of_consent(case.permitted)
    if found and found.reason in _FINAL_REFUSALS:
        return _close(found.reason, **found.facts)
    # What stands against an address is mended by a person, and then it leaves.
    return _hold(case, found.reason, SELDOM, **found.facts) if found else None


def _brakes(case: Case) -> Answer | None:
    if case.source is None:
        return _hold(case, Reason.STALE_MIRROR, LATER, as_of=None)
    if case.source.has_held_delivery:
        return _hold(case, Reason.HELD_DELIVERY, LATER)
    if case.stay is None:
        return None
    if case.stay.parked:
        return _hold(case, Reason.UNKNOWN_STATUS, LATER, code=case.stay.parked)
    if case.stay.is_out_of_sight and not _is_proved(case):
        return _hold(case, Reason.OUT_OF_SIGHT, LATER, look_up=case.source.reads_one)
    return None


def _proof(case: Case) -> Proof | None:
    """The last look-up, while it is of the copy we hold and not too long ago."""
    if case.proof is None or case.stay is None or case.proof.version != case.stay.version:
        return None
    if _is_ahead_of_feed(case, case.proof):
        return case.proof
    return case.proof if timedelta(0) <= case.now - case.proof.at <= _lasts(case.proof) else None


def _lasts(proof: Proof) -> timedelta:
    return CONFIRMED_LASTS if proof.told == Told.CONFIRMED else PROOF_LASTS


def _is_ahead_of_feed(case: Case, proof: Proof) -> bool:
    """A slow feed will tell what the PMS said otherwise when asked: until then it need not repeat."""
    source = case.source
    if proof.told != Told.DIFFERS or source is None or source.as_of is None:
        return False
    return source.cadence >= case.chosen.freshness and source.as_of < proof.at <= case.now


def _is_proved(case: Case) -> bool:
    proof = _proof(case)
    return proof is not None and proof.told in (Told.SAME, Told.CONFIRMED)


def _live(case: Case) -> Answer | None:
    """What the PMS itself says of this one reservation, where it can be asked."""
    if case.stay is None or case.source is None or not case.source.reads_one:
        return None
    if not case.demands.is_sensitive and _is_fresh(case):
        return None
    proof = _proof(case)
    if proof is None:
        return _hold(case, Reason.NOT_CONFIRMED_LIVE, SOON, look_up=True)
    if _is_ahead_of_feed(case, proof) and case.source.as_of is not None:
        next_at = max(case.source.as_of + case.source.cadence, case.now + LATER)
        return _hold(case, Reason.CHANGED_LIVE, next_at)
    if proof.told == Told.DIFFERS:
        return _hold(case, Reason.CHANGED_LIVE, SOON, look_up=True)
    if proof.told == Told.UNREACHABLE:
        return _hold(case, Reason.HOTEL_UNREACHABLE, SOON, look_up=True)
    if proof.told == Told.NOT_FOUND:
        return _hold(case, Reason.NOT_CONFIRMED_LIVE, LATER, look_up=True, not_found=True)
    if proof.told == Told.BUSY and not _is_fresh(case):
        return _hold(case, Reason.NOT_CONFIRMED_LIVE, LATER, look_up=True, busy=True)
    return None


def _is_fresh(case: Case) -> bool:
    if case.demands.of_stay and case.stay and case.stay.is_doubted:
        # However lately the rest was read: of this one its PMS said something else since.
        return False
    as_of = case.source.as_of if case.source else None
    return as_of is not None and case.now - as_of <= case.chosen.freshness


def good_until(case: Case) -> datetime | None:
    """Until when what lets this message go is new enough: the mirror's word, or that of a look."""
    ends = []
    if case.source is not None and case.source.as_of is not None and _is_fresh(case):
        ends.append(case.source.as_of + case.chosen.freshness)
    proof = _proof(case) if case.demands.of_stay else None
    if proof is not None and proof.told in (Told.SAME, Told.CONFIRMED):
        ends.append(proof.at + _lasts(proof))
    return max(ends, default=None)


def _freshness(case: Case) -> Answer | None:
    if _is_fresh(case) or (case.demands.of_stay and _is_proved(case)):
        return None
    source, limit = case.source, case.chosen.freshness
    as_of = source.as_of if source else None
    facts = {
        "as_of": as_of.isoformat() if as_of else None,
        "limit_seconds": int(limit.total_seconds()),
    }
    if source is None or as_of is None:
        return _hold(case, Reason.STALE_MIRROR, LATER, **facts)
    if case.stay and case.stay.is_doubted:
        return _hold(case, Reason.STALE_MIRROR, SOON, **facts, heard_otherwise=True)
    next_at = max(as_of + source.cadence, case.now + SOON)
    if case.demands.of_stay and source.cadence > limit:
        # This feed is never as fresh as this message needs: only a look into the PMS helps.
        return _hold(case, Reason.NOT_CONFIRMED_LIVE, next_at, **facts)
    return _hold(case, Reason.STALE_MIRROR, next_at, **facts)


def _address(case: Case) -> Answer | None:
    if case.point is None:
        return _hold(case, Reason.NO_ADDRESS, SELDOM)
    meant = Meant(case.purpose, case.recipient_role, case.chosen.shared_above)
    found = reaching.of_address(Way(case.point, case.permitted), meant)
    return _hold(case, found.reason, SELDOM, **found.facts) if found else None


def _tact(case: Case) -> Answer | None:
    """What would be allowed and yet is out of place."""
    if case.kind == Kind.WIN_BACK and case.has_future_stay:
        return _close(Reason.FUTURE_STAY)
    if case.silence and case.purpose != "stay" and not case.demands.by_hand:
        return _hold(case, Reason.SILENCE, SELDOM, cause=case.silence)
    if case.is_critical:
        return None
    if case.capped_until and case.capped_until > case.now:
        return _hold(case, Reason.CAPPED, case.capped_until)
    if case.quiet_until and case.quiet_until > case.now:
        return _hold(case, Reason.QUIET_HOURS, case.quiet_until)
    return None


def _ready(case: Case) -> Answer | None:
    return _hold(case, case.unready, LATER) if case.unready else None


def _armed(case: Case) -> Answer | None:
    if case.shut is None or case.shut == Reason.SHADOW:
        return None
    return _hold(case, case.shut, LATER)


def _shadow(case: Case) -> Answer | None:
    """What runs in shadow is asked everything else first: this is where it would have left."""
    return _close(Reason.SHADOW) if case.shut == Reason.SHADOW else None


CHECKS: tuple[Check, ...] = (
    _time, _past, _once, _status, _dates, _person, _consent,
    _armed, _ready, _address, _tact, _brakes, _live, _freshness,
    _shadow,
)  # fmt: skip
"""In this order: what ends a message, what the house itself has not allowed yet, what holds it;
last, and compared last, whether what we know is so.

Nobody is asked to look into the PMS, by a call or by a task, for what could not leave anyway.
"""
