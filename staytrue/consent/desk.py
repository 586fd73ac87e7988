"""What members record about consent: said at the desk, lists, statements, and what a hotel asks."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime

from django.db import connection, transaction

from staytrue.consent import acts, bases
from staytrue.consent.acts import About, Spoken
from staytrue.consent.bases import Requirement
from staytrue.consent.models import BasisChoice, ConsentAct, CustomerStatement
from staytrue.consent.purposes import (
    GROUP,
    ONE_CLICK,
    POINT_KIND,
    Channel,
    Origin,
    Purpose,
    Scope,
    Within,
)
from staytrue.consent.ratchet import Act, Cause
from staytrue.hotel.models import LegalEntity, Property
from staytrue.kit.errors import Forbidden, Refused
from staytrue.mirror.models import Profile
from staytrue.mirror.sheets import PROFILES
from staytrue.staff import audit
from staytrue.staff.access import Access, require, require_everywhere, visible_to

RECORD, MANAGE = "consent.record", "consent.manage"


def reach_of(hotel: Property, within: Within) -> Scope:
    """The scope of this width around a hotel; where no company is named, the hotel alone."""
    if within == Within.GROUP:
        return GROUP
    if within == Within.LEGAL_ENTITY and hotel.legal_entity_id:
        return Scope(Within.LEGAL_ENTITY, hotel.legal_entity_id)
    return Scope(Within.PROPERTY, hotel.pk)


@transaction.atomic
def opted_out(
    access: Access,
    profile_ids: Collection[int],
    hotel: Property,
    channels: Collection[Channel],
    within: Within,
    words: str,
    now: datetime,
) -> list[int]:
    """A guest said that he wants no more news by these channels: every profile of his."""
    require(access, RECORD, hotel)
    if not channels:
        raise Refused("Choose at least one channel.", "channel_missing")
    about = [About(id_) for id_ in _his(access, profile_ids)]
    spoken = Spoken(Origin.DESK, access.actor, hotel.pk, words=words.strip() or "verbal")
    return acts.opt_out(about, ONE_CLICK, channels, reach_of(hotel, within), spoken, now)


@transaction.atomic
def opted_in(
    access: Access,
    profile_ids: Collection[int],
    hotel: Property,
    channels: Collection[Channel],
    within: Within,
    words: str,
    now: datetime,
) -> list[int]:
    """A guest said that he wants news again, at the addresses that he uses now; in his words."""
    require(access, RECORD, hotel)
    if not words.strip():
        raise Refused("Write down what the guest said: it is the proof.", "wording_missing")
    ids = _his(access, profile_ids)
    made = []
    for channel in sorted(channels):
        spoken = Spoken(Origin.DESK, access.actor, hotel.pk, words=words.strip())
        about = [About(profile, point) for profile, point in _uses(ids, channel)]
        made += acts.opt_in(about, ONE_CLICK, [channel], reach_of(hotel, within), spoken, now)
    if not made:
        raise Refused("He has no address for this channel.", "no_address")
    return made


@transaction.atomic
def taken_off(
    access: Access, point_id: int, channel: Channel, hotel: Property, words: str, now: datetime
) -> list[int]:
    """An address leaves the address base: nothing is sent to it any more, the stays remain."""
    require(access, RECORD, hotel)
    spoken = Spoken(Origin.DESK, access.actor, hotel.pk, words=words.strip() or "verbal")
    about = [About(contact_point_id=point_id)]
    return acts.suppress(about, channel, Cause.BY_HAND, spoken, now)


@transaction.atomic
def put_back(access: Access, act_id: int, words: str, now: datetime) -> list[int]:
    """The guest himself says that an address on the list may be used again."""
    found = ConsentAct.objects.filter(pk=act_id, act=Act.SUPPRESS).first()
    if found is None:
        raise Forbidden("This address is not on the list.", "not_visible",
                        object=f"consent_act:{act_id}", right=MANAGE)  # fmt: skip
    require(access, MANAGE, found.property_id)
    about = [About(None, found.contact_point_id, bytes(found.address_hash))]
    spoken = Spoken(Origin.DESK, access.actor, found.property_id, words=words.strip())
    return acts.release(about, Channel(found.channel), Cause(found.cause), spoken, now)


@transaction.atomic
def sign_statement(
    access: Access,
    house: LegalEntity | Property,
    wording: str,
    language: str,
    since_on: date,
    now: datetime,
    source: str = "",
) -> CustomerStatement:
    """The house states that since this day its customers were told of news and could say no."""
    if isinstance(house, Property):
        require(access, MANAGE, house)
    else:
        require_everywhere(access, MANAGE)
    if not wording.strip():
        raise Refused("Give the wording that guests were shown.", "wording_missing")
    if since_on > now.date():
        raise Refused("A statement is about the past and from then on.", "day_to_come")
    with audit.acting(access.actor, now):
        return CustomerStatement.objects.create(
            legal_entity_id=None if isinstance(house, Property) else house.pk,
            property_id=house.pk if isinstance(house, Property) else None,
            source=source,
            wording=wording.strip(),
            language=language,
            since_on=since_on,
            signed_by=access.actor,
            signed_at=now,
        )


@transaction.atomic
def end_statement(access: Access, statement: CustomerStatement, now: datetime) -> None:
    """It holds no longer: who was reached by it alone is reached no more."""
    if statement.property_id:
        require(access, MANAGE, statement.property_id)
    else:
        require_everywhere(access, MANAGE)
    with audit.acting(access.actor, now):
        CustomerStatement.objects.filter(pk=statement.pk, ended_at=None).update(
            ended_by=access.actor, ended_at=now
        )


@transaction.atomic
def choose_basis(
    access: Access,
    hotel: Property,
    country: str,
    purpose: Purpose,
    channel: Channel,
    requirement: Requirement | None,
    reason: str,
    now: datetime,
) -> BasisChoice:
    """A hotel asks this instead of what the table says; without a requirement the table again."""
    require(access, MANAGE, hotel)
    if country != bases.ANY and country not in bases.table().country:
        raise Refused(f"There is no rule for {country}.", "country_unknown", country=country)
    if not reason.strip():
        raise Refused("Say why, for those who read it later.", "reason_missing")
    with audit.acting(access.actor, now, reason):
        return BasisChoice.objects.create(
            property_id=hotel.pk,
            country=country,
            purpose=purpose,
            channel=channel,
            requirement=requirement.name.lower() if requirement is not None else "",
            reason=reason.strip(),
            chosen_by=access.actor,
            chosen_at=now,
        )


def _his(access: Access, profile_ids: Collection[int]) -> list[int]:
    seen = visible_to(access, Profile.objects.filter(pk__in=list(profile_ids)), PROFILES)
    ids = sorted(seen.values_list("pk", flat=True))
    if not ids:
        raise Refused("There is no such guest at your hotels.", "no_guest")
    return ids


def _uses(profile_ids: Sequence[int], channel: Channel) -> list[tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT DISTINCT u.profile_id, u.contact_point_id FROM contact_use u
                 JOIN contact_point c ON c.id = u.contact_point_id AND c.kind = %s
                WHERE u.profile_id = ANY(%s) AND u.until_at IS NULL ORDER BY 1, 2""",
            [POINT_KIND[channel], list(profile_ids)],
        )
        return list(cursor.fetchall())
