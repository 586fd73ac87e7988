"""What a person would have set up in the demo group before it writes to guests, and its first day.

The standard journey is live at two hotels and in shadow at a third. Nothing leaves this machine: the
ways out are local outboxes, armed for the invented guests' mailboxes alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any

from django.conf import settings

from staytrue.cli.frame import ACTOR
from staytrue.consent import desk
from staytrue.consent.purposes import Channel, Within
from staytrue.flow import worker
from staytrue.hotel import scope
from staytrue.hotel.models import Property
from staytrue.inbox.models import Connection
from staytrue.journeys import actions, following, rehearsing
from staytrue.journeys.models import Journey, JourneyVersion
from staytrue.lab.demo import MAIL_DOMAINS
from staytrue.messages import outlets, reports
from staytrue.messages.carriers.base import Sender
from staytrue.messages.carriers.choosing import DRY_RUN, EMAIL, SMS
from staytrue.messages.carriers.notices import What
from staytrue.messages.kinds import LEFT, UNDERWAY, State
from staytrue.messages.models import Message
from staytrue.messages.reports import Told
from staytrue.messages.writing import letterheads, standard_set, versions
from staytrue.mirror import capability
from staytrue.staff import audit
from staytrue.staff.access import house_access

LIVE, SHADOW = ("BIO", "LON"), "YUL"
RAN = timedelta(days=4)
"""So long ago the journey went live: what fell due since is there to be seen."""
FIRST_DAY = 300
_PRICE = {"price": "0.07", "currency": "EUR"}
_COLOUR = "#1f4e43"


def prepare(now: datetime) -> None:
    """Set everything up once, and let the first messages be decided; called again, it does nothing."""
    with scope.everything():
        if Journey.objects.exists():
            return
        hotels = {hotel.code: hotel for hotel in Property.objects.order_by("code")}
    live = [hotels[code] for code in LIVE if code in hotels]
    with scope.everything():
        _write(list(hotels.values()), now)
        _run(live, hotels.get(SHADOW), now)
    for hotel in live:
        _arm(hotel, now)
    worker.until_idle()
    with scope.everything():
        _answers(now)
    # What they said changes the plans of their other stays.
    worker.settle(now)


def _write(hotels: Sequence[Property], now: datetime) -> None:
    """Letterheads, and the texts that ship, approved for the group."""
    access = house_access(ACTOR)
    for hotel in hotels:
        company = hotel.legal_entity.name if hotel.legal_entity else hotel.name
        given = {
            "colour": _COLOUR, "legal_line": f"{company}, {hotel.city}", "address": hotel.city,
            "phone": "+34 946 000 000", "email": f"stay@{hotel.code.lower()}.sirga.example",
            "domains": ["sirga.example"], "check_in_from": time(15), "check_out_until": time(12),
        }  # fmt: skip
        letterheads.set_letterhead(access, hotel, given, now)
    versions.adopt_standard(access, standard_set.SETS, now)


def _run(live: Sequence[Property], shadow: Property | None, now: datetime) -> None:
    """The standard journey: rehearsed, approved, live, and switched on as if some days ago."""
    access, since = house_access(ACTOR), now - RAN
    for link in Connection.objects.select_related("property"):
        capability.measure(link, now.date())
    journey = actions.install_standard(ACTOR, since)
    version = JourneyVersion.objects.get(journey=journey)
    rehearsing.rehearse(version, ACTOR, since)
    actions.approve(access, version, since)
    actions.go_live(access, version, since)
    for hotel in live:
        actions.switch_on(access, journey, hotel, since, leave_out=True)
        # Whoever looks at a demo in the evening shall see it write, too.
        actions.decide(access, hotel, now, {"quiet_from": time(0), "quiet_until": time(0)})
    if shadow:
        actions.shadow(access, journey, shadow, since)
    following.follow(now)


def _arm(hotel: Property, now: datetime) -> None:
    """A local outbox for mail and texts: whatever leaves is kept here, and nowhere else."""
    for channel, values in ((EMAIL, {}), (SMS, _PRICE)):
        with scope.everything(), audit.acting(ACTOR, now, "demo"):
            sender = Sender(f"stay@{hotel.code.lower()}.sirga.example", hotel.name)
            outlets.set_up(hotel, channel, DRY_RUN, values, sender)
        allowed = [f"@{domain}" for domain in MAIL_DOMAINS] if channel == EMAIL else []
        outlets.arm(hotel, channel, by=ACTOR, now=now, limit=FIRST_DAY, allowed=allowed)


def _answers(now: datetime) -> None:
    """What came back: one mailbox is gone, one guest complains, one says at the desk he wants none."""
    sent = list(Message.objects.filter(state=State.ACCEPTED).order_by("property__code", "pk")[:40])
    told = ((What.BOUNCED, "550 5.1.1 No such mailbox"), (What.COMPLAINED, "abuse"))
    for (what, detail), message in zip(told, sent[1::2], strict=False):
        report = Told(message.public_id, what, "demo", what.value, is_hard=True, detail=detail)
        reports.take(report, now)
    for message in sent[:1]:
        with audit.acting(ACTOR, now, "demo"):
            desk.opted_out(
                house_access(ACTOR), [message.profile_id], message.property, [Channel.EMAIL],
                Within.GROUP, "No more news, please.", now,
            )  # fmt: skip


def figures() -> dict[str, Any]:
    """How many messages stand where."""
    with scope.everything():
        rows = Message.objects.values_list("state", "is_shadow")
        counts = Counter("shadow" if is_shadow else state for state, is_shadow in rows)
    left = sum(counts[state] for state in LEFT | UNDERWAY)
    return {"left": left, "planned": counts[State.PLANNED], "held": counts[State.HELD],
            "closed": counts[State.CLOSED] + counts[State.EXPIRED], "shadow": counts["shadow"]}  # fmt: skip


def in_words(told: dict[str, Any]) -> str:
    """The same, in one line."""
    return (
        f"Messages: {told['left']} in the local outbox, {told['held']} wait and say why, "
        f"{told['planned']} planned, {told['shadow']} in shadow; "
        f"{settings.BASE_URL}/messages/ shows them."
    )
