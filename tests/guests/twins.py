"""Profiles of the demo hotel that may be one person: with features, guests, edges, open pairs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec

from staytrue.guests import links, published
from staytrue.guests.matching import compare
from staytrue.guests.matching.explain import explained
from staytrue.guests.matching.normalise import VERSION, Features, features_of
from staytrue.guests.matching.vetoes import vetoes
from staytrue.guests.models import Edge, Proposal, SafetyCheck, SourceProfile
from staytrue.hotel import scope
from staytrue.hotel.records import Address, Email, Phone, Profile
from staytrue.mirror import models
from staytrue.staff.access import Access, RoleHeld
from tests import make
from tests.web.house import House, take


def person(source_id: str, first: str, last: str, **facts: Any) -> Profile:
    """A profile with a mobile, an e-mail and a home, unless said otherwise."""
    given = {
        "phones": [Phone("+34 612 345 678", "+34612345678")],
        "emails": [Email(f"{last.split(maxsplit=1)[0].lower()}@casa.example")],
        "addresses": [Address(line1="Calle Mayor 7", postcode="48001", city="Bilbao")],
        "birth_date": "1979-11-14",
    } | facts
    return make.profile(source_id=source_id, first_name=first, last_name=last, **given)


def known(house: House, *records: Profile, other: bool = False) -> list[int]:
    """Read these profiles, keep their features, and make each a guest; answers their ids."""
    take(house.other_link if other else house.link, *records)
    found = []
    with scope.everything():
        for record in records:
            row = models.Profile.objects.get(source_id=record.source_id)
            features = msgspec.structs.replace(features_of(record, "ES"), id=str(row.pk))
            SourceProfile.objects.create(
                profile_id=row.pk, connection_id=row.connection_id, property_id=row.property_id,
                profile_hash=0, normaliser=VERSION, features=msgspec.to_builtins(features),
            )  # fmt: skip
            found.append(row.pk)
        made = links.note(links.Act(links.Kind.CREATED, "tests"), make.NOON)
        homes = links.open_guests(len(found), make.NOON)
        links.move(dict(zip(found, homes, strict=True)), made, make.NOON)
    return found


def edge(one: int, other: int, rule: str = "") -> Edge:
    """The pair, compared with the matcher in force."""
    with scope.everything():
        one, other = sorted((one, other))
        first, second = (_features(id_) for id_ in (one, other))
        matcher = published.current()
        levels = compare.levels(first, second)
        told = explained(matcher.model, matcher.rarities, first, second, matcher.profiles)
        return Edge.objects.create(
            one=one, other=other, bits=told.bits, person=told.shares["person"],
            household=told.shares["household"], levels=list(levels),
            vetoes=int(vetoes(first, second, levels)), rule=rule, matcher=matcher.version,
        )  # fmt: skip


def propose(one: int, other: int, **facts: Any) -> Proposal:
    """The pair, compared and open for a person to decide."""
    compared = edge(one, other)
    with scope.everything():
        at = links.guests_of([one, other])
        first, second = sorted((one, other), key=lambda id_: at[id_])
        given = {
            "one_profile": first, "other_profile": second, "why": "score", "bits": compared.bits,
            "person": compared.person, "gain": compared.person, "opened_at": make.NOON,
        }  # fmt: skip
        return Proposal.objects.create(one_id=at[first], other_id=at[second], **given | facts)


def joined(one: int, other: int, rule: str = "card", now: datetime = make.NOON) -> SafetyCheck:
    """An automatic join of two guests that waits to be checked."""
    compared = edge(one, other, rule)
    with scope.everything():
        at = links.guests_of([one, other])
        act = links.Act(links.Kind.MERGED, "worker", rule=rule, one=compared.one,
                        other=compared.other, bits=compared.bits, person=compared.person,
                        evidence={"levels": compared.levels}, matcher=0)  # fmt: skip
        event = links.note(act, now)
        links.move({other: at[one]}, event, now)
        row = models.Profile.objects.get(pk=one)
        return SafetyCheck.objects.create(
            event_id=event, rule=rule, property_id=row.property_id, one=one, other=other,
            drawn_at=now,
        )  # fmt: skip


def _features(id_: int) -> Features:
    return msgspec.convert(SourceProfile.objects.get(pk=id_).features, Features, strict=False)


def without(access: Access, *rights: str) -> Access:
    """The same member without these rights."""
    at = {
        id_: tuple(RoleHeld(role.key, role.rights - {*rights}) for role in roles)
        for id_, roles in access.at.items()
    }
    return Access(access.actor, access.member_id, at=at, property_ids=access.property_ids)


def key(proposal: Proposal) -> str:
    """How addresses name a pair."""
    return f"{proposal.one_profile}-{proposal.other_profile}"


def ids(items: Iterable[Any]) -> list[tuple[int, int]]:
    """The pairs of a queue, by profiles."""
    return [(each.one, each.other) for each in items]
