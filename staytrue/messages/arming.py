"""Whether anything may leave: nothing does until a person arms this machine and a hotel's outlet.

The gate asks `state` in its claim and `still` in its last look; both lock the lease's row for
reading, so that whoever presses stop has stopped everything that is not at the carrier yet.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import QuerySet

from staytrue.messages import leases
from staytrue.messages.kinds import USED
from staytrue.messages.models import Lease, Message, Outlet
from staytrue.messages.reasons import Reason

FIRST_DAY = timedelta(hours=24)
FIRST_DAY_LIMIT = 50
QUIETED_PURPOSES = frozenset({"marketing", "survey"})

NEVER_ARMED, OTHER_HOST, STOPPED_BY_PERSON, NO_LEASE = (
    "never_armed", "other_host", "stopped", "no_lease",
)  # fmt: skip


class Key(NamedTuple):
    """One way out: a hotel and a channel."""

    property_id: int
    channel: str


@dataclass
class Door:
    """One outlet as it stands at an instant; `left` is how many more may go, None without limit."""

    allowed: frozenset[str]
    quieted: bool
    left: int | None

    def refusal(self, address: str, purpose: str) -> Reason | None:
        """Why this may not go out here now; None when it may."""
        if not is_allowed(address, self.allowed):
            return Reason.NOT_ON_ALLOW_LIST
        if self.quieted and purpose in QUIETED_PURPOSES:
            return Reason.DISARMED
        if self.left is not None and self.left <= 0:
            return Reason.LIMIT_REACHED
        return None


@dataclass(frozen=True)
class Disarmed:
    """Nothing leaves; `why` is never_armed, other_host, stopped or no_lease."""

    why: str


@dataclass(frozen=True)
class Armed:
    """What may be handed over: under this fence, through these doors."""

    fence: int
    doors: Mapping[Key, Door]

    def refusal(self, key: Key, address: str, purpose: str) -> Reason | None:
        """Why a message may not leave by this way now; None when it may."""
        door = self.doors.get(key)
        return Reason.DISARMED if door is None else door.refusal(address, purpose)

    def spend(self, key: Key) -> None:
        """One more leaves by this way: it counts against the limit of the first day."""
        door = self.doors[key]
        if door.left is not None:
            door.left -= 1


def state(now: datetime) -> Armed | Disarmed:
    """Whether this machine may hand over now; inside a transaction that sees every property."""
    found = _held(now)
    return found if isinstance(found, Disarmed) else Armed(found.fence, doors(now))


def still(fence: int, keys: Collection[Key], now: datetime) -> frozenset[Key]:
    """Those of these ways that are still open to who claimed under this fence: for the last look."""
    found = _held(now)
    if isinstance(found, Disarmed) or found.fence != fence:
        return frozenset()
    return frozenset(keys) & {Key(each.property_id, each.channel) for each in _armed(now)}


def why_disarmed(lease: Lease | None) -> str | None:
    """What keeps this machine from sending at all; None when it is armed."""
    if lease is None or lease.armed_at is None:
        return NEVER_ARMED
    if lease.stopped_at is not None:
        return STOPPED_BY_PERSON
    return None if leases.may_send(lease) else OTHER_HOST


def doors(now: datetime) -> dict[Key, Door]:
    """What each armed outlet may send at this instant."""
    armed = _armed(now)
    counting = [each for each in armed if each.from_at and now < each.from_at + FIRST_DAY]
    used = _used(counting)
    return {
        Key(each.property_id, each.channel): Door(
            frozenset(each.allowed),
            each.quieted_at is not None,
            each.first_day_limit - used[each.pk] if each.pk in used else None,
        )
        for each in armed
    }


def _armed(now: datetime) -> QuerySet[Outlet]:
    return Outlet.objects.filter(armed_at__isnull=False, from_at__lte=now)


def is_allowed(address: str, allowed: Collection[str]) -> bool:
    """Whether an allow-list lets this address through; an empty one lets all."""
    folded = address.lower()
    domain = "@" + folded.rpartition("@")[2]
    return not allowed or folded in allowed or ("@" in folded and domain in allowed)


def _used(outlets: Collection[Outlet]) -> dict[int, int]:
    """How many went out, or are under way, by each of these since it was armed."""
    return {
        each.pk: Message.objects.filter(
            property_id=each.property_id,
            channel=each.channel,
            state__in=USED,
            claimed_at__gte=each.from_at,
        ).count()
        for each in outlets
    }


def _held(now: datetime) -> Lease | Disarmed:
    """The lease under which this machine may hand over at this instant, or why it may not."""
    lease = _lease_for_reading()
    if (why := why_disarmed(lease)) is not None:
        return Disarmed(why)
    if lease is None or lease.until_at is None or lease.until_at <= now:
        return Disarmed(NO_LEASE)
    return lease


def _lease_for_reading() -> Lease | None:
    """The row, held so that nobody stops sending before this transaction ends."""
    return next(iter(Lease.objects.raw("SELECT * FROM sending_lease WHERE id = 1 FOR SHARE")), None)
