"""How sending stands: this machine, each hotel's outlet, what it may still send; for people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from staytrue.messages import arming
from staytrue.messages.arming import Key
from staytrue.messages.models import Lease, Outlet
from staytrue.staff.access import Access, visible_to


@dataclass(frozen=True)
class Machine:
    """Whether this machine may send; `why` not, and who armed or stopped it when."""

    is_armed: bool
    why: str
    since: datetime | None
    by: str
    because: str = ""


@dataclass(frozen=True)
class Way:
    """One outlet: `state` is armed, waits (for its date), or disarmed."""

    id: int
    property_id: int
    code: str
    hotel: str
    channel: str
    carrier: str
    sender: str
    state: str
    since: datetime | None
    by: str
    from_at: datetime | None
    limit: int
    left: int | None
    allowed: tuple[str, ...]
    quieted_at: datetime | None


RIGHT = "sending.arm"
ARMED, WAITS, DISARMED = "armed", "waits", "disarmed"


def machine(_now: datetime) -> Machine:
    """Whether and since when this machine may send."""
    lease = Lease.objects.filter(id=1).first()
    why = arming.why_disarmed(lease)
    if lease is None or why == arming.NEVER_ARMED:
        return Machine(False, arming.NEVER_ARMED, None, "")
    if why == arming.STOPPED_BY_PERSON:
        return Machine(False, why, lease.stopped_at, lease.stopped_by, lease.stopped_because)
    return Machine(why is None, why or "", lease.armed_at, lease.armed_by)


def may_be_stopped(access: Access, now: datetime) -> bool:
    """Whether something may leave that this person could stop."""
    if not (access.may_anywhere(RIGHT) and machine(now).is_armed):
        return False
    armed = Outlet.objects.filter(armed_at__isnull=False)
    return visible_to(access, armed, RIGHT).exists()


def ways(now: datetime, access: Access | None = None) -> list[Way]:
    """Each outlet of these hotels as it stands."""
    rows = Outlet.objects.select_related("property").order_by("property__code", "channel")
    if access is not None:
        rows = visible_to(access, rows, RIGHT)
    doors = arming.doors(now) if machine(now).is_armed else {}
    return [_way(each, doors.get(Key(each.property_id, each.channel)), now) for each in rows]


def _way(each: Outlet, door: arming.Door | None, now: datetime) -> Way:
    waits = each.armed_at is not None and each.from_at is not None and now < each.from_at
    return Way(
        id=each.pk,
        property_id=each.property_id,
        code=each.property.code,
        hotel=each.property.name,
        channel=each.channel,
        carrier=each.carrier,
        sender=each.sender_address,
        state=ARMED if door else WAITS if waits else DISARMED,
        since=each.armed_at,
        by=each.armed_by,
        from_at=each.from_at,
        limit=each.first_day_limit,
        left=max(door.left, 0) if door and door.left is not None else None,
        allowed=tuple(each.allowed),
        quieted_at=each.quieted_at,
    )
