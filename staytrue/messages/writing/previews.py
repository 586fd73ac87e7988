"""A text as it reads on a real stay, for one member of staff: what his role hides is not shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from staytrue.guests.accounts import programme
from staytrue.kit.errors import Refused
from staytrue.messages.kinds import DEMANDS, Kind
from staytrue.messages.writing import live, reading, rendering, sampling
from staytrue.messages.writing.facts import Facts
from staytrue.messages.writing.layout import Text
from staytrue.messages.writing.letterheads import WRITE
from staytrue.messages.writing.reading import Asked
from staytrue.messages.writing.rendering import Rendered, Version
from staytrue.mirror.models import Profile, Reservation
from staytrue.staff.access import Access, hides, visible_to

MOST = 20
_HIDDEN = {"amount": ("stay", "amount"), "custom": ("stay", "custom")}


@dataclass(frozen=True)
class Sample:
    """A stay to look at."""

    id: int
    number: str
    arrival_on: date
    hotel: str


def stays(access: Access, property_id: int | None, today: date) -> list[Sample]:
    """The next stays with a guest that he may see, of this hotel or of any; else the last ones."""
    seen = visible_to(access, Reservation.objects.filter(~Q(primary_profile=None)), "stays.read")
    seen = seen.filter(property__in=access.where("profiles.read") & access.where(WRITE))
    if property_id is not None:
        seen = seen.filter(property=property_id)
    seen = seen.select_related("property")
    coming = seen.filter(arrival_on__gte=today).order_by("arrival_on", "id")
    rows = coming[:MOST] or seen.order_by("-arrival_on", "-id")[:MOST]
    return [Sample(row.pk, row.number, row.arrival_on, row.property.code) for row in rows]


def shown(
    access: Access,
    kind: Kind,
    channel: str,
    property_id: int | None,
    language: str,
    text: Text,
    reservation_id: int | None,
    now: datetime,
) -> Rendered:
    """The text filled for the stay, as it would leave."""
    told = _facts(access, kind, property_id, language, reservation_id, now)
    purpose = live.purpose_of(kind, {language: text})
    return rendering.rendered(Version(0, kind, channel, purpose, {language: text}), language, told)


def _facts(
    access: Access,
    kind: Kind,
    property_id: int | None,
    language: str,
    reservation_id: int | None,
    now: datetime,
) -> Facts:
    seen = visible_to(access, Reservation.objects.filter(pk=reservation_id or 0), "stays.read")
    stay = seen.filter(property__in=access.where("profiles.read")).first()
    if stay is None or property_id not in {None, stay.property_id}:
        raise Refused("There is no such stay among those you may see.", "not_visible")
    guest = Profile.objects.filter(
        connection=stay.connection_id, source_id=stay.primary_profile
    ).first()
    asked = Asked(
        stay.property_id, guest.pk if guest else 0, language,
        stay.pk if DEMANDS[kind].of_stay else None, sampling.LINKS, sampling.facts_of(kind),
    )  # fmt: skip
    (told,) = reading.read([asked], now)
    for name, (part, field) in _HIDDEN.items():
        if hides(access, name, stay.property_id):
            told[part].pop(field, None)
    if hides(access, "custom", stay.property_id):
        told["guest"].pop("custom", None)
    if not access.may(programme.READ, stay.property_id):
        told["member"] = {}
    return told
