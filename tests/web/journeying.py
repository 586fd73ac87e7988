"""A journey in the demo house: live in Lisbon, not everywhere possible in Bilbao, one stay planned."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec.structs import replace

from staytrue.changes.models import Unsettled
from staytrue.consent import actions as consent
from staytrue.hotel import scope
from staytrue.hotel.models import Property
from staytrue.inbox.models import Connection
from staytrue.journeys import actions, rehearsing, settling, steps
from staytrue.journeys.models import Journey, JourneyPlace, JourneyVersion
from staytrue.messages import gate
from staytrue.messages.kinds import Kind
from staytrue.messages.models import Message
from staytrue.mirror import capability
from staytrue.mirror.models import Profile, Reservation
from staytrue.staff import audit
from staytrue.staff.access import Access, house_access


def build(now: datetime) -> None:
    """The shipped journey, rehearsed and approved, switched on in Lisbon two months ago."""
    access = house_access("scene")
    with scope.everything(), audit.acting("scene", now):
        lisbon = Property.objects.get(code="LIS")
        capability.measure(Connection.objects.get(name="lis-files"), now.date())
        journey = actions.install_standard("scene", now)
        version = JourneyVersion.objects.get(journey=journey)
        rehearsing.rehearse(version, "scene", now)
        actions.approve(access, version, now)
        actions.go_live(access, version, now)
        actions.switch_on(access, journey, lisbon, now, leave_out=True)
        JourneyPlace.objects.update(live_from=now - timedelta(days=60))
        # Only one stay is planned: the others belong to the outbox's pictures.
        Unsettled.objects.filter(reaction=actions.REACTION).delete()
        guests = Profile.objects.filter(connection__name="lis-files", emails__gt=[])
        consent.keep_contacts(guests.values_list("pk", flat=True), now)
        settling.settle([planned().pk], now)
        _shadow(access, journey, now)
        changed = [step for step in steps.read(version.steps) if step.kind != Kind.BIRTHDAY]
        changed[3] = replace(changed[3], when=steps.Point(steps.Anchor.ARRIVAL, -5, "11:00"))
        actions.draft(access, journey, steps.stored(tuple(changed)), now)


def _shadow(access: Access, journey: Journey, now: datetime) -> None:
    """In Bilbao it runs in shadow: three stays are decided as if their letters were due now."""
    bilbao = Property.objects.get(code="BIO")
    actions.shadow(access, journey, bilbao, now)
    JourneyPlace.objects.filter(property=bilbao).update(live_from=now - timedelta(days=60))
    Unsettled.objects.filter(reaction=actions.REACTION).delete()
    coming = Reservation.objects.filter(
        property=bilbao, status="confirmed", out_of_sight_since=None, arrival_on__gt=now.date()
    ).order_by("arrival_on", "pk")
    guests = Profile.objects.filter(connection__name="bio-files", emails__gt=[])
    consent.keep_contacts(guests.values_list("pk", flat=True), now)
    settling.settle(list(coming.values_list("pk", flat=True)[:6]), now)
    shadows = Message.objects.filter(is_shadow=True)
    shadows.update(due_at=now, not_before=now)
    gate.decide_shadows(100, now)
    # The daily file is too old for any of them: some are shown as on a better day.
    ids = list(shadows.order_by("pk").values_list("pk", flat=True))
    of_now = {"state": "closed", "held_until": None, "settled_at": now}
    Message.objects.filter(pk__in=ids[:4]).update(reason="shadow", **of_now)
    Message.objects.filter(pk__in=ids[4:6]).update(reason="opted_out", **of_now)


def planned() -> Reservation:
    """The last arrival known in Lisbon."""
    return Reservation.objects.filter(
        property__code="LIS", status="confirmed", out_of_sight_since=None
    ).latest("arrival_on", "pk")


def pages() -> dict[str, str]:
    """The journeys, one of them with a step, and the plan of a stay."""
    with scope.everything():
        stay = planned().pk
    return {
        "journeys": "/journeys/",
        "journey": "/journeys/stay/?step=pre_checkin",
        "journey-step": "/journeys/stay/steps/pre_stay/",
        "journey-versions": "/journeys/stay/versions/?from=1&to=2",
        "journey-shadow": "/journeys/stay/shadow/",
        "hotel-messages": "/hotels/BIO/messages/",
        "outlet-mail": "/sending/new/?hotel=BIO&way=email:smtp",
        "outlet-text": "/sending/new/?hotel=BIO&way=sms:gateway",
        "stay-planned": f"/stays/{stay}/",
    }
