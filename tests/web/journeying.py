"""A journey in the demo house: live in Lisbon, not everywhere possible in Bilbao, one stay planned."""

from __future__ import annotations

from datetime import datetime, timedelta

from staytrue.changes.models import Unsettled
from staytrue.consent import actions as consent
from staytrue.hotel import scope
from staytrue.hotel.models import Property
from staytrue.inbox.models import Connection
from staytrue.journeys import actions, rehearsing, settling
from staytrue.journeys.models import JourneyPlace, JourneyVersion
from staytrue.mirror import capability
from staytrue.mirror.models import Profile, Reservation
from staytrue.staff import audit
from staytrue.staff.access import house_access


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
        "stay-planned": f"/stays/{stay}/",
    }
