"""A case in which everything speaks for sending, and every single fact that forbids it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from staytrue.consent.rules import Role
from staytrue.hotel.codes import Status
from staytrue.messages.case import (
    Case,
    Chosen,
    Permitted,
    Point,
    Proof,
    Recipient,
    Source,
    Stay,
    Told,
)
from staytrue.messages.kinds import DEMANDS, Kind, Needs
from staytrue.messages.reasons import Reason

NOW = datetime(2026, 7, 10, 12, tzinfo=UTC)
ARRIVAL, DEPARTURE = date(2026, 7, 12), date(2026, 7, 15)
BASIS = {"arrival_on": "2026-07-12", "departure_on": "2026-07-15"}
STATUS = {
    Needs.NOTHING: Status.CONFIRMED,
    Needs.CHECKED_IN: Status.IN_HOUSE,
    Needs.CHECKED_OUT: Status.CHECKED_OUT,
    Needs.CANCELLED: Status.CANCELLED,
}


def stay(kind: Kind = Kind.PRE_CHECKIN, **facts: Any) -> Stay:
    """A stay that stands where this kind needs it."""
    status = STATUS[DEMANDS[kind].needs].value
    return replace(
        Stay(status, "pms", ARRIVAL, DEPARTURE, 7, is_history=False, is_out_of_sight=False,
             parked="", is_doubted=False),
        **facts,
    )  # fmt: skip


def source(**facts: Any) -> Source:
    """A feed that is one minute old."""
    found = Source(
        NOW - timedelta(minutes=1), timedelta(minutes=5), has_held_delivery=False, reads_one=False
    )
    return replace(found, **facts)


def proof(told: Told = Told.SAME, **facts: Any) -> Proof:
    """The PMS was asked a second ago."""
    return replace(Proof(told, NOW - timedelta(seconds=1), 7), **facts)


def sendable(kind: Kind = Kind.PRE_CHECKIN, **facts: Any) -> Case:
    """A case that may leave, unless one of `facts` speaks against it."""
    case = Case(
        now=NOW,
        today=NOW.date(),
        kind=kind,
        purpose=DEMANDS[kind].purpose,
        recipient_role="primary",
        not_before=NOW - timedelta(hours=1),
        not_after=NOW + timedelta(days=1),
        basis=BASIS if DEMANDS[kind].of_stay else {},
        stay=stay(kind) if DEMANDS[kind].of_stay else None,
        source=source(),
        proof=None,
        recipient=Recipient(is_gone=False, is_child=False, is_on_stay=True),
        point=Point(Role.PRIVATE, is_valid=True, guests=1),
        permitted=Permitted(allowed=True, reason="", basis="contract"),
        chosen=Chosen(DEMANDS[kind].freshness, waives_check_in=False, shared_above=5),
        is_before_go_live=False,
        is_sent=False,
        is_party_written=False,
        has_future_stay=False,
        silence="",
        unready=None,
        quiet_until=None,
        capped_until=None,
        shut=None,
    )
    return replace(case, **facts)


def forbidding(kind: Kind) -> dict[str, dict[str, Any]]:
    """Facts each of which alone forbids this kind now, by what they are called."""
    demands = DEMANDS[kind]
    no: dict[str, dict[str, Any]] = {
        "over": {"not_after": NOW - timedelta(seconds=1)},
        "too early": {"not_before": NOW + timedelta(seconds=1)},
        "before go-live": {"is_before_go_live": True},
        "sent": {"is_sent": True},
        "party written": {"is_party_written": True},
        "no recipient": {"recipient": None},
        "recipient gone": {"recipient": Recipient(True, False, True)},
        "child": {"recipient": Recipient(False, True, True)},
        "no point": {"point": None},
        "not an address": {"point": Point(Role.PRIVATE, is_valid=False, guests=1)},
        "agency": {"point": Point(Role.AGENCY, is_valid=True, guests=1)},
        "own": {"point": Point(Role.OWN, is_valid=True, guests=1)},
        "placeholder": {"point": Point(Role.PLACEHOLDER, is_valid=True, guests=1)},
        "shared": {"point": Point(Role.PRIVATE, is_valid=True, guests=6)},
        "consent unknown": {"permitted": None},
        "opted out": {"permitted": Permitted(False, "opted_out", "")},
        "suppressed": {"permitted": Permitted(False, "suppressed", "")},
        "no basis": {"permitted": Permitted(False, "no_basis", "")},
        "refused for whatever": {"permitted": Permitted(False, "a word of tomorrow", "")},
        "no source": {"source": None},
        "never read": {"source": source(as_of=None)},
        "stale": {"source": source(as_of=NOW - demands.freshness - timedelta(seconds=1))},
        "held delivery": {"source": source(has_held_delivery=True)},
        "not ready": {"unready": Reason.NOT_APPROVED},
        "disarmed": {"shut": Reason.DISARMED},
    }
    if not demands.is_critical:
        no["quiet"] = {"quiet_until": NOW + timedelta(hours=1)}
        no["capped"] = {"capped_until": NOW + timedelta(hours=1)}
    if demands.purpose in ("survey", "marketing"):
        no["relay"] = {"point": Point(Role.RELAY, is_valid=True, guests=1)}
    if demands.purpose == "marketing":
        no["family"] = {"point": Point(Role.FAMILY, is_valid=True, guests=1)}
    if demands.purpose != "stay" and not demands.by_hand:
        no["silence"] = {"silence": "open_case"}
    if kind == Kind.WIN_BACK:
        no["future stay"] = {"has_future_stay": True}
    return no | (_of_stay(kind) if demands.of_stay else {})


def _of_stay(kind: Kind) -> dict[str, dict[str, Any]]:
    demands = DEMANDS[kind]
    asked = source(reads_one=True, as_of=NOW - demands.freshness - timedelta(seconds=1))
    no: dict[str, dict[str, Any]] = {
        "no stay": {"stay": None},
        "history": {"stay": stay(kind, is_history=True)},
        "out of sight": {"stay": stay(kind, is_out_of_sight=True)},
        "parked": {"stay": stay(kind, parked="unknown_status")},
        "heard otherwise": {"stay": stay(kind, is_doubted=True)},
        "heard otherwise, and unreachable": {
            "stay": stay(kind, is_doubted=True),
            "source": source(reads_one=True),
            "proof": proof(Told.BUSY),
        },
        "word of tomorrow": {"stay": stay(kind, status="limbo")},
        "arrival moved": {"stay": stay(kind, arrival_on=date(2026, 7, 11))},
        "departure moved": {"stay": stay(kind, departure_on=date(2026, 7, 16))},
        "planned on nothing": {"basis": {}},
        "replaced": {"recipient": Recipient(False, False, False)},
        "replaced or not": {"recipient": Recipient(False, False, None)},
        "never asked": {"source": asked},
        "changed live": {"source": asked, "proof": proof(Told.DIFFERS)},
        "unreachable": {"source": asked, "proof": proof(Told.UNREACHABLE)},
        "not found": {"source": asked, "proof": proof(Told.NOT_FOUND)},
        "nobody had time": {"source": asked, "proof": proof(Told.BUSY)},
        "proof of another version": {"source": asked, "proof": proof(version=6)},
        "old proof": {"source": asked, "proof": proof(at=NOW - timedelta(minutes=3))},
    }
    wrong = [status for status in Status if status not in demands.statuses]
    no |= {f"status {each}": {"stay": stay(kind, status=each.value)} for each in wrong}
    if demands.needs != Needs.NOTHING:
        no["inferred"] = {"stay": stay(kind, status_origin="inferred")}
    return no
