"""The only writer of outlets and of who is armed: set up, arm with date and limit, stop.

Whoever arms a machine anew arms one outlet of it; the others wait for their own person.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Collection, Mapping
from datetime import datetime
from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.db import transaction

from staytrue.hotel import scope
from staytrue.hotel.models import Property
from staytrue.kit import database
from staytrue.kit.errors import Refused, Temporary
from staytrue.kit.scrubbing import MASK, remember
from staytrue.kit.secrets import keyring
from staytrue.messages import gate, leases, opt_outs, remembering, ways_out
from staytrue.messages.arming import FIRST_DAY_LIMIT, why_disarmed
from staytrue.messages.carriers import choosing
from staytrue.messages.carriers.base import Carrier, Sender
from staytrue.messages.carriers.mail import is_plain
from staytrue.messages.carriers.smtp import Smtp
from staytrue.messages.journal import ARMED, STOPPED, Journal
from staytrue.messages.models import Lease, Outlet
from staytrue.messages.reasons import Reason
from staytrue.messages.remembering import Found
from staytrue.staff import audit

TABLE = "sending_outlet"
RESTORED = "restored"
"""Why a database that its journal is ahead of was stopped."""
FIRST_DAY_MOST = 100_000


@transaction.atomic
def set_up(
    house: Property,
    channel: str,
    carrier: str,
    values: Mapping[str, Any],
    sender: Sender,
) -> Outlet:
    """Give a hotel its way out on a channel; it is not armed by that, and no longer if it was."""
    choosing.check(channel, carrier, values)
    _check_sender(channel, sender)
    form = choosing.FORMS[carrier]
    before = Outlet.objects.filter(property=house, channel=channel, carrier=carrier).first()
    hooks = (
        {name: text for name, text in before.sealed.items() if name in choosing.HOOKS}
        if before
        else {}
    )
    made, _ = Outlet.objects.update_or_create(
        property=house,
        channel=channel,
        defaults={
            "carrier": carrier,
            "settings": {k: v for k, v in values.items() if k not in form.secret},
            "sender_address": sender.address.lower(),
            "sender_name": sender.name,
            "reply_to": sender.reply_to,
            "armed_at": None,
            "armed_by": "",
            "from_at": None,
        },
    )
    keys = keyring(settings.HOME)
    hidden = {name: str(values[name]) for name in form.secret if values.get(name)}
    for text in hidden.values():
        remember(text)
    sealed = {
        name: b64encode(keys.seal(text, table=TABLE, row=made.pk, field=name)).decode()
        for name, text in hidden.items()
    }
    if sealed or made.sealed:
        # What comes back is signed as before, whatever else was set up anew.
        made.sealed = hooks | sealed
        made.save(update_fields=["sealed"])
    return made


def keep_secret(outlet: Outlet, name: str, text: str, by: str, now: datetime) -> None:
    """Keep by which secret its carrier proves itself when it calls; what it sends goes on."""
    if name not in choosing.HOOKS or not text:
        raise Refused("There is no such secret.", "carrier_setting")
    remember(text)
    sealed = keyring(settings.HOME).seal(text, table=TABLE, row=outlet.pk, field=name)
    with transaction.atomic(), scope.everything(), audit.acting(by, now):
        row = Outlet.objects.select_for_update().get(pk=outlet.pk)
        row.sealed = {**row.sealed, name: b64encode(sealed).decode()}
        row.save(update_fields=["sealed"])


def arm(
    house: Property,
    channel: str,
    *,
    by: str,
    now: datetime,
    from_at: datetime | None = None,
    limit: int = FIRST_DAY_LIMIT,
    allowed: Collection[str] = (),
    journal_is_lost: bool = False,
) -> Found:
    """Let a hotel send on a channel, from an instant on; what the journal knew is brought in first.

    Owns its transaction, whose end is on the disk before anything can leave.
    """
    _check_limits(limit, allowed)
    with transaction.atomic(), scope.everything(), audit.acting(by, now):
        database.wait_for_disk()
        outlet = Outlet.objects.select_for_update().filter(property=house, channel=channel).first()
        if outlet is None:
            raise Refused(
                f"{house.code} has no way out for {channel} yet. Set one up first.",
                "no_outlet",
                property=house.code,
                channel=channel,
            )
        found = _arm_machine(by, now, journal_is_lost=journal_is_lost)
        outlet.armed_at, outlet.armed_by = now, by
        outlet.from_at, outlet.first_day_limit = max(from_at or now, now), limit
        outlet.allowed, outlet.quieted_at = sorted({each.lower() for each in allowed}), None
        outlet.save()
        gate.wake(Reason.DISARMED, [house.pk], outlet.from_at)
    return found


def disarm(house: Property, channel: str, *, by: str, now: datetime, because: str = "") -> None:
    """Nothing of this hotel leaves on this channel any more."""
    with scope.everything(), audit.acting(by, now, because):
        Outlet.objects.filter(property=house, channel=channel).update(armed_at=None, armed_by="")


def stop(by: str, now: datetime, because: str = "") -> None:
    """Nothing leaves this machine any more, at once; every outlet is armed anew by a person."""
    with transaction.atomic(), scope.everything(), audit.acting(by, now, because):
        # Waits for whoever just compares for the last time: after it, nobody begins another.
        lease = Lease.objects.select_for_update().filter(id=1).first()
        if lease is None:
            return
        lease.stopped_at, lease.stopped_by, lease.stopped_because = now, by, because
        lease.until_at = None
        lease.save()
        Outlet.objects.filter(armed_at__isnull=False).update(armed_at=None, armed_by="")
    Journal(settings.HOME).write(STOPPED, [{"fence": lease.fence}], now)


def quieten(outlet_ids: Collection[int], now: datetime) -> None:
    """Too many complained: what nobody asked for no longer leaves by these."""
    with audit.acting("complaints", now):
        Outlet.objects.filter(pk__in=outlet_ids, quieted_at=None).update(quieted_at=now)


def opened(outlet: Outlet) -> Carrier:
    """The carrier of an outlet, its secrets opened."""
    hidden = {name: secret(outlet, name) for name in outlet.sealed}
    return choosing.opened(outlet.carrier, {**outlet.settings, **hidden})


def secret(outlet: Outlet, name: str) -> str:
    """One secret of an outlet; empty where it has none of this name."""
    sealed = outlet.sealed.get(name)
    if not sealed:
        return ""
    keys = keyring(settings.HOME)
    return keys.open_(b64decode(sealed), table=TABLE, row=outlet.pk, field=name)


def tried(outlet: Outlet) -> str:
    """Connect and sign in as for a message, and send none; what the server said."""
    carrier = opened(outlet)
    try:
        return carrier.check() if isinstance(carrier, Smtp) else ""
    except (OSError, SMTPException) as error:
        raise Temporary(
            f"The mail server does not answer as it should: {error}", "carrier_unreachable"
        ) from error


def shown(outlet: Outlet) -> dict[str, Any]:
    """Its settings as a person may see them: of a secret only that it is there."""
    return {**outlet.settings, **dict.fromkeys(outlet.sealed, MASK)}


def _arm_machine(by: str, now: datetime, *, journal_is_lost: bool) -> Found:
    """Make this machine the one that may send, unless it is; armed anew, no other outlet is."""
    lease = Lease.objects.select_for_update().filter(id=1).first()
    if remembering.is_journal_lost():
        if not journal_is_lost:
            raise Refused(
                "This database has sent before, and the journal of that time is not in "
                f"{Journal(settings.HOME).folder}. Copy it there from the home that sent, so that "
                "nothing leaves twice; if it is lost for good, arm with --journal-lost: what was "
                "due until now then never leaves.",
                "journal_missing",
            )
        remembering.forget_before(now)
    found = remembering.reconcile(now)
    opt_outs.refill(now)
    ways_out.refill(now)
    if why_disarmed(lease) is None:
        return found
    Outlet.objects.filter(armed_at__isnull=False).update(armed_at=None, armed_by="")
    fence = max(lease.fence if lease else 0, remembering.last_fence())
    Journal(settings.HOME).write(ARMED, [{"fence": fence}], now)
    Lease.objects.update_or_create(
        id=1,
        defaults={
            "host": leases.make_token(settings.HOME),
            "armed_at": now,
            "armed_by": by,
            "stopped_at": None,
            "stopped_by": "",
            "stopped_because": "",
            "fence": fence,
            "holder": "",
            "until_at": None,
            "seen_at": now,
        },
    )
    return found


def _check_sender(channel: str, sender: Sender) -> None:
    wrong = [each for each in (sender.address, sender.reply_to) if each and not is_plain(each)]
    if channel == choosing.EMAIL and (wrong or not sender.address):
        raise Refused(
            "A hotel writes from exactly one plain address of its own domain, like "
            "stay@hotel.example.",
            "sender_address",
        )


def _check_limits(limit: int, allowed: Collection[str]) -> None:
    if not 1 <= limit <= FIRST_DAY_MOST:
        raise Refused(
            f"The limit of the first 24 hours is a number from 1 to {FIRST_DAY_MOST}.",
            "first_day_limit",
        )
    for each in allowed:
        if "@" not in each and not each.startswith("+"):
            raise Refused(
                f"{each!r} is neither an address, nor @ and a domain, nor a number like +34….",
                "allow_list",
            )
