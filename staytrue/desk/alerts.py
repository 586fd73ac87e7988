"""Staff alerted outside Staytrue: the asked role's members by e-mail, or a service the hotel named.

An alert says what kind of thing waits and where it is read: no guest's name, no room, no words.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from staytrue.desk import access as seen
from staytrue.desk import alert_ways, alert_words
from staytrue.desk.alert_ways import EMAIL
from staytrue.desk.alert_words import Said
from staytrue.desk.models import AlertChannel, AlertSent
from staytrue.hotel import scope
from staytrue.kit.errors import Refused, StaytrueError
from staytrue.kit.scrubbing import remember
from staytrue.kit.secrets import keyring
from staytrue.messages import outlets
from staytrue.messages.carriers.base import Sender
from staytrue.messages.models import Outlet
from staytrue.staff.access import Access, require, visible_to
from staytrue.staff.models import Ask, Grant, Member

MANAGE = "desk.manage"
TABLE, FIELD = "alert_channel", "address"
SPACING = timedelta(minutes=1)
"""A way speaks at most so often: what came meanwhile is told together."""
WAIT_MOST = timedelta(hours=1)
FRESH = timedelta(hours=12)
"""What waited longer, because its way was down, is read in Staytrue."""
LISTED = 10
CHANNELS_MOST = 40
log = structlog.get_logger(__name__)


def of(access: Access, property_id: int) -> list[AlertChannel]:
    """The ways of a hotel whose desk he may set, by role."""
    require(access, MANAGE, property_id)
    found = visible_to(access, AlertChannel.objects.filter(property_id=property_id), MANAGE)
    return list(found.select_related("role").order_by("role__key", "pk"))


@transaction.atomic
def add(
    access: Access, property_id: int, role: str, service: str, address: str, now: datetime
) -> AlertChannel:
    """Alert this role at this hotel from now on: `email` to its members, or a service by address."""
    require(access, MANAGE, property_id)
    asked = seen.role_named(role)
    mine = AlertChannel.objects.filter(property_id=property_id)
    if mine.count() >= CHANNELS_MOST:
        raise Refused("There are too many ways already.", "alerts_many")
    if service == EMAIL:
        if mine.filter(role=asked, service=EMAIL).exists():
            raise Refused("This role is alerted by e-mail already.", "alert_there")
        _outlet(property_id)
    else:
        remember(address)
        service = alert_ways.service_of(address)
    made = AlertChannel.objects.create(
        property_id=property_id, role=asked, service=service, since_at=now, set_by=access.actor
    )
    if service != EMAIL:
        sealed = keyring(settings.HOME).seal(address, table=TABLE, row=made.pk, field=FIELD)
        made.sealed = b64encode(sealed).decode()
        made.save(update_fields=["sealed"])
    return made


def end(access: Access, channel_id: int) -> None:
    """Alert nobody this way any more; its address is forgotten."""
    _one(access, channel_id).delete()


def try_out(access: Access, channel_id: int, now: datetime) -> None:
    """Say a word on it now; refused with what went wrong."""
    channel = _one(access, channel_id)
    said = alert_words.trial(channel.property, channel.role)
    error = _speak(channel, said, now)
    _keep(channel, now, error)
    if error:
        raise Refused("The far side did not take it.", "alert_not_taken", error=error)


def send_due(now: datetime) -> int:
    """Tell each way what it has not told yet; how many asks were told."""
    with scope.everything():
        channels = list(AlertChannel.objects.select_related("property", "role").order_by("pk"))
    return sum(_tell(each, now) for each in channels if _is_due(each, now))


def _tell(channel: AlertChannel, now: datetime) -> int:
    with scope.everything():
        asks = _new(channel, now)
    if not asks:
        return 0
    said = alert_words.news(channel.property, channel.role, asks[:LISTED], len(asks))
    error = _speak(channel, said, now)
    with transaction.atomic(), scope.everything():
        _keep(channel, now, error)
        if error:
            return 0
        AlertSent.objects.bulk_create(
            [
                AlertSent(channel=channel, property_id=channel.property_id, ask_id=ask.pk, at=now)
                for ask in asks
            ],
            ignore_conflicts=True,
        )
    return len(asks)


def _new(channel: AlertChannel, now: datetime) -> list[Ask]:
    """What is asked of the role at this hotel, and this way has not told."""
    told = AlertSent.objects.filter(channel=channel, ask_id=OuterRef("pk"))
    asked = Ask.objects.filter(
        property=channel.property_id, role=channel.role_id, closed_at=None,
        opened_at__gte=max(channel.since_at, now - FRESH),
    )  # fmt: skip
    return list(asked.exclude(Exists(told)).order_by("pk"))


def _is_due(channel: AlertChannel, now: datetime) -> bool:
    """One whose far side is away is tried less and less often."""
    if channel.tried_at is None:
        return True
    wait: timedelta = min(SPACING * 2 ** min(channel.failures, 10), WAIT_MOST)
    return now >= channel.tried_at + wait


def _speak(channel: AlertChannel, said: Said, now: datetime) -> str:
    """Say it in each reader's language; empty, or a stable word for what went wrong."""
    try:
        if channel.service == EMAIL:
            with scope.everything():
                outlet, people = _outlet(channel.property_id), _members(channel)
            letters = [(each.email, each.name, said.told(each.language)) for each in people]
            return alert_ways.mail(outlets.opened(outlet), _sender(outlet), letters, now)
        return alert_ways.call(_address(channel), said.told(channel.property.language))
    except StaytrueError as error:
        log.warning("alert not sent", channel=channel.pk, code=error.code)
        return error.code


def _members(channel: AlertChannel) -> list[Member]:
    """Who holds the role at this hotel now, and nobody else."""
    here = Q(property=channel.property_id) | Q(property=None)
    holding = Grant.objects.filter(here, role=channel.role_id).values("member_id")
    return list(Member.objects.filter(pk__in=holding, is_active=True).order_by("pk"))


def _outlet(property_id: int) -> Outlet:
    found = Outlet.objects.filter(property_id=property_id, channel="email").first()
    if found is None:
        raise Refused("The hotel has no way out for mail yet.", "alert_no_outlet")
    return found


def _sender(outlet: Outlet) -> Sender:
    return Sender(outlet.sender_address, outlet.sender_name, outlet.reply_to)


def _keep(channel: AlertChannel, now: datetime, error: str) -> None:
    channel.tried_at, channel.error = now, error
    channel.failures = channel.failures + 1 if error else 0
    channel.spoke_at = channel.spoke_at if error else now
    channel.save(update_fields=["tried_at", "spoke_at", "failures", "error"])


def _address(channel: AlertChannel) -> str:
    keys = keyring(settings.HOME)
    return keys.open_(b64decode(channel.sealed), table=TABLE, row=channel.pk, field=FIELD)


def _one(access: Access, channel_id: int) -> AlertChannel:
    seen = visible_to(access, AlertChannel.objects.all(), MANAGE)
    found = seen.select_related("property", "role").filter(pk=channel_id).first()
    if found is None:
        raise Refused("This way is gone.", "alert_gone")
    require(access, MANAGE, found.property_id)
    return found
