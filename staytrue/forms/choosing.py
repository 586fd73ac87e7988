"""What a guest lets be written to one address: read from the acts, and said as acts of his own."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from staytrue.consent import acts, permissions
from staytrue.consent.acts import About, Spoken
from staytrue.consent.permissions import Asked
from staytrue.consent.purposes import GROUP, ONE_CLICK, Channel, Origin, Purpose, Scope, Within
from staytrue.hotel.models import Group, Property
from staytrue.messages.models import GuestLink

GUEST = "guest"
"""Who acts on these pages: whoever has the link. Nobody else is known of him."""


@dataclass(frozen=True)
class Reach:
    """How far a choice may go: the hotels it would hold for, and what they are called together."""

    within: Within
    name: str
    hotels: int


@dataclass(frozen=True)
class Wording:
    """What stood before the guest when he chose, by purpose, in his language."""

    texts: Mapping[Purpose, str]
    version: str
    language: str


def reaches(hotel: Property) -> list[Reach]:
    """From this hotel alone to the whole group; a wider one only where it holds for more hotels."""
    found = [Reach(Within.PROPERTY, hotel.name, 1)]
    if hotel.legal_entity is not None:
        count = Property.objects.filter(legal_entity=hotel.legal_entity_id).count()
        found.append(Reach(Within.LEGAL_ENTITY, hotel.legal_entity.name, count))
    group = Group.objects.first()
    found.append(Reach(Within.GROUP, group.name if group else "", Property.objects.count()))
    wider: list[Reach] = []
    for each in found:
        if not wider or each.hotels > wider[-1].hotels:
            wider.append(each)
    return wider


def allowed(link: GuestLink, now: datetime) -> frozenset[Purpose]:
    """What this hotel may write to this address now."""
    asked = [
        Asked(link.contact_point_id or 0, link.profile_id, link.property_id, purpose, link.channel)
        for purpose in Purpose
    ]
    answers = permissions.of(asked, now)
    return frozenset(
        purpose for purpose, told in zip(Purpose, answers, strict=True) if told.allowed
    )


def choose(
    link: GuestLink,
    wanted: Collection[Purpose],
    within: Within,
    wording: Wording,
    now: datetime,
) -> frozenset[Purpose]:
    """Let these purposes be written and no others; answers what was allowed before.

    What he leaves out is stopped in the whole reach. What he adds counts as agreed; what he only
    leaves standing is no new agreement.
    """
    before = allowed(link, now)
    channels = [Channel(link.channel)]
    for purpose in Purpose:
        spoken = _spoken(link, Origin.GUEST_PAGE, wording, purpose)
        if purpose not in wanted:
            acts.opt_out([_address(link)], [purpose], channels, _scope(link, within), spoken, now)
        elif purpose not in before:
            # An agreement lifts an opt-out of its own width or of a wider one, so each is said.
            for reach in _up_to(link, within):
                acts.opt_in([_person(link)], [purpose], channels, reach, spoken, now,
                            confirmed=True)  # fmt: skip
    return before


def one_click(link: GuestLink, now: datetime) -> None:
    """Out of this hotel's list: no marketing and no surveys to this address. Twice is once."""
    spoken = Spoken(Origin.ONE_CLICK, GUEST, link.property_id, proof=_proof(link))
    here = Scope(Within.PROPERTY, link.property_id)
    acts.opt_out([_address(link)], ONE_CLICK, [Channel(link.channel)], here, spoken, now)


def agree(
    link: GuestLink, point_id: int, wording: Wording, now: datetime, *, confirmed: bool
) -> None:
    """He wants news at this address; `confirmed` where the link came to this very address."""
    spoken = _spoken(link, Origin.FORM, wording, Purpose.MARKETING)
    about = About(link.profile_id, point_id)
    here = Scope(Within.PROPERTY, link.property_id)
    acts.opt_in([about], [Purpose.MARKETING], [Channel.EMAIL], here, spoken, now,
                confirmed=confirmed)  # fmt: skip


def _spoken(link: GuestLink, origin: Origin, wording: Wording, purpose: Purpose) -> Spoken:
    return Spoken(
        origin, GUEST, link.property_id, wording=wording.texts[purpose],
        wording_version=wording.version, language=wording.language, proof=_proof(link),
    )  # fmt: skip


def _proof(link: GuestLink) -> dict[str, int]:
    """The link is the proof that whoever spoke reads this address."""
    told = {"guest_link": link.pk, "message": link.message_id}
    return {name: id_ for name, id_ in told.items() if id_ is not None}


def _address(link: GuestLink) -> About:
    """The address alone: he who reads it may leave a list, whoever he is."""
    return About(None, link.contact_point_id, bytes(link.address_hash))


def _person(link: GuestLink) -> About:
    return About(link.profile_id or None, link.contact_point_id, bytes(link.address_hash))


def _scope(link: GuestLink, within: Within) -> Scope:
    hotel = link.property
    if within == Within.GROUP:
        return GROUP
    if within == Within.LEGAL_ENTITY and hotel.legal_entity_id:
        return Scope(within, hotel.legal_entity_id)
    return Scope(Within.PROPERTY, hotel.pk)


def _up_to(link: GuestLink, within: Within) -> list[Scope]:
    order = [Within.PROPERTY, Within.LEGAL_ENTITY, Within.GROUP]
    return list(dict.fromkeys(_scope(link, each) for each in order[: order.index(within) + 1]))
